// What the rigs of the table are made of, and what a library shows of a state.

import { autorun, configure, runInAction, toJS } from 'mobx';
import { createPinia, type defineStore, setActivePinia } from 'pinia';
import { subscribe } from 'valtio/vanilla';
import { nextTick, watch } from 'vue';

import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { createPiniaSnapshotApplier } from '../../src/appliers/pinia.js';
import type { ApplyMode } from '../../src/appliers/shared.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import type { SnapshotApplier } from '../../src/types.js';
import { effect } from './runes.svelte.js';

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

export type Make = (initial: object, options?: Options) => Rig;

configure({ enforceActions: 'always' });

/** Reads all of a state. */
function everyKey(state: unknown): void {
	if (typeof state === 'object' && state !== null) Object.values(state).forEach(everyKey);
}

/** The appliers' options are typed by the state; the table is not. */
export function untyped<Create>(create: Create): (target: unknown, options?: object) => SnapshotApplier<unknown> {
	return create as never;
}

/** What a Map holds, as an object: the same one for as long as it holds the same. */
export function fieldsOf(map: () => ReadonlyMap<string, unknown>): () => Settings {
	let fields: Record<string, unknown> = {};
	return () => {
		const next = Object.fromEntries(map());
		const keys = Object.keys(next);
		const holds = (key: string) => Object.hasOwn(fields, key) && Object.is(fields[key], next[key]);
		const isSame = keys.length === Object.keys(fields).length && keys.every(holds);
		if (!isSame) fields = next;
		return fields as never;
	};
}

export function mobx(store: object, options: Options | undefined, state = () => store as Settings): Rig {
	let runs = -1;
	autorun(() => {
		toJS(state());
		runs += 1;
	});
	return {
		state: () => runInAction(state),
		context: { store },
		applier: untyped(createMobXSnapshotApplier)(store, { ...options, runInAction }),
		told: async () => runs,
		change: (value) => runInAction(() => (state().nested.a = value)),
		holdsAnything: false,
	};
}

export function valtio(state: object, shown: () => Settings, options: Options | undefined): Rig {
	let runs = 0;
	subscribe(state, () => (runs += 1));
	return {
		state: shown,
		context: { proxy: state },
		applier: untyped(createValtioSnapshotApplier)(state, options),
		told: () => nextTick(() => runs),
		holdsAnything: false,
	};
}

export function runes(state: object, shown: () => Settings, options: Options | undefined): Rig {
	let runs = -1;
	effect(
		() => everyKey(shown()),
		() => (runs += 1),
	);
	return {
		state: shown,
		context: { state },
		applier: untyped(createSvelteSnapshotApplier)(state, { target: 'state', ...options }),
		told: () => nextTick(() => runs),
		holdsAnything: false,
	};
}

export function pinia(useStore: () => object, options: Options | undefined): Rig {
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

export function vue(target: object, state: () => Settings, context: object, options: Options | undefined): Rig {
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
