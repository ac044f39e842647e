import { describe, expect, it, vi } from 'vitest';

import {
	createRevisionSync,
	createThrottledHandler,
	isCanonicalRevision,
	type SyncErrorContext,
	withRetry,
} from '../../src/index.js';
import { Backend, deferred, live, outcome, pass, revision, TOPIC, VirtualHost, watchEverything, Window } from './harness.js';

watchEverything();

/** A fetch that is lost. */
const lost = () => Promise.reject(new Error('the wire is cut'));
/** A call that is never answered. */
const hung = () => new Promise(() => {});

describe('failures of the reference engine', () => {
	it('failure 01: a fetch that fails while news wait leads to another', async () => {
		const [backend, window] = await live();
		const answer = deferred();
		backend.answers.push(() => answer.promise);
		backend.write('light');
		backend.write('dark');
		answer.reject(new Error('the wire is cut'));
		await pass(500);
		expect(window.theme).toBe('dark');
		expect(window.onlyError).toMatchObject({ phase: 'getSnapshot', attempt: 1, willRetry: true, nextDelayMs: 500 });
		expect(backend.fetches, 'the first, the failed one, and one for both news').toBe(3);
	});

	it('failure 02: a subscription that completes after stop is undone', async () => {
		const backend = new Backend();
		const subscribed = deferred();
		backend.listening.push(() => subscribed.promise);
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass();
		window.sync.stop();
		subscribed.resolve();
		await pass();
		expect(backend.subscriptions).toBe(1);
		expect(backend.listeners).toBe(0);
		expect(backend.fetches).toBe(0);
		expect(started.state).toBe('rejected');
	});

	it('failure 03: an event before the subscription stands does not end the start', async () => {
		const backend = new Backend();
		const subscribed = deferred();
		const subscriber = {
			async subscribe(handler: Parameters<typeof backend.subscriber.subscribe>[0]) {
				const end = await backend.subscriber.subscribe(handler);
				await subscribed.promise;
				return end;
			},
		};
		const window = new Window(backend, { subscriber });
		const started = outcome(window.sync.start());
		await pass();
		backend.write('dark');
		await pass();
		expect(started.state, 'nothing is applied').toBe('pending');
		expect(backend.fetches, 'it listens first, then fetches').toBe(0);
		subscribed.resolve();
		await pass();
		expect(started.state).toBe('resolved');
		expect(window.shown).toEqual([{ theme: 'dark' }]);
		expect(backend.fetches).toBe(1);
	});

	it('failure 04: refreshes during a fetch end with data fetched after they were asked', async () => {
		const [backend, window] = await live();
		const answer = deferred();
		backend.answers.push(async () => {
			const snapshot = await backend.snapshot();
			await answer.promise;
			return snapshot;
		});
		backend.write('light');
		await pass();
		backend.writeSilently('dark');
		const [first, second] = [outcome(window.sync.refresh()), outcome(window.sync.refresh())];
		backend.answers.push(hung);
		answer.resolve();
		await pass();
		expect(window.theme, 'what was under way has arrived').toBe('light');
		expect([first.state, second.state]).toEqual(['pending', 'pending']);
		await pass(10_000 + 500);
		expect([first.state, second.state], 'that fetch hung').toEqual(['rejected', 'rejected']);
		await window.sync.refresh();
		expect(window.theme).toBe('dark');
	});

	it('failure 05a: a fetch that hangs is given up and made again; its late answer is left alone', async () => {
		const [backend, window] = await live();
		const late = deferred<unknown>();
		backend.answers.push(() => late.promise);
		backend.write('dark');
		await pass(9_999);
		expect(window.errors).toEqual([]);
		await pass(1);
		expect(window.onlyError).toMatchObject({ phase: 'getSnapshot', attempt: 1, willRetry: true });
		expect(String(window.onlyError.error)).toContain('no answer within 10000 ms');
		await pass(500);
		expect(window.theme).toBe('dark');
		late.resolve({ revision: '2', data: { theme: 'late' } });
		await pass();
		expect(window.theme).toBe('dark');
		expect(backend.fetches).toBe(3);
	});

	it('failure 05b: a subscription that hangs is given up and made again; the late one replaces it', async () => {
		const backend = new Backend();
		const late = deferred();
		backend.listening.push(() => late.promise);
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass(10_000);
		expect(window.onlyError).toMatchObject({ phase: 'subscribe', attempt: 1, willRetry: true });
		expect(started.state, 'it is tried again').toBe('pending');
		await pass(500);
		expect(started.state).toBe('resolved');
		expect(backend.listeners).toBe(1);
		late.resolve();
		await pass();
		expect(backend.listeners, 'one of the two is let go').toBe(1);
		backend.write('dark');
		await pass();
		expect(window.theme).toBe('dark');
		expect(backend.fetches, 'heard of once').toBe(2);
	});

	it('failure 05c: an apply that hangs is given up, and the state applied again', async () => {
		const applied: string[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			applier: {
				apply: ({ revision }) => {
					applied.push(revision);
					return applied.length === 1 ? new Promise(() => {}) : undefined;
				},
			},
		});
		const started = outcome(window.sync.start());
		await pass(10_000);
		expect(window.onlyError).toMatchObject({ phase: 'apply', snapshotRevision: '1', willRetry: true });
		expect(String(window.onlyError.error)).toContain('not applied within 10000 ms');
		expect(started.state).toBe('pending');
		await pass(500);
		expect(started.state).toBe('resolved');
		expect(applied).toEqual(['1', '1']);
	});

	it('failure 06: a snapshot older than announced is reported and fetched again', async () => {
		const [backend, window] = await live();
		backend.answers.push(async () => ({ revision: '1', data: { theme: 'system' } }));
		backend.write('dark');
		await pass(500);
		expect(window.theme).toBe('dark');
		expect(window.onlyError).toMatchObject({
			phase: 'getSnapshot',
			snapshotRevision: '1',
			eventRevision: '2',
			localRevision: '1',
			willRetry: true,
		});
		expect(String(window.onlyError.error)).toContain('revision 1 came though 2 was announced');
		expect(backend.fetches).toBe(3);
	});

	it('failure 07: news that the fetch under way brings cost no other', async () => {
		const [backend, window] = await live();
		const answer = deferred();
		backend.answers.push(async () => {
			await answer.promise;
			return backend.snapshot();
		});
		for (let n = 0; n < 10; n++) {
			backend.write(`theme ${n}`);
		}
		answer.resolve();
		await pass(1000);
		expect(window.theme).toBe('theme 9');
		expect(backend.fetches).toBe(2);
	});

	it('failure 08: a backend that restarts at a lower revision in a new epoch is followed', async () => {
		const [backend, window] = await live();
		backend.revision = 50;
		backend.write('before');
		await pass();
		Object.assign(backend, { epoch: '1', revision: 1, theme: 'restarted' });
		backend.announce(backend.event());
		await pass();
		expect(window.theme).toBe('restarted');
		expect(window.sync.getLocalRevision()).toBe('1');
	});

	it('failure 09a: a null event is reported, throws into nobody, and every window hears the next', async () => {
		const [backend, window] = await live();
		const other = new Window(backend);
		await other.sync.start();
		expect(() => backend.announce(null)).not.toThrow();
		expect(window.onlyError).toMatchObject({ phase: 'protocol', sourceEvent: null });
		expect(other.phases).toEqual(['protocol']);
		backend.write('dark');
		await pass();
		expect([window.theme, other.theme]).toEqual(['dark', 'dark']);
	});

	it('failure 09b: a throwing shouldRefresh is reported and its event taken', async () => {
		const cause = new Error('nobody can tell');
		const [backend, window] = await live({
			shouldRefresh: () => {
				throw cause;
			},
		});
		expect(() => backend.write('dark')).not.toThrow();
		await pass();
		expect(window.theme).toBe('dark');
		expect(window.onlyError).toMatchObject({ phase: 'invalidation', error: cause, eventRevision: '2' });
	});

	it('failure 10: the start ends under sustained events', async () => {
		const backend = new Backend();
		const window = new Window(backend, {
			provider: {
				async getSnapshot() {
					const snapshot = await backend.provider.getSnapshot();
					await new Promise((resolve) => setTimeout(resolve, 20));
					return snapshot;
				},
			},
		});
		const started = outcome(window.sync.start());
		for (let n = 0; n < 100 && started.state === 'pending'; n++) {
			backend.write(`theme ${n}`);
			await pass(1);
		}
		expect(started.state).toBe('resolved');
		await pass(20);
		expect(backend.fetches, 'one for the start, and one for what came meanwhile').toBeLessThanOrEqual(2);
	});

	it('failure 11a: a sustained burst is debounced no longer than ten periods', async () => {
		const [backend, window] = await live({ throttling: { debounceMs: 50 } });
		for (let n = 0; n < 100; n++) {
			backend.write(`theme ${n}`);
			await pass(10);
		}
		expect(window.revisions, 'after 500 ms, and as long again').toEqual(['1', '51', '101']);
	});

	it('failure 11b: without a leading edge, sustained events get through', async () => {
		const [backend, window] = await live({ throttling: { throttleMs: 100, leading: false } });
		for (let n = 0; n < 100; n++) {
			backend.write(`theme ${n}`);
			await pass(10);
		}
		expect(backend.fetches, 'one each period').toBe(1 + 10);
		expect(window.errors).toEqual([]);
	});

	it('failure 11c: debounce with throttle does not starve', async () => {
		const [backend] = await live({ throttling: { debounceMs: 50, throttleMs: 100 } });
		for (let n = 0; n < 100; n++) {
			backend.write(`theme ${n}`);
			await pass(10);
		}
		expect(backend.fetches).toBe(3);
	});

	it('failure 11d: dropping the last event is refused by name', () => {
		const [backend, throttling] = [new Backend(), { throttleMs: 100, leading: false, trailing: false }];
		expect(() => new Window(backend, { throttling })).toThrow(/`trailing` cannot be false/);
		expect(() => createThrottledHandler(() => {}, throttling)).toThrow(RangeError);
	});

	it('failure 11e: the wall clock is not asked', async () => {
		const [backend, window] = await live({ throttling: { throttleMs: 100 } });
		backend.write('one');
		await pass();
		vi.setSystemTime(0);
		backend.write('two');
		await pass(100);
		expect(window.theme).toBe('two');
	});

	it('failure 12a: no timer outlives stop, not even of a retry within a fetch', async () => {
		const backend = new Backend();
		const window = new Window(backend, { provider: withRetry(backend.provider) });
		await window.sync.start();
		backend.answers.push(lost);
		backend.write('dark');
		await pass(100);
		expect(backend.fetches, 'it waits for the next try').toBe(2);
		expect(vi.getTimerCount()).toBeGreaterThan(0);
		window.sync.stop();
		expect(vi.getTimerCount()).toBe(0);
		await pass(60_000);
		expect(backend.fetches).toBe(2);
	});

	it('failure 12b: no try at all is refused by name', () => {
		for (const maxAttempts of [0, -1, Number.NaN]) {
			expect(() => withRetry(new Backend().provider, { maxAttempts })).toThrow(/`maxAttempts` must be a number from 1 on/);
		}
	});

	it('failure 12c: attempts of a sync do not run out, and each failure says why', async () => {
		const [backend, window] = await live();
		for (let n = 0; n < 100; n++) {
			backend.answers.push(lost);
		}
		backend.write('dark');
		await pass(100 * 10_000);
		expect(window.theme).toBe('dark');
		expect(window.errors.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
		expect(new Set(window.errors.map(({ error }) => String(error)))).toEqual(new Set(['Error: the wire is cut']));
	});

	it('failure 13a: a dropped last event is healed by the resync', async () => {
		const [backend, window] = await live();
		backend.writeSilently('dark');
		await pass(29_999);
		expect(window.theme).toBe('system');
		await pass(1);
		expect(window.theme).toBe('dark');
	});

	it('failure 13b: resync can be as rare as one likes', async () => {
		const [backend, window] = await live({ gate: { resyncMs: Number.POSITIVE_INFINITY } });
		backend.writeSilently('dark');
		await pass(24 * 3600 * 1000);
		expect(window.theme).toBe('system');
		expect(backend.fetches).toBe(1);
	});

	it('failure 14: each documented phase is really emitted', async () => {
		const host = new VirtualHost();
		const backend = new Backend();
		const told: SyncErrorContext[] = [];
		let refuses = false;
		const sync = createRevisionSync({
			topic: TOPIC,
			subscriber: backend.subscriber,
			provider: backend.provider,
			applier: {
				apply() {
					if (refuses) {
						throw new Error('not shown');
					}
				},
			},
			shouldRefresh: ({ sourceId }) => {
				if (sourceId === 'unknown') {
					throw new Error('nobody can tell');
				}
				return true;
			},
			onError: (context) => told.push(context),
			throttling: { debounceMs: 50 },
			gate: { backoff: {} },
			host,
		});
		const emits = async (phase: string, cause: () => unknown, ms = 1000) => {
			cause();
			await host.pass(ms);
			expect(told.splice(0).map(({ phase, topic }) => [phase, topic])).toEqual([[phase, TOPIC]]);
		};
		await emits('subscribe', () => {
			backend.listening.push(lost);
			void sync.start();
		});
		await emits('protocol', () => backend.announce(null));
		await emits('invalidation', () => backend.write('1', { sourceId: 'unknown' }));
		await emits('getSnapshot', () => {
			backend.answers.push(lost);
			backend.write('2');
		});
		await emits('apply', () => {
			refuses = true;
			backend.write('3');
		}, 50);
		refuses = false;
		await host.pass(500);
		await emits('throttle', () => {
			backend.write('4');
			host.sleepThrough(5000);
		});
		await emits('refresh', () => {
			host.breaksDown = true;
			backend.write('5');
			host.breaksDown = false;
		}, 0);
		const refreshed = outcome(sync.refresh());
		sync.stop();
		await host.pass(0);
		expect(String(refreshed.error)).toContain('stopped: no refresh after that');
		const started = outcome(sync.start());
		await host.pass(0);
		expect(String(started.error)).toContain('stopped: no start after that');
	});

	it('failure 16: only canonical text is a revision', () => {
		for (const text of ['0', '7', '18446744073709551615']) {
			expect(isCanonicalRevision(text), text).toBe(true);
		}
		for (const text of ['', '042', '+5', '-1', ' 7', '7 ', '1e3', '٣', '18446744073709551616', 7, null, undefined, {}]) {
			expect(isCanonicalRevision(text), String(text)).toBe(false);
		}
	});

	it('failure 16b: what is no canonical revision is nowhere compared', async () => {
		const [backend, window] = await live();
		backend.announce({ topic: TOPIC, revision: '042' });
		backend.announce({ topic: TOPIC, revision: 42 });
		backend.answers.push(async () => ({ revision: '+5', data: { theme: 'wrong' } }));
		backend.write('dark');
		await pass(500);
		expect(window.phases).toEqual(['protocol', 'protocol', 'protocol']);
		expect(window.theme).toBe('dark');
		expect(revision(2)).toBe(window.sync.getLocalRevision());
	});
});
