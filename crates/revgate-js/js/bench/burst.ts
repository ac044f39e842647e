/** What the page runs: bursts of announcements, to the package and to an engine written by hand. */

import { createRevisionSync, type InvalidationEvent, type Revision, type RevisionSyncOptions } from '../src/index.js';
import { createHandWrittenSync } from './engine.js';

export const BURST = 100_000;

type Make = (options: RevisionSyncOptions<number>) => ReturnType<typeof createRevisionSync>;

const ENGINES: Record<string, Make> = { package: createRevisionSync, hand: createHandWrittenSync };

/** What announcements a burst is made of, and how the engine is to take them. */
const CASES: Record<string, { readonly event: (n: number) => object; readonly options?: Partial<RevisionSyncOptions<number>> }> = {
	'new revisions': { event: (n) => ({ topic: 'settings', revision: String(n + 2) }) },
	'new revisions, debounced': {
		event: (n) => ({ topic: 'settings', revision: String(n + 2) }),
		options: { throttling: { debounceMs: 50 } },
	},
	'new revisions of an epoch, with a source': {
		event: (n) => ({ topic: 'settings', revision: String(n + 2), epoch: '3', sourceId: 'main', timestampMs: n }),
	},
	'nothing new': { event: () => ({ topic: 'settings', revision: '1' }) },
	'the whole state each time': { event: (n) => ({ topic: 'settings', revision: String(n + 2), data: n }) },
};

/** Milliseconds for one burst, and whether the engine then shows the newest state. */
async function burst(make: Make, name: string): Promise<{ ms: number; shown: string }> {
	const { event, options } = CASES[name]!;
	const events = Array.from({ length: BURST }, (_, n) => event(n) as InvalidationEvent);
	const { revision, epoch } = events.at(-1)! as { revision: Revision; epoch?: string };
	let announce!: (event: InvalidationEvent) => void;
	let fetches = 0;
	const sync = make({
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
	const begun = performance.now();
	for (let n = 0; n < BURST; n++) {
		announce(events[n]!);
	}
	const ms = performance.now() - begun;
	await new Promise((resolve) => setTimeout(resolve, options?.throttling ? 200 : 20));
	const shown = sync.getLocalRevision();
	sync.stop();
	return { ms, shown };
}

/** One round of each case: each engine once, in an order that changes. */
async function round(n: number): Promise<Record<string, Record<string, number>>> {
	const times: Record<string, Record<string, number>> = {};
	for (const name of Object.keys(CASES)) {
		const engines = Object.keys(ENGINES);
		times[name] = {};
		for (const engine of n % 2 === 0 ? engines : engines.reverse()) {
			const { ms, shown } = await burst(ENGINES[engine]!, name);
			const newest = name === 'nothing new' ? '1' : String(BURST + 1);
			if (shown !== newest) {
				throw new Error(`${engine}, ${name}: it shows ${shown}, not ${newest}`);
			}
			times[name]![engine] = ms;
		}
	}
	return times;
}

Object.assign(globalThis, { round });
