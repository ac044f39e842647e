import { describe, expect, it, vi } from 'vitest';

import { createRevisionSync, type Logger, type RevisionSyncHandle } from '../../src/index.js';
import { Backend, outcome, pass, TOPIC, watchEverything } from './harness.js';

watchEverything();

/** Is told of each moment at which somebody else's code runs, or something is awaited. */
type Here = (moment: string) => void;

/** What must not be called any more once it was stopped; the log and the end of a subscription may. */
const MUST_REST = /^(subscribe|getSnapshot|apply|shouldRefresh|onError|onStatus)/;

/**
 * A window in whose life everything happens that can be waited for: subscriptions and applies that
 * take their time or fail, fetches that fail, hang and are stale, news that bring the state, pacing.
 */
class Life {
	readonly backend = new Backend();
	readonly moments: string[] = [];
	readonly tooLate: string[] = [];
	readonly sync: RevisionSyncHandle;
	#hasEnded = false;
	#subscriptions = 0;
	#fetches = 0;
	#applies = 0;
	/** Whether callbacks that answer nobody throw. */
	readonly #throwing: boolean;
	readonly #here: Here;

	constructor(here: Here, throwing: boolean) {
		this.#here = here;
		this.#throwing = throwing;
		const log = (message: string) => this.#call(`log ${message}`);
		const logger: Logger = { debug: log, warn: log, error: log };
		this.sync = createRevisionSync<unknown>({
			topic: TOPIC,
			subscriber: { subscribe: (handler) => this.#subscribe(handler) },
			provider: { getSnapshot: () => this.#getSnapshot() },
			applier: { apply: () => this.#apply() },
			shouldRefresh: () => {
				this.#call('shouldRefresh');
				return true;
			},
			onError: ({ phase }) => this.#call(`onError ${phase}`),
			// That it has ended is told.
			onStatus: ({ type }) => type === 'stopped' || this.#call(`onStatus ${type}`),
			logger,
			throttling: { debounceMs: 20 },
			gate: { backoff: {} },
		});
	}

	end(): void {
		this.#hasEnded = true;
		this.sync.stop();
	}

	async play(): Promise<ReturnType<typeof outcome>[]> {
		const { backend, sync } = this;
		const promises = [outcome(sync.start()), outcome(sync.start())];
		// The subscription fails once, and so do the first fetch and the first apply.
		await pass(500 + 500 + 1000);
		backend.announce(null);
		backend.write('fetched');
		await pass(10);
		backend.write('fetched, and later');
		promises.push(outcome(sync.refresh()));
		// One fetch hangs, and the next is stale.
		await pass(10_000 + 500 + 1000 + 100);
		backend.write('news', { data: { theme: 'news' } });
		await pass(100);
		// The resync.
		await pass(30_000);
		return promises;
	}

	#reach(moment: string): void {
		this.moments.push(moment);
		this.#here(moment);
	}

	#call(name: string): void {
		if (this.#hasEnded && MUST_REST.test(name)) {
			this.tooLate.push(name);
		}
		this.#reach(name);
		if (this.#throwing && !/^(subscribe|getSnapshot|apply)$/.test(name)) {
			throw new Error(`${name} fails, too`);
		}
	}

	async #wait(name: string): Promise<void> {
		for (let step = 1; step <= 2; step++) {
			await null;
			this.#reach(`${name}, step ${step}`);
		}
	}

	async #subscribe(handler: Parameters<Backend['subscriber']['subscribe']>[0]) {
		this.#call('subscribe');
		await this.#wait('subscribing');
		if (++this.#subscriptions === 1) {
			throw new Error('nobody is there');
		}
		const end = await this.backend.subscriber.subscribe(handler);
		await this.#wait('subscribed');
		return () => {
			end();
			this.#call('unsubscribe');
		};
	}

	async #getSnapshot() {
		this.#call('getSnapshot');
		await this.#wait('fetching');
		switch (++this.#fetches) {
			case 1:
				throw new Error('the wire is cut');
			case 4:
				return new Promise<never>(() => {});
			case 5:
				return { revision: '1' as never, data: 'stale' };
			default:
				return this.backend.snapshot();
		}
	}

	async #apply(): Promise<void> {
		this.#call('apply');
		await this.#wait('applying');
		if (++this.#applies === 1) {
			throw new Error('not shown');
		}
	}
}

describe.each([
	['callbacks that answer', false],
	['callbacks that throw', true],
])('with %s', (_, throwing) => {
	it('everything that can be waited for happens', async () => {
		const life = new Life(() => {}, throwing);
		const promises = await life.play();
		expect(promises.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'rejected']);
		const happened = new Set(life.moments.map((moment) => moment.replace(/, step.*/, '')));
		expect([...happened].sort()).toEqual(
			[
				'apply',
				'applying',
				'fetching',
				'getSnapshot',
				'log [revgate] applied',
				'log [revgate] apply error',
				'log [revgate] fetching',
				'log [revgate] getSnapshot error',
				'log [revgate] protocol error',
				'log [revgate] subscribe error',
				...(throwing
					? ['log [revgate] invalidation error', 'log [revgate] onError callback threw', 'log [revgate] status callback threw', 'onError invalidation']
					: []),
				'onError apply',
				'onError getSnapshot',
				'onError protocol',
				'onError subscribe',
				'onStatus live',
				'onStatus loading',
				'onStatus retrying',
				'shouldRefresh',
				'subscribe',
				'subscribed',
				'subscribing',
			].sort(),
		);
		life.end();
	});

	it('stop is final and quiet at each of these moments', async () => {
		for (let moment = 0, isPlayed = false; !isPlayed; moment++) {
			let reached = 0;
			let where = '';
			const life = new Life((name) => {
				if (reached++ === moment) {
					where = `moment ${moment}, ${name}`;
					life.end();
				}
			}, throwing);
			const promises = await life.play();
			isPlayed = where === '';
			life.end();
			await pass();
			expect(life.tooLate, where).toEqual([]);
			expect(life.backend.listeners, where).toBe(0);
			expect(vi.getTimerCount(), where).toBe(0);
			expect(promises.map(({ state }) => state), where).not.toContain('pending');
			await life.sync.refresh();
			expect(await life.sync.start().catch((error) => String(error)), where).toContain('was stopped');
		}
	});
});
