import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { expect, it } from 'vitest';

import { createFamily } from '../../src/family/index.js';
import { createTopic, noopLogger } from '../../src/index.js';
import { Family } from '../family/backend.js';
import { doc, type Doc } from '../family/harness.js';
import { Plugin } from './backend.js';
import { FIRST, opened, open, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

const script = readFileSync(new URL('../../../../tauri-plugin-revgate/src/commands/preload.js', import.meta.url), 'utf8');

/** The plugin's real script in a page. */
function page(fetch: (topic: string) => Promise<string>) {
	const invoke = async (command: string, args?: { topic: string }) => (command.endsWith('|preload') ? {} : fetch(args!.topic));
	const window: Record<string, unknown> = { __TAURI_INTERNALS__: { invoke }, location: new URL('tauri://localhost/'), performance: { now: () => 0 } };
	window['top'] = window;
	runInNewContext(script, { window });
	return window['__REVGATE__'] as { preload(topic: string): void; take(topic: string): string | undefined } | undefined;
}

it('a page that has shown its own edit does not show an older state, asked for before, as the first of another handle', async () => {
	const backend = new Plugin('settings', FIRST);
	backend.brings = true;
	const early = page((topic) => backend.fetch(topic, undefined))!;
	Object.assign(backend, { preloaded: (topic: string) => early.take(topic) });
	const first = open(backend);
	await pass();
	early.preload('settings');
	await pass();
	await first.update((draft) => void (draft.theme = 'dark'));
	expect(first.get()?.theme).toBe('dark');
	first.stop();
	const next = new Window<Settings>(open(backend));
	const ready = next.topic.ready();
	await pass();
	expect.soft((await ready as Settings | undefined)?.theme).toBe('dark');
	expect(next.shown.map(({ theme }) => theme)).toEqual(['dark']);
});

it('nor one of a member that a family has shown newer', async () => {
	const backend = new Family('doc', { a: doc('A') });
	const early = page((topic) => backend.fetch(topic, undefined))!;
	Object.assign(backend, { preloaded: (topic: string) => early.take(topic) });
	early.preload('doc:a');
	const family = createFamily<Doc>('doc', { backend, logger: noopLogger });
	opened.push(family);
	await pass();
	await family.update('a', (draft) => void (draft.likes = 1));
	family.stop();
	await pass(1500);
	const topic = createTopic<Doc>('doc:a', { backend, logger: noopLogger });
	opened.push(topic);
	const shown: number[] = [];
	topic.subscribe((state) => shown.push(state.likes));
	await pass();
	expect(shown).toEqual([1]);
});
