// One rig for each way to hold a state: the real library, with an applier of ours on it.

import { configureStore } from '@reduxjs/toolkit';
import { atom, createStore as createJotaiStore } from 'jotai/vanilla';
import { makeAutoObservable, observable, runInAction } from 'mobx';
import { defineStore } from 'pinia';
import { SvelteMap } from 'svelte/reactivity';
import { get, writable } from 'svelte/store';
import { proxy, snapshot as valtioSnapshot } from 'valtio/vanilla';
import { proxyMap } from 'valtio/vanilla/utils';
import { reactive, ref, shallowRef } from 'vue';
import { createStore as createZustandStore } from 'zustand/vanilla';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { createReduxSnapshotApplier, withSnapshotHandling } from '../../src/appliers/redux.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import type { Revision } from '../../src/types.js';
import { fieldsOf, type Make, mobx, pinia, type Rig, runes, type Settings, untyped, valtio, vue } from './rigs.js';
import { stateOf } from './runes.svelte.js';

export { initial, type Nested, type Settings } from './rigs.js';

let stores = 0;

export const containers: [name: string, make: Make][] = [
	[
		'Redux',
		(initial, options) => {
			const store = configureStore({
				reducer: withSnapshotHandling((state: object = initial) => state),
				devTools: false,
				// The checks of Redux Toolkit are on; how long they take is none of this.
				middleware: (defaults) =>
					defaults({ immutableCheck: { warnAfter: Infinity }, serializableCheck: { warnAfter: Infinity } }),
			});
			let runs = 0;
			let seen = store.getState();
			// As a selector does: what has not changed renders nothing.
			store.subscribe(() => {
				if (store.getState() !== seen) runs += 1;
				seen = store.getState();
			});
			return {
				state: store.getState as () => Settings,
				context: { store },
				applier: untyped(createReduxSnapshotApplier)(store, options),
				told: async () => runs,
				holdsAnything: true,
			};
		},
	],
	[
		'Zustand',
		(initial, options) => {
			const store = createZustandStore(() => initial);
			let runs = 0;
			store.subscribe(() => (runs += 1));
			return {
				state: store.getState as () => Settings,
				context: { store },
				applier: untyped(createZustandSnapshotApplier)(store, options),
				told: async () => runs,
				holdsAnything: true,
			};
		},
	],
	[
		'Jotai',
		(initial, options) => {
			const store = createJotaiStore();
			const settings = atom(initial);
			let runs = 0;
			store.sub(settings, () => (runs += 1));
			return {
				state: () => store.get(settings) as Settings,
				context: { store, atom: settings },
				applier: createJotaiSnapshotApplier<object, unknown>(store, settings, options as never),
				told: async () => runs,
				holdsAnything: true,
			};
		},
	],
	['MobX, an observable', (initial, options) => mobx(observable(initial), options)],
	[
		'MobX, a class',
		(initial, options) => {
			// A class each time: MobX keeps the fields of the first instance.
			class Settings {
				constructor() {
					Object.assign(this, initial);
					makeAutoObservable(this);
				}
			}
			return mobx(new Settings(), options);
		},
	],
	[
		'MobX, an observable map',
		(initial, options) => {
			const map = observable.map(Object.entries(initial));
			return mobx(map, options, fieldsOf(() => map));
		},
	],
	[
		'MobX, a box',
		(initial, options) => {
			const box = observable.box(initial);
			return { ...mobx(box, options, () => box.get() as Settings), holdsAnything: true };
		},
	],
	[
		'Pinia, an option store',
		(initial, options) => pinia(defineStore(`options ${(stores += 1)}`, { state: () => initial as never }), options),
	],
	[
		'Pinia, a setup store of refs',
		(initial, options) => {
			const setup = () => Object.fromEntries(Object.entries(initial).map(([key, value]) => [key, ref(value)]));
			return pinia(defineStore(`setup ${(stores += 1)}`, setup), options);
		},
	],
	[
		'Valtio',
		(initial, options) => {
			const state = proxy(initial) as Settings;
			const rig = valtio(state, () => valtioSnapshot(state) as Settings, options);
			return { ...rig, change: (value) => (state.nested.a = value) };
		},
	],
	[
		'Valtio, a proxyMap',
		(initial, options) => {
			const map = proxyMap(Object.entries(initial));
			return valtio(map, fieldsOf(() => valtioSnapshot(map)), options);
		},
	],
	[
		'Svelte, a writable store',
		(initial, options) => {
			const store = writable(initial);
			let runs = -1;
			store.subscribe(() => (runs += 1));
			return {
				state: () => get(store) as Settings,
				context: { store },
				applier: untyped(createSvelteSnapshotApplier)(store, options),
				told: async () => runs,
				holdsAnything: true,
			};
		},
	],
	[
		'Svelte, runes',
		(initial, options) => {
			const state = stateOf(initial) as Settings;
			return { ...runes(state, () => state, options), change: (value) => (state.nested.a = value) };
		},
	],
	[
		'Svelte, a SvelteMap',
		(initial, options) => {
			const map = new SvelteMap(Object.entries(initial));
			return runes(map, fieldsOf(() => map), options);
		},
	],
	[
		'Vue, reactive',
		(initial, options) => {
			const state = reactive(initial);
			return vue(state, () => state as Settings, { state }, options);
		},
	],
	[
		'Vue, a reactive Map',
		(initial, options) => {
			const map = reactive(new Map(Object.entries(initial)));
			return vue(map, fieldsOf(() => map), { state: map }, options);
		},
	],
	[
		'Vue, a ref',
		(initial, options) => {
			const state = ref(initial);
			return vue(state, () => state.value as Settings, { ref: state }, options);
		},
	],
	[
		'Vue, a shallow ref',
		(initial, options) => {
			const state = shallowRef(initial);
			const rig = vue(state, () => state.value as Settings, { ref: state }, { ...options });
			delete rig.change;
			return rig;
		},
	],
];

export const snapshotOf = <T>(data: T) => ({ revision: '1' as Revision, data });

/** The state without the library's own objects; keys that hold undefined count as gone. */
export function plain(rig: Rig): unknown {
	return runInAction(() => JSON.parse(JSON.stringify(rig.state())));
}
