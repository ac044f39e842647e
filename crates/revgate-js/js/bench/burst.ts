/** What the page runs: bursts of announcements, to the package and to an engine written by hand. */

import { createRevisionSync, type InvalidationEvent, type Revision, type RevisionSyncOptions } from '../src/index.js';
import { createHandWrittenSync } from './engine.js';

const BURST = 100_000;

type Make = (options: RevisionSyncOptions<number>) => ReturnType<typeof createRevisionSync>;

const ENGINES: Record<string, Make> = { package: createRevisionSync, hand: createHandWrittenSync };

interface Case {
	readonly event: (n: number) => object;
	readonly options?: Partial<RevisionSyncOptions<number>>;
}

const numbered = (n: number) => ({ topic: 'settings', revision: String(n + 2) });

/** What announcements a burst is made of, and how the engine is to take them. */
const CASES: Record<string, Case> = {
	'new revisions': { event: numbered },
	'new revisions, debounced': { event: numbered, options: { throttling: { debounceMs: 50 } } },
	'new revisions of an epoch, with a source': {
		event: (n) => ({ ...numbered(n), epoch: '3', sourceId: 'main', timestampMs: n }),
	},
	'nothing new': { event: () => ({ topic: 'settings', revision: '1' }) },
	'the whole state each time': { event: (n) => ({ ...numbered(n), data: n }) },
};

/** Makes an engine that shows the first state; `run` announces all that follows, `end` checks what it then shows. */
async function prepare(engine: string, name: string): Promise<void> {
	const { event, options } = CASES[name]!;
	const events = Array.from({ length: BURST }, (_, n) => event(n) as InvalidationEvent);
	const { revision, epoch } = events.at(-1)!;
	let announce!: (event: InvalidationEvent) => void;
	let fetches = 0;
	const sync = ENGINES[engine]!({
		topic: 'settings',
		subscriber: {
			async subscribe(handler) {
				announce = handler;
				return () => {};
			},
		},
		provider: {
			async getSnapshot() {
				// The first state, then the newest.
				return fetches++ === 0
					? { revision: '1' as Revision, ...(epoch && { epoch: '1' }), data: -1 }
					: { revision, ...(epoch && { epoch }), data: BURST };
			},
		},
		applier: { apply() {} },
		...options,
	});
	await sync.start();
	Object.assign(globalThis, {
		run() {
			for (let n = 0; n < BURST; n++) {
				announce(events[n]!);
			}
		},
		async end() {
			await new Promise((resolve) => setTimeout(resolve, options?.throttling ? 200 : 20));
			const shown = sync.getLocalRevision();
			sync.stop();
			if (shown !== revision) {
				throw new Error(`${engine}, ${name}: it shows ${shown}, not ${revision}`);
			}
		},
	});
}

Object.assign(globalThis, { bench: { BURST, engines: Object.keys(ENGINES), cases: Object.keys(CASES) }, prepare });
