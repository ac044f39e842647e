import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { GateModule } from '../../src/gate/abi.js';
import { GateLoadError } from '../../src/index.js';
import { Backend, type Deferred, deferred, outcome, pass, watchEverything, Window } from './harness.js';

/** How the module is to be had: at once, later, or not at all. */
const source = vi.hoisted(() => ({
	sync: undefined as (() => unknown) | undefined,
	later: undefined as (() => Promise<unknown>) | undefined,
}));

vi.mock('../../src/gate/source.js', async (original) => {
	const real = await original<typeof import('../../src/gate/source.js')>();
	return {
		loadGateSync: () => (source.sync ?? real.loadGateSync)(),
		loadGate: () => (source.later ?? real.loadGate)(),
		real: real.loadGateSync,
	};
});

watchEverything();

describe('where the module is compiled in passing', () => {
	let loading: Deferred<GateModule>;
	let module: GateModule;

	beforeEach(async () => {
		source.sync = source.later = undefined;
		const { real } = (await import('../../src/gate/source.js')) as unknown as { real: () => GateModule };
		module = real();
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
		expect(backend.subscriptions).toBe(0);
	});

	it('and so does a refresh', async () => {
		const window = new Window(new Backend());
		const refreshed = outcome(window.sync.refresh());
		await pass();
		expect(refreshed.error).toBe(cause);
	});
});
