import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { GateModule } from '../../src/gate/abi.js';
import { createTauriRevisionSync, GateLoadError } from '../../src/index.js';
import { realModule, source } from '../source.js';
import { Backend, type Deferred, deferred, type Outcome, outcome, pass, watchEverything, Window } from './harness.js';

vi.mock('../../src/gate/source.js', async (original) => (await import('../source.js')).controlled(original));

watchEverything();

describe('where the module is compiled in passing', () => {
	let loading: Deferred<GateModule>;
	let module: GateModule;

	beforeEach(async () => {
		source.sync = source.later = undefined;
		module = realModule();
		loading = deferred();
		source.sync = () => undefined;
		source.later = () => loading.promise;
	});

	it('a sync starts when it is there', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		const promises = [window.sync.start(), window.sync.refresh(), window.sync.start()].map(outcome);
		await pass();
		expect([backend.subscriptions, backend.fetches, window.sync.getLocalRevision()]).toEqual([0, 0, '0']);
		loading.resolve(module);
		await pass();
		expect(promises.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
		expect([window.theme, backend.subscriptions]).toEqual(['system', 1]);
	});

	it('a stop meanwhile is final, and tells who waits', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		const promises = [window.sync.start(), window.sync.refresh()].map(outcome);
		window.sync.stop();
		await pass();
		expect(promises.map(({ error }) => String(error))).toEqual([
			'Error: topic `settings` was stopped: no start after that',
			'Error: topic `settings` was stopped: no refresh after that',
		]);
		loading.resolve(module);
		await pass();
		expect([backend.subscriptions, backend.fetches, window.errors]).toEqual([0, 0, []]);
	});

	it('options that contradict each other are told at the start', async () => {
		const window = new Window(new Backend(), { throttling: { debounceMs: 50, maxWaitMs: 20 } });
		const started = outcome(window.sync.start());
		loading.resolve(module);
		await pass();
		expect(window.onlyError.phase).toBe('start');
		expect(started.error).toBeInstanceOf(RangeError);
	});

	it('a failure is told, and a later start loads it again', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		const promises = [window.sync.start(), window.sync.refresh()].map(outcome);
		const cause = new GateLoadError('the policy forbids it');
		loading.reject(cause);
		await pass();
		expect(window.onlyError).toMatchObject({ phase: 'start', error: cause });
		expect(promises.map(({ error }) => error)).toEqual([cause, cause]);
		source.later = async () => module;
		await window.sync.start();
		expect(window.theme).toBe('system');
		expect(window.statuses).toEqual([{ type: 'failed' }, { type: 'loading' }, { type: 'live' }]);
	});

	it('a refresh after a start that failed fetches once, and does not listen', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		void window.sync.start();
		loading.reject(new GateLoadError('the policy forbids it'));
		await pass();
		source.later = async () => module;
		await window.sync.refresh();
		await pass(60_000);
		expect([backend.fetches, backend.subscriptions, window.theme]).toEqual([1, 0, 'system']);
	});

	it('a failure after the stop is none', async () => {
		const window = new Window(new Backend());
		void window.sync.start();
		window.sync.stop();
		loading.reject(new GateLoadError('the policy forbids it'));
		await pass();
		expect([window.statuses, window.errors]).toEqual([[{ type: 'stopped' }], []]);
	});
});

describe('where the page may not use the module', () => {
	const cause = new GateLoadError('the policy forbids it');

	beforeEach(() => {
		source.sync = () => {
			throw cause;
		};
		source.later = () => Promise.reject(cause);
	});

	it('a sync can be made, and its start says why not', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass();
		expect(started.error).toBe(cause);
		expect(window.onlyError).toMatchObject({ phase: 'start', error: cause });
		expect([backend.subscriptions, window.statuses]).toEqual([0, [{ type: 'failed' }]]);
		window.sync.stop();
		expect(window.statuses.at(-1)).toEqual({ type: 'stopped' });
	});

	it('and so does a refresh', async () => {
		const window = new Window(new Backend());
		const refreshed = outcome(window.sync.refresh());
		await pass();
		expect([refreshed.error, window.statuses]).toEqual([cause, [{ type: 'failed' }]]);
	});

	it('and so does a sync over Tauri', async () => {
		const errors: unknown[] = [];
		const statuses: string[] = [];
		const none = async () => expect.unreachable('nothing is asked of the backend');
		const sync = createTauriRevisionSync({
			topic: 'settings',
			listen: none,
			invoke: none,
			eventName: 'changed',
			commandName: 'get',
			applier: { apply: none },
			onError: ({ error }) => errors.push(error),
			onStatus: ({ type }) => statuses.push(type),
		});
		const promises = [sync.start(), sync.refresh()].map(outcome);
		await pass();
		expect(promises.map(({ error }) => error)).toEqual([cause, cause]);
		expect([new Set(errors), statuses, sync.getLocalRevision()]).toEqual([new Set([cause]), ['failed'], '0']);
		sync.stop();
	});

	it('whoever starts it again from the callbacks that tell of it is told once more', async () => {
		const again: Outcome[] = [];
		const window: Window = new Window(new Backend(), {
			onStatus: ({ type }) => type === 'failed' && void again.push(outcome(window.sync.start())),
		});
		const started = outcome(window.sync.start());
		await pass();
		expect([started.error, again.map(({ error }) => error)]).toEqual([cause, [cause]]);
	});
});
