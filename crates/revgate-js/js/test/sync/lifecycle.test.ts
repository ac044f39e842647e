import { describe, expect, it, vi } from 'vitest';

import { createRevisionSync } from '../../src/index.js';
import { Backend, deferred, live, outcome, pass, revision, TOPIC, watchEverything, Window } from './harness.js';

watchEverything();

describe('start', () => {
	it('listens, fetches and applies, in this order', async () => {
		const steps: string[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			subscriber: {
				subscribe(handler) {
					steps.push('subscribe');
					return backend.subscriber.subscribe(handler);
				},
			},
			provider: {
				getSnapshot() {
					steps.push('getSnapshot');
					return backend.provider.getSnapshot();
				},
			},
			applier: { apply: () => void steps.push('apply') },
		});
		await window.sync.start();
		expect(steps).toEqual(['subscribe', 'getSnapshot', 'apply']);
	});

	it('shows a first state of revision 0', async () => {
		const backend = new Backend();
		backend.revision = 0;
		const window = new Window(backend);
		expect(window.sync.getLocalRevision()).toBe('0');
		await window.sync.start();
		expect([window.sync.getLocalRevision(), window.theme]).toEqual(['0', 'system']);
	});

	it('again, before and after it has ended, subscribes once and ends with the first', async () => {
		const backend = new Backend();
		const subscribed = deferred();
		backend.listening.push(() => subscribed.promise);
		const window = new Window(backend);
		const started = [outcome(window.sync.start()), outcome(window.sync.start())];
		await pass();
		expect(started.map(({ state }) => state)).toEqual(['pending', 'pending']);
		subscribed.resolve();
		await pass();
		expect(started.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
		await window.sync.start();
		expect([backend.subscriptions, backend.fetches]).toEqual([1, 1]);
	});

	it('after stop rejects, and touches nothing', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		window.sync.stop();
		await expect(window.sync.start()).rejects.toThrow('topic `settings` was stopped: no start after that');
		expect([backend.subscriptions, backend.fetches]).toEqual([0, 0]);
	});

	it('whose rejection nobody awaits raises nothing', async () => {
		const window = new Window(new Backend());
		void window.sync.start();
		void window.sync.refresh();
		window.sync.stop();
		void window.sync.start();
		await pass();
	});

	it('that fails is tried again until it succeeds', async () => {
		const backend = new Backend();
		backend.listening.push(() => Promise.reject(new Error('nobody is there')));
		backend.answers.push(() => Promise.reject(new Error('the wire is cut')));
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass(500);
		expect(started.state).toBe('pending');
		expect(window.phases).toEqual(['subscribe', 'getSnapshot']);
		await pass(500);
		expect(started.state).toBe('resolved');
		expect(window.statuses.map(({ type }) => type)).toEqual(['retrying', 'loading', 'retrying', 'live']);
	});

	it('that settings contradict fails when the sync is made', () => {
		const wrong = (options: object) => () => new Window(new Backend(), options);
		expect(wrong({ throttling: { debounceMs: 50, maxWaitMs: 20 } })).toThrow(/`maxWaitMs`.*`debounceMs`/);
		expect(wrong({ throttling: { debounceMs: 'soon' } })).toThrow(/`debounceMs`/);
		expect(wrong({ gate: { resyncMs: 1 } })).toThrow(/`resyncMs`.*`fetchTimeoutMs`/);
		expect(wrong({ gate: { fetchTimeoutMs: 0 } })).toThrow(/`fetchTimeoutMs`/);
	});
});

describe('what a sync is made of', () => {
	const parts = () => ({ topic: TOPIC, subscriber: new Backend().subscriber, provider: new Backend().provider, applier: { apply() {} } });

	it.each([undefined, null, '', '   ', 7, {}])('the topic %j is refused', (topic) => {
		expect(() => createRevisionSync({ ...parts(), topic: topic as string })).toThrow('[revgate] `topic` must be a non-empty string');
	});

	it.each(['subscriber', 'provider', 'applier'])('a %s that is none is refused by name', (part) => {
		for (const wrong of [undefined, null, 7, 'text', {}, { apply: 1, subscribe: 1, getSnapshot: 1 }]) {
			expect(() => createRevisionSync({ ...parts(), [part]: wrong } as never)).toThrow(`[revgate] \`${part}\` must be an object with`);
		}
	});
});

describe('refresh', () => {
	it('ends when a state as new as its asking is shown', async () => {
		const [backend, window] = await live();
		backend.writeSilently('dark');
		await window.sync.refresh();
		expect(window.theme).toBe('dark');
	});

	it('rejects with what the provider threw', async () => {
		const [backend, window] = await live();
		const cause = new TypeError('the wire is cut');
		backend.answers.push(() => Promise.reject(cause));
		const refreshed = outcome(window.sync.refresh());
		await pass();
		expect(refreshed.error).toBe(cause);
		expect(window.onlyError).toMatchObject({ phase: 'getSnapshot', error: cause, willRetry: false });
	});

	it('rejects with what the applier threw', async () => {
		const cause = new Error('not shown');
		let refuses = false;
		const [backend, window] = await live({
			applier: {
				apply() {
					if (refuses) {
						throw cause;
					}
				},
			},
		});
		refuses = true;
		backend.writeSilently('dark');
		const refreshed = outcome(window.sync.refresh());
		await pass();
		expect(refreshed.error).toBe(cause);
	});

	it('is not paced', async () => {
		const [backend, window] = await live({ throttling: { throttleMs: 1000 } });
		backend.writeSilently('dark');
		await window.sync.refresh();
		await window.sync.refresh();
		expect([window.theme, backend.fetches]).toEqual(['dark', 3]);
	});

	it('before the start fetches once and does not listen', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		await window.sync.refresh();
		expect([window.theme, backend.subscriptions, backend.fetches]).toEqual(['system', 0, 1]);
		expect(vi.getTimerCount(), 'and leaves nothing behind').toBe(0);
		backend.writeSilently('dark');
		await window.sync.refresh();
		expect([window.theme, backend.subscriptions, backend.fetches]).toEqual(['dark', 0, 2]);
	});

	it('before the start that fails rejects, and is not tried again', async () => {
		const backend = new Backend();
		backend.answers.push(() => Promise.reject(new Error('the wire is cut')));
		const window = new Window(backend);
		const refreshed = outcome(window.sync.refresh());
		await pass(60_000);
		expect(refreshed.error).toEqual(new Error('the wire is cut'));
		expect(backend.fetches).toBe(1);
		expect(vi.getTimerCount()).toBe(0);
		await window.sync.refresh();
		expect(window.theme).toBe('system');
	});

	it('before the start that hangs is given up', async () => {
		const backend = new Backend();
		backend.answers.push(() => new Promise(() => {}));
		const window = new Window(backend);
		const refreshed = outcome(window.sync.refresh());
		await pass(10_000);
		expect(String(refreshed.error)).toContain('no answer within 10000 ms');
		expect(vi.getTimerCount()).toBe(0);
	});

	it('before the start has the start listen and fetch what was missed meanwhile', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		await window.sync.refresh();
		backend.writeSilently('dark');
		const started = outcome(window.sync.start());
		await pass();
		expect([started.state, window.theme]).toEqual(['resolved', 'dark']);
		expect([backend.listeners, backend.fetches, window.errors]).toEqual([1, 2, []]);
		backend.write('light');
		await pass();
		expect(window.theme).toBe('light');
	});

	it('under way when it starts ends with the state fetched after that', async () => {
		const backend = new Backend();
		const answer = deferred();
		backend.answers.push(() => answer.promise);
		const window = new Window(backend);
		const refreshed = outcome(window.sync.refresh());
		await pass();
		const started = outcome(window.sync.start());
		await pass();
		expect([refreshed.state, started.state]).toEqual(['resolved', 'resolved']);
		expect([window.theme, backend.listeners, window.errors]).toEqual(['system', 1, []]);
	});

	it('before a start whose subscription fails leaves that to try again', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		await window.sync.refresh();
		backend.listening.push(() => Promise.reject(new Error('nobody is there')));
		const started = outcome(window.sync.start());
		await pass();
		expect([started.state, window.phases]).toEqual(['pending', ['subscribe']]);
		await pass(1000);
		expect([started.state, backend.listeners]).toEqual(['resolved', 1]);
	});

	it('after stop does nothing and does not reject', async () => {
		const [backend, window] = await live();
		window.sync.stop();
		await window.sync.refresh();
		expect(backend.fetches).toBe(1);
	});

	it('that a stop ends rejects', async () => {
		const [backend, window] = await live();
		backend.answers.push(() => new Promise(() => {}));
		const refreshed = outcome(window.sync.refresh());
		await pass();
		window.sync.stop();
		await pass();
		expect(String(refreshed.error)).toContain('was stopped: no refresh after that');
	});
});

describe('stop', () => {
	it('again does nothing', async () => {
		const [backend, window] = await live();
		window.sync.stop();
		window.sync.stop();
		expect([backend.listeners, window.sync.getLocalRevision()]).toEqual([0, '1']);
		expect(window.statuses.map(({ type }) => type)).toEqual(['live', 'stopped']);
	});

	it('while an apply hangs leaves no timer, and is not waited for', async () => {
		const window = new Window(new Backend(), { applier: { apply: () => new Promise(() => {}) } });
		const started = outcome(window.sync.start());
		await pass();
		window.sync.stop();
		await pass();
		expect([vi.getTimerCount(), started.state]).toEqual([0, 'rejected']);
	});

	it('within an apply has nobody asked about what was announced before it', async () => {
		let asked = 0;
		const backend = new Backend();
		const window: Window = new Window(backend, {
			applier: {
				apply() {
					backend.write('dark');
					backend.announce(null);
					window.sync.stop();
				},
			},
			shouldRefresh: () => ++asked > 0,
		});
		await window.sync.start().catch(() => {});
		await pass();
		expect([asked, window.errors]).toEqual([0, []]);
	});

	it('ends one handle, not another on the same backend', async () => {
		const [backend, window] = await live();
		const other = new Window(backend);
		await other.sync.start();
		window.sync.stop();
		backend.write('dark');
		await pass();
		expect([window.theme, other.theme]).toEqual(['system', 'dark']);
	});
});

describe('announcements', () => {
	it('that are not newer cost nothing', async () => {
		const [backend, window] = await live();
		backend.announce({ topic: TOPIC, revision: revision(0) });
		backend.announce({ topic: TOPIC, revision: revision(1) });
		await pass();
		expect([backend.fetches, window.errors]).toEqual([1, []]);
	});

	it('that are of no interest cost nothing, and those told apart by their source', async () => {
		const [backend, window] = await live({ shouldRefresh: ({ sourceId }) => sourceId !== 'this window' });
		backend.write('dark', { sourceId: 'this window' });
		await pass();
		expect([backend.fetches, window.theme]).toEqual([1, 'system']);
		backend.write('light', { sourceId: 'another' });
		await pass();
		expect([backend.fetches, window.theme]).toEqual([2, 'light']);
	});

	it('each handle hears those of its own topic', async () => {
		const backend = new Backend();
		const other = new Window(backend, { topic: 'other' });
		const window = new Window(backend);
		await Promise.all([other.sync.start(), window.sync.start()]);
		backend.write('dark');
		await pass();
		expect([window.theme, other.theme]).toEqual(['dark', 'system']);
	});

	it('beyond 2^53 are told apart', async () => {
		const [backend, window] = await live();
		for (const number of ['9007199254740993', '18446744073709551614', '18446744073709551615']) {
			backend.answers.push(async () => ({ revision: number, data: { theme: number } }));
			backend.announce({ topic: TOPIC, revision: number });
			await pass();
		}
		expect(window.revisions).toEqual(['1', '9007199254740993', '18446744073709551614', '18446744073709551615']);
	});

	it('that pacing lets through much later than due are worth a word, not more', async () => {
		const [backend, window] = await live({ throttling: { debounceMs: 50 } });
		backend.write('dark');
		await pass(1050);
		expect([window.theme, window.errors]).toEqual(['dark', []]);
	});
});
