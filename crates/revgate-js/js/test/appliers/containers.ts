// One rig for each way to hold a state: the real library, with an applier of ours on it.

import { configureStore } from '@reduxjs/toolkit';
import { atom, createStore as createJotaiStore } from 'jotai/vanilla';
import { autorun, configure, makeAutoObservable, observable, runInAction, toJS } from 'mobx';
import { createPinia, defineStore, setActivePinia } from 'pinia';
import { get, writable } from 'svelte/store';
import { proxy, snapshot as valtioSnapshot, subscribe } from 'valtio/vanilla';
import { nextTick, reactive, ref, shallowRef, watch } from 'vue';
import { createStore as createZustandStore } from 'zustand/vanilla';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { createPiniaSnapshotApplier } from '../../src/appliers/pinia.js';
import { createReduxSnapshotApplier, withSnapshotHandling } from '../../src/appliers/redux.js';
import type { ApplyMode } from '../../src/appliers/shared.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import type { Revision, SnapshotApplier } from '../../src/types.js';
import { effect, stateOf } from './runes.svelte.js';

export interface Nested {
	a: number;
	deep: { b: number };
}

/** Local to the window: `isLoading`. May be missing in a snapshot: `note`. */
export interface Settings {
	theme: string;
	fontSize: number;
	note?: string;
	nested: Nested;
	items: { id: number; name: string }[];
	isLoading: boolean;
}

export const initial = (): Settings => ({
	theme: 'light',
	fontSize: 14,
	note: 'mine',
	nested: { a: 1, deep: { b: 2 } },
	items: [
		{ id: 1, name: 'one' },
		{ id: 2, name: 'two' },
	],
	isLoading: true,
});

/** The options as the table has them; that their types fit each library is a test of its own. */
export interface Options {
	mode?: ApplyMode;
	pickKeys?: string[];
	omitKeys?: string[];
	strict?: boolean;
	toState?: (data: unknown, context: Record<string, unknown>) => object;
}

export interface Rig {
	/** What the library shows, in its own objects. */
	state(): Settings;
	/** The names of what `toState` gets of the library, and these things. */
	context: Record<string, unknown>;
	applier: SnapshotApplier<unknown>;
	/** How often whoever shows the state has been told, once all that is due has run. */
	told(): Promise<number>;
	/** Changes `nested.a` as the app would, if the library lets it be changed in place. */
	change?(value: number): void;
	/** Whether the container can hold anything. */
	holdsAnything: boolean;
}

type Make = (initial: object, options?: Options) => Rig;

configure({ enforceActions: 'always' });

let stores = 0;

/** Reads all of a state. */
function everyKey(state: unknown): void {
	if (typeof state === 'object' && state !== null) Object.values(state).forEach(everyKey);
}

/** The appliers' options are typed by the state; the table is not. */
function untyped<Create>(create: Create): (target: unknown, options?: object) => SnapshotApplier<unknown> {
	return create as never;
}

function mobx(store: object, options: Options | undefined): Rig {
	let runs = -1;
	autorun(() => {
		toJS(store);
		runs += 1;
	});
	return {
		state: () => store as Settings,
		context: { store },
		applier: untyped(createMobXSnapshotApplier)(store, { ...options, runInAction }),
		told: async () => runs,
		change: (value) => runInAction(() => ((store as Settings).nested.a = value)),
		holdsAnything: false,
	};
}

function pinia(useStore: () => object, options: Options | undefined): Rig {
	setActivePinia(createPinia());
	const store = useStore() as ReturnType<ReturnType<typeof defineStore>>;
	let runs = 0;
	store.$subscribe(() => (runs += 1));
	return {
		state: () => store.$state as unknown as Settings,
		context: { store },
		applier: untyped(createPiniaSnapshotApplier)(store, options),
		told: () => nextTick(() => runs),
		change: (value) => ((store.$state as unknown as Settings).nested.a = value),
		holdsAnything: false,
	};
}

function vue(target: object, state: () => Settings, context: object, options: Options | undefined): Rig {
	let runs = 0;
	watch(target as never, () => (runs += 1), { deep: true });
	return {
		state,
		context: { ...context },
		applier: untyped(createVueSnapshotApplier)(target, options),
		told: () => nextTick(() => runs),
		change: (value) => (state().nested.a = value),
		holdsAnything: 'ref' in context,
	};
}

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
			const state = proxy(initial);
			let runs = 0;
			subscribe(state, () => (runs += 1));
			return {
				state: () => valtioSnapshot(state) as Settings,
				context: { proxy: state },
				applier: untyped(createValtioSnapshotApplier)(state, options),
				told: () => nextTick(() => runs),
				change: (value) => ((state as Settings).nested.a = value),
				holdsAnything: false,
			};
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
			let runs = -1;
			effect(
				() => everyKey(state),
				() => (runs += 1),
			);
			return {
				state: () => state,
				context: { state },
				applier: untyped(createSvelteSnapshotApplier)(state, { target: 'state', ...options }),
				told: () => nextTick(() => runs),
				change: (value) => (state.nested.a = value),
				holdsAnything: false,
			};
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
