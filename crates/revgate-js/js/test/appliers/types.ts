// What the compiler makes of the appliers: `npm run check` fails if one of these lines means
// something else.

import { combineReducers, configureStore, createSlice } from '@reduxjs/toolkit';
import { atom, createStore as createJotaiStore, getDefaultStore } from 'jotai';
import { makeAutoObservable, observable, runInAction } from 'mobx';
import { defineStore } from 'pinia';
import { writable } from 'svelte/store';
import { SvelteMap } from 'svelte/reactivity';
import { proxy } from 'valtio';
import { proxyMap } from 'valtio/utils';
import { reactive, ref, shallowRef } from 'vue';
import { create } from 'zustand';
import { devtools, persist, subscribeWithSelector } from 'zustand/middleware';
import { immer } from 'zustand/middleware/immer';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { createPiniaSnapshotApplier } from '../../src/appliers/pinia.js';
import { createReduxSnapshotApplier, withSnapshotHandling } from '../../src/appliers/redux.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import { createRevisionSync, createTauriRevisionSync, createTopic, type SnapshotProvider, ZERO_REVISION } from '../../src/index.js';
import type { InvalidationSubscriber, SnapshotApplier } from '../../src/types.js';

interface Settings {
	theme: 'light' | 'dark';
	note?: string;
}
interface Backend {
	colour_theme: 'light' | 'dark';
}
declare const initial: Settings;
declare const subscriber: InvalidationSubscriber;
declare const provider: SnapshotProvider<Settings>;
declare const tauri: Omit<Parameters<typeof createTauriRevisionSync<Settings>>[0], 'applier'>;

/** Whether the two are the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

// Redux: a slice, a root, its wrapped reducer, and keys of the root.
const slice = createSlice({ name: 'settings', initialState: initial, reducers: {} });
const reduxStore = configureStore({ reducer: withSnapshotHandling(slice.reducer) });
same<ReturnType<typeof reduxStore.getState>, Settings>(true);
createReduxSnapshotApplier(reduxStore, { pickKeys: ['theme'] });
createReduxSnapshotApplier(reduxStore, { toState: (data: Backend) => ({ theme: data.colour_theme }) });
// @ts-expect-error there is no such key
createReduxSnapshotApplier(reduxStore, { pickKeys: ['colour'] });
// @ts-expect-error there is no such theme
createReduxSnapshotApplier(reduxStore, { toState: (_: Backend) => ({ theme: 'blue' }) });
const rootStore = configureStore({ reducer: withSnapshotHandling(combineReducers({ settings: slice.reducer })) });
createReduxSnapshotApplier(rootStore, { toState: (settings: Settings) => ({ settings }) });
// @ts-expect-error a key of the slice is none of the root
createReduxSnapshotApplier(rootStore, { omitKeys: ['theme'] });

// Zustand: with actions, and with each middleware.
interface ZustandStore extends Settings {
	isLoading: boolean;
	setTheme(theme: string): void;
}
declare const state: ZustandStore;
const useStore = create<ZustandStore>()(() => state);
const plain = createZustandSnapshotApplier(useStore, { omitKeys: ['isLoading', 'setTheme'] });
same<typeof plain, SnapshotApplier<ZustandStore>>(true);
const mapped = createZustandSnapshotApplier(useStore, {
	mode: 'replace',
	toState: (data: Backend, { store }) => ({ theme: data.colour_theme, isLoading: store.getState().isLoading }),
});
same<typeof mapped, SnapshotApplier<Backend>>(true);
// @ts-expect-error there is no such key
createZustandSnapshotApplier(useStore, { omitKeys: ['loading'] });
// @ts-expect-error one or the other
createZustandSnapshotApplier(useStore, { omitKeys: ['note'], pickKeys: ['theme'] });
// @ts-expect-error there is no such mode
createZustandSnapshotApplier(useStore, { mode: 'merge' });
const piled = create<ZustandStore>()(devtools(subscribeWithSelector(persist(immer(() => state), { name: 'settings' }))));
createZustandSnapshotApplier(piled, { omitKeys: ['isLoading'] });
// @ts-expect-error there is no such key
createZustandSnapshotApplier(piled, { omitKeys: ['loading'] });

// Jotai: primitive, derived, nullable and a list.
const settingsAtom = atom<Settings>(initial);
createJotaiSnapshotApplier(getDefaultStore(), settingsAtom, { pickKeys: ['theme'] });
const nullable = createJotaiSnapshotApplier(createJotaiStore(), atom<Settings | null>(null), { omitKeys: ['note'] });
same<typeof nullable, SnapshotApplier<Settings | null>>(true);
createJotaiSnapshotApplier(getDefaultStore(), atom([1, 2]), { mode: 'replace', strict: false });
createJotaiSnapshotApplier(getDefaultStore(), settingsAtom, {
	toState: (data: Backend, { store, atom }) => ({ ...store.get(atom), theme: data.colour_theme }),
});
// @ts-expect-error there is no such key
createJotaiSnapshotApplier(getDefaultStore(), settingsAtom, { pickKeys: ['colour'] });
const readable = atom((get) => get(settingsAtom).theme);
// @ts-expect-error it cannot be written to
createJotaiSnapshotApplier(getDefaultStore(), readable);

// MobX: an object and a class.
class MobXStore {
	theme: Settings['theme'] = 'light';
	constructor() {
		makeAutoObservable(this);
	}
	setTheme(): void {}
}
createMobXSnapshotApplier(observable(initial), { runInAction, pickKeys: ['note'] });
createMobXSnapshotApplier(new MobXStore(), { runInAction, omitKeys: ['setTheme'], mode: 'replace' });
// @ts-expect-error there is no such key
createMobXSnapshotApplier(new MobXStore(), { runInAction, omitKeys: ['setColour'] });
const mapApplier = createMobXSnapshotApplier(observable.map<string, number>(), { runInAction, pickKeys: ['any'] });
same<typeof mapApplier, SnapshotApplier<Record<string, number>>>(true);
const boxApplier = createMobXSnapshotApplier(observable.box(initial), { runInAction, pickKeys: ['theme'] });
same<typeof boxApplier, SnapshotApplier<Settings>>(true);
// @ts-expect-error there is no such key
createMobXSnapshotApplier(observable.box(initial), { runInAction, pickKeys: ['colour'] });

// Pinia: option and setup stores.
const options = defineStore('options', { state: () => ({ ...initial, isSaving: false }), actions: { save() {} } })();
createPiniaSnapshotApplier(options, { omitKeys: ['isSaving'] });
const setup = defineStore('setup', () => ({ theme: ref<Settings['theme']>('light'), isSaving: ref(false), save() {} }))();
const piniaApplier = createPiniaSnapshotApplier(setup, {
	pickKeys: ['theme'],
	toState: (data: Backend, { store }) => ({ ...store.$state, theme: data.colour_theme }),
});
same<typeof piniaApplier, SnapshotApplier<Backend>>(true);
// @ts-expect-error an action is no state
createPiniaSnapshotApplier(options, { omitKeys: ['save'] });
// @ts-expect-error the store is what its function returns
createPiniaSnapshotApplier(defineStore('options', { state: () => initial }));

// Valtio.
createValtioSnapshotApplier(proxy(initial), {
	pickKeys: ['theme'],
	toState: (data: Backend, { proxy }) => ({ ...proxy, theme: data.colour_theme }),
});
// @ts-expect-error there is no such key
createValtioSnapshotApplier(proxy(initial), { pickKeys: ['colour'] });

const proxyMapApplier = createValtioSnapshotApplier(proxyMap<string, number>(), { omitKeys: ['any'] });
same<typeof proxyMapApplier, SnapshotApplier<Record<string, number>>>(true);

// Svelte: a store and a state.
const svelteApplier = createSvelteSnapshotApplier(writable(initial), { omitKeys: ['note'] });
same<typeof svelteApplier, SnapshotApplier<Settings>>(true);
createSvelteSnapshotApplier(initial, {
	target: 'state',
	omitKeys: ['note'],
	toState: (data: Backend, { state }) => ({ ...state, theme: data.colour_theme }),
});
createSvelteSnapshotApplier(writable<Settings | undefined>(undefined), {
	toState: (data: Backend, { store }) => {
		store.set(undefined);
		return { theme: data.colour_theme };
	},
});
// @ts-expect-error there is no such key
createSvelteSnapshotApplier(writable(initial), { omitKeys: ['colour'] });
// @ts-expect-error there is no such key
createSvelteSnapshotApplier(initial, { target: 'state', omitKeys: ['colour'] });

const { subscribe, set } = writable(initial);
same<ReturnType<typeof contract>, SnapshotApplier<Settings>>(true);
function contract() {
	return createSvelteSnapshotApplier({ subscribe, set }, { omitKeys: ['note'] });
}
const svelteMapApplier = createSvelteSnapshotApplier(new SvelteMap<string, number>(), { pickKeys: ['any'] });
same<typeof svelteMapApplier, SnapshotApplier<Record<string, number>>>(true);

// Vue: refs and reactives.
const refApplier: SnapshotApplier<Settings> = createVueSnapshotApplier(ref(initial), { omitKeys: ['note'] });
refApplier.apply({ revision: ZERO_REVISION, data: { theme: 'dark' } });
// @ts-expect-error there is no such theme
createVueSnapshotApplier(ref(initial)).apply({ revision: ZERO_REVISION, data: { theme: 'blue' } });
createVueSnapshotApplier(ref<Settings | null>(null), { target: 'ref', pickKeys: ['theme'] });
createVueSnapshotApplier(shallowRef(initial), {
	pickKeys: ['theme'],
	toState: (data: Backend, { ref }) => ({ ...ref.value, theme: data.colour_theme }),
});
createVueSnapshotApplier({ value: initial }, { target: 'ref', pickKeys: ['theme'] });
createVueSnapshotApplier(reactive(initial), {
	pickKeys: ['theme'],
	toState: (data: Backend, { state }) => ({ ...state, theme: data.colour_theme }),
});
// @ts-expect-error there is no such key
createVueSnapshotApplier(ref(initial), { omitKeys: ['colour'] });
// @ts-expect-error there is no such key
createVueSnapshotApplier(reactive(initial), { omitKeys: ['colour'] });

const reactiveMapApplier = createVueSnapshotApplier(reactive(new Map<string, number>()), { pickKeys: ['any'] });
same<typeof reactiveMapApplier, SnapshotApplier<Record<string, number>>>(true);

// A store with keys of its own, and a backend's state without them: both are said, of each library.
interface Own extends Settings {
	isLoading: boolean;
}
declare const own: Own;
const settingsOnly: SnapshotApplier<Settings>[] = [
	createReduxSnapshotApplier<Own, Settings>(configureStore({ reducer: withSnapshotHandling((state: Own = own) => state) })),
	createZustandSnapshotApplier<ZustandStore, Settings>(useStore, { omitKeys: ['isLoading'] }),
	createJotaiSnapshotApplier<Own, Settings>(getDefaultStore(), atom(own)),
	createMobXSnapshotApplier<Own, Settings>(observable(own), { runInAction }),
	createPiniaSnapshotApplier<(typeof options)['$state'], Settings>(options, { omitKeys: ['isSaving'] }),
	createValtioSnapshotApplier<Own, Settings>(proxy(own)),
	createSvelteSnapshotApplier<Own, Settings>(writable(own)),
	createVueSnapshotApplier<Own, Settings>(ref(own)),
	createVueSnapshotApplier<Own, Settings>(reactive(own)),
];
for (const applier of settingsOnly) {
	createTopic<Settings>('settings').subscribe((data, version) => applier.apply({ ...version, data }));
}
// @ts-expect-error without, a snapshot has what the store has
createTopic<Settings>('settings').subscribe((data, version) => plain.apply({ ...version, data }));

// To the sync, and to a topic.
createTauriRevisionSync({ ...tauri, applier: createZustandSnapshotApplier(useStore, { omitKeys: ['isLoading'] }) });
createRevisionSync({ topic: 'settings', subscriber, provider, applier: createVueSnapshotApplier(reactive(initial)) });
createRevisionSync({ topic: 'settings', subscriber, provider, applier: createSvelteSnapshotApplier(writable(initial)) });
createTopic<Settings>('settings').subscribe((data, version) => svelteApplier.apply({ ...version, data }));
createRevisionSync({
	topic: 'settings',
	subscriber,
	provider,
	// @ts-expect-error the provider has no such state
	applier: createZustandSnapshotApplier(useStore, { toState: (data: Backend) => ({ theme: data.colour_theme }) }),
});
