// The snippets of the reference document, with another package in their import lines.

import { getDefaultStore } from 'jotai';
import { createPinia } from 'pinia';
import { get } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from 'vue';

import { until } from '../until.js';
import { Backend } from './backend.js';
import { defaults } from './defaults.js';
import { settingsAtom } from './jotai/settings.js';
import { settingsStore as mobxStore } from './mobx/settings.js';
import { useSettingsStore as usePiniaStore } from './pinia/settings.js';
import { store as reduxStore } from './redux/settings.js';
import { settingsStore as svelteStore } from './svelte/settings.js';
import type { Settings } from './types/settings.js';
import { settingsState as valtioState } from './valtio/settings.js';
import { settingsState as vueState } from './vue/settings.js';
import { useSettingsStore } from './zustand/settings.js';

interface Window {
	/** Runs the snippet, which starts to sync. */
	start(): Promise<unknown>;
	/** What the store holds. */
	state(): Settings;
	/** What is not synced: neither sent by the backend, nor to be touched. */
	local?: object;
	methods?: string[];
	/** The keys that are synced, if not all. */
	keys?: (keyof Settings)[];
}

const pinia = createPinia();
createApp({ render: () => null }).use(pinia);

const windows: [name: string, window: Window][] = [
	[
		'Zustand',
		{
			start: () => import('./zustand/settings-sync.js'),
			state: () => useSettingsStore.getState(),
			local: { isLoading: true },
			methods: ['setLoading'],
		},
	],
	[
		'Redux',
		{ start: () => import('./redux/settings-sync.js'), state: () => reduxStore.getState(), local: { isLoading: true } },
	],
	[
		'Pinia',
		{
			start: () => import('./pinia/settings-sync.js').then(({ initSync }) => initSync()),
			state: () => usePiniaStore(pinia).$state,
			local: { isSaving: true },
		},
	],
	['Jotai', { start: () => import('./jotai/settings-sync.js'), state: () => getDefaultStore().get(settingsAtom) }],
	['MobX', { start: () => import('./mobx/settings-sync.js'), state: () => mobxStore }],
	[
		'Valtio',
		{
			start: () => import('./valtio/settings-sync.js'),
			state: () => valtioState,
			keys: ['theme', 'language', 'fontSize'],
		},
	],
	['Svelte', { start: () => import('./svelte/settings-sync.js'), state: () => get(svelteStore) }],
	['Vue', { start: () => import('./vue/settings-sync.js'), state: () => vueState }],
];

/** Ends what the snippets end when their page is left. */
function unload(): void {
	window.dispatchEvent(new Event('beforeunload'));
}

beforeEach(() => {
	vi.spyOn(console, 'error').mockImplementation((...said) => expect.unreachable(said.join(' ')));
});
afterEach(() => {
	vi.useRealTimers();
	vi.restoreAllMocks();
});

describe.each(windows)('%s', (_, { start, state, local, methods = [], keys }) => {
	test('starts with what the backend has, follows it, writes to it, and ends with its page', async () => {
		const { invoke } = await import('@tauri-apps/api/core');
		const backend = new Backend();
		const synced = () => {
			const all = Object.entries(backend.settings);
			return Object.fromEntries(all.filter(([key]) => keys?.includes(key as keyof Settings) ?? true));
		};
		const shown = () => JSON.parse(JSON.stringify(state())) as object;
		const expected = () => JSON.parse(JSON.stringify({ ...defaults(), ...local, ...synced() })) as object;

		expect(shown()).not.toEqual(expected());
		await start();
		expect(shown()).toEqual(expected());
		for (const method of methods) expect(state()).toHaveProperty(method, expect.any(Function));
		expect(backend.fetches).toBe(1);

		await backend.update({ ...backend.settings, theme: 'light', fontSize: 20 });
		await until(() => expect(shown()).toEqual(expected()));
		expect(backend.fetches).toBe(2);

		// The write path: the call is the same for each.
		await invoke('update_settings', { settings: { ...state(), theme: 'dark' } });
		expect(backend).toMatchObject({ revision: 3, settings: { theme: 'dark', fontSize: 20 } });
		await until(() => expect(shown()).toEqual(expected()));
		expect(backend.fetches).toBe(3);

		expect(backend.callbacks).toBe(1);
		unload();
		await until(() => expect(backend.callbacks).toBe(0));
		await backend.update({ ...backend.settings, theme: 'light' });
		expect(state().theme).toBe('dark');
		expect(backend.fetches).toBe(3);
	});
});

test('the write path in the words of the document', async () => {
	const backend = new Backend();
	useSettingsStore.setState({ ...backend.settings, theme: 'light' });
	await import('./writing/write.js');
	expect(backend).toMatchObject({ revision: 2, settings: { theme: 'dark', language: 'en' } });
});

test('a part of the settings is refused, as the document warns', async () => {
	const { invoke } = await import('@tauri-apps/api/core');
	const backend = new Backend();
	await expect(invoke('update_settings', { settings: { theme: 'dark' } })).rejects.toThrow('missing field `language`');
	expect(backend.revision).toBe(1);
});

test('throttling: a burst leads to one fetch, once it has been still for so long', async () => {
	const backend = new Backend();
	vi.useFakeTimers();
	const { sync } = await import('./throttling/settings-sync.js');
	await sync.start();
	expect(backend.fetches).toBe(1);

	for (let fontSize = 1; fontSize <= 100; fontSize += 1) await backend.update({ ...backend.settings, fontSize });
	await vi.advanceTimersByTimeAsync(49);
	expect(backend.fetches).toBe(1);
	await vi.advanceTimersByTimeAsync(1);
	expect(backend.fetches).toBe(2);
	expect(useSettingsStore.getState().fontSize).toBe(100);
	sync.stop();
});
