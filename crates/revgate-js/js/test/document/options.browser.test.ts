// Every option that the document shows, for each way to hold a state, through the sync: what each
// option of an applier means on its own is in test/appliers/options.test.ts.

import { invoke } from '@tauri-apps/api/core';
import { emit, listen } from '@tauri-apps/api/event';
import { createTauriRevisionSync } from 'revgate/tauri';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { containers } from '../appliers/containers.js';
import type { Options, Rig } from '../appliers/rigs.js';
import { until } from '../until.js';
import { Backend } from './backend.js';

type Sync = ReturnType<typeof createTauriRevisionSync>;
type SyncOptions = Parameters<typeof createTauriRevisionSync>[0];

/** What is shown before the backend has answered; two keys are the window's own. */
const initial = () => ({ theme: 'light', language: 'de', isLoading: true, note: 'mine' });

describe.each(containers)('%s', (_, make) => {
	let backend: Backend;
	let rig: Rig;
	let sync: Sync;
	const heard: string[] = [];

	function open(options: Options, more: Partial<SyncOptions> = {}): Promise<void> {
		heard.length = 0;
		backend = new Backend();
		rig = make(initial(), options);
		sync = createTauriRevisionSync({
			topic: 'settings',
			listen,
			invoke,
			eventName: 'settings:invalidated',
			commandName: 'get_settings',
			applier: rig.applier,
			onError: ({ phase, error }) => void heard.push(`${phase}: ${(error as Error).message}`),
			...more,
		});
		return sync.start();
	}

	afterEach(() => {
		sync.stop();
		vi.useRealTimers();
		vi.restoreAllMocks();
	});

	const shown = () => JSON.parse(JSON.stringify(rig.state())) as object;
	const update = (change: object) => backend.update({ ...backend.settings, ...change });

	test('mode patch, and none', async () => {
		for (const options of [{}, { mode: 'patch' } as const]) {
			await open(options);
			expect(shown()).toEqual({ ...initial(), ...backend.settings });
			await update({ fontSize: 20 });
			await until(() => expect(shown()).toEqual({ ...initial(), ...backend.settings, fontSize: 20 }));
			sync.stop();
		}
		expect(heard).toEqual([]);
	});

	test('mode replace', async () => {
		await open({ mode: 'replace' });
		expect(shown()).toEqual(backend.settings);
		await update({ fontSize: 20 });
		await until(() => expect(shown()).toEqual(backend.settings));
		expect(heard).toEqual([]);
	});

	test('pickKeys', async () => {
		await open({ pickKeys: ['theme', 'fontSize'] });
		await update({ fontSize: 20 });
		await until(() => expect(shown()).toEqual({ ...initial(), theme: 'system', fontSize: 20 }));
		expect(heard).toEqual([]);
	});

	test('omitKeys', async () => {
		await open({ mode: 'replace', omitKeys: ['language', 'isLoading'] });
		await update({ language: 'fr', fontSize: 20 });
		await until(() => expect(shown()).toEqual({ ...backend.settings, language: 'de', isLoading: true }));
		expect(heard).toEqual([]);
	});

	test('toState', async () => {
		const toState = vi.fn((data: unknown, context: object) => ({
			theme: (data as { theme: string }).theme.toUpperCase(),
			note: Object.keys(context).join(),
		}));
		await open({ toState });
		expect(shown()).toEqual({ ...initial(), theme: 'SYSTEM', note: Object.keys(rig.context).join() });
		await update({ theme: 'dark' });
		await until(() => expect(shown()).toMatchObject({ theme: 'DARK' }));
		expect(toState).toHaveBeenCalledTimes(2);
		expect(heard).toEqual([]);
	});

	test('strict: a state without keys is told, and what is shown stays', async () => {
		await open({});
		const before = shown();
		backend.settings = null as never;
		await backend.update(null as never);
		await until(() => expect(heard[0]).toMatch(/^apply: revgate\/\w+: the state is 'null', which has no keys; /));
		expect(shown()).toEqual(before);
	});

	test('without strict, it is left alone, and nothing told', async () => {
		await open({ strict: false });
		const before = shown();
		await backend.update(null as never);
		await until(() => expect(sync.getLocalRevision()).toBe('2'));
		expect(shown()).toEqual(before);
		expect(heard).toEqual([]);
	});

	test('throttling.debounceMs: one fetch once a burst is still', async () => {
		vi.useFakeTimers();
		await open({}, { throttling: { debounceMs: 50 } });
		for (let fontSize = 1; fontSize <= 20; fontSize += 1) await update({ fontSize });
		await vi.advanceTimersByTimeAsync(49);
		expect(backend.fetches).toBe(1);
		await vi.advanceTimersByTimeAsync(1);
		expect(backend.fetches).toBe(2);
		expect(shown()).toMatchObject({ fontSize: 20 });
	});

	test('throttling.throttleMs: no more than one fetch in that time, and the last is shown', async () => {
		vi.useFakeTimers();
		await open({}, { throttling: { throttleMs: 100 } });
		for (let fontSize = 1; fontSize <= 40; fontSize += 1) {
			await update({ fontSize });
			await vi.advanceTimersByTimeAsync(10);
		}
		await vi.advanceTimersByTimeAsync(100);
		// At once, then one in each 100 of the 400 ms.
		expect(backend.fetches).toBe(1 + 5);
		expect(shown()).toMatchObject({ fontSize: 40 });
	});

	test('shouldRefresh: what it refuses is not fetched', async () => {
		const asked: (string | undefined)[] = [];
		await open({}, { shouldRefresh: ({ sourceId }) => (asked.push(sourceId), sourceId !== 'this window') });
		await emit('settings:invalidated', { topic: 'settings', revision: '2', sourceId: 'this window' });
		await until(() => expect(asked).toEqual(['this window']));
		expect(backend.fetches).toBe(1);
		await update({ fontSize: 20 });
		await until(() => expect(shown()).toMatchObject({ fontSize: 20 }));
		expect(backend.fetches).toBe(2);
		expect(heard).toEqual([]);
	});

	test('logger and onError: a failure is told to both, and healed', async () => {
		vi.useFakeTimers();
		const logger = { debug: vi.fn(), warn: vi.fn(), error: vi.fn() };
		let isDown = true;
		const failing = ((...call: Parameters<typeof invoke>) =>
			isDown ? Promise.reject(new Error('the backend is down')) : invoke(...call)) as typeof invoke;
		const started = open({}, { invoke: failing, logger });
		await until(() => expect(heard).toEqual(['getSnapshot: the backend is down']));
		const told = [logger.debug, logger.warn, logger.error].flatMap(({ mock }) => mock.calls);
		expect(told.some(([, extra]) => (extra as { topic: string }).topic === 'settings')).toBe(true);
		isDown = false;
		await vi.advanceTimersByTimeAsync(10_000);
		await started;
		expect(shown()).toEqual({ ...initial(), ...backend.settings });
	});
});
