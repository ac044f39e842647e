/**
 * The same frontend in plain browser tabs, without Tauri: {@link inTabs}.
 *
 * @packageDocumentation
 */

import { initSync, TabsBackend } from '../../wasm/tabs.js';
import { packed } from '../../wasm/tabs-packed.js';
import { compile } from '../gate/compile.js';
import { unpack } from '../gate/pack.js';
import { stand } from '../local/page.js';
import { type LocalTopics, register } from '../local/topics.js';
import { wayTo } from '../local/way.js';

export type { Fault, LocalTopics } from '../local/topics.js';

let loading: Promise<unknown> | undefined;

/**
 * Has this page share these topics with the other tabs of its site, those in Rust among them, if it is no
 * window of a Tauri app. **To be called before anything uses a topic**; whatever is made without a `backend`
 * goes there, and hooks of a name do. Returns whether it does.
 *
 * The topics are kept in IndexedDB, in the database `revgate:APP`: one that was never set is what is given
 * here, and one that is not valid here is set aside. A change is made in one transaction, on the newest
 * state or not at all, and told over a `BroadcastChannel`. Web Locks say which tabs are there. There are no
 * families: whoever follows one is told so.
 *
 * @example
 * import { inTabs } from 'revgate/tabs';
 *
 * inTabs('my-app', {
 * 	topics: { player: { volume: 7 } },
 * 	validate: { player: ({ volume }) => (volume > 11 ? { path: 'volume', reason: 'too loud' } : undefined) },
 * });
 * const player = createTopic('player');
 */
export function inTabs(app: string, local: LocalTopics): boolean {
	if ('__TAURI_INTERNALS__' in globalThis) return false;
	const joined = join(app, local);
	// Whoever uses a topic is told.
	joined.catch(() => undefined);
	stand(
		wayTo({
			subscribe: async (...asked) => (await joined).subscribe(...asked),
			fetch: async (...asked) => (await joined).fetch(...asked),
			write: async (...asked) => (await joined).write(...asked),
			act: async (...asked) => (await joined).act(...asked),
		}),
	);
	return true;
}

async function join(app: string, local: LocalTopics): Promise<TabsBackend> {
	await (loading ??= compile(unpack(packed)).then((module) => initSync({ module })));
	const backend = new TabsBackend(app);
	register(backend, local);
	backend.join();
	return backend;
}
