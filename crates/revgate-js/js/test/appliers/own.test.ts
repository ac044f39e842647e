// What of a store is the app's own: it stays in both modes, whatever a snapshot says.

import { atom, createStore as createJotaiStore } from 'jotai/vanilla';
import { makeAutoObservable, observable, runInAction } from 'mobx';
import { createPinia, defineStore, setActivePinia } from 'pinia';
import { get, writable } from 'svelte/store';
import { proxy } from 'valtio/vanilla';
import { describe, expect, test, vi } from 'vitest';
import { computed, reactive, ref, toRaw } from 'vue';
import { createStore } from 'zustand/vanilla';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { createPiniaSnapshotApplier } from '../../src/appliers/pinia.js';
import type { ApplyMode } from '../../src/appliers/shared.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import type { SnapshotApplier } from '../../src/types.js';
import { snapshotOf } from './containers.js';

type Make = (initial: object, mode: ApplyMode) => { applier: SnapshotApplier<object>; state(): object };

const taking: [name: string, make: Make][] = [
	[
		'Zustand',
		(initial, mode) => {
			const store = createStore(() => initial);
			return { applier: createZustandSnapshotApplier<object>(store, { mode }), state: store.getState };
		},
	],
	[
		'Jotai',
		(initial, mode) => {
			const [store, settings] = [createJotaiStore(), atom(initial)];
			return { applier: createJotaiSnapshotApplier<object>(store, settings, { mode }), state: () => store.get(settings) };
		},
	],
	[
		'Svelte, a writable store',
		(initial, mode) => {
			const store = writable(initial);
			return { applier: createSvelteSnapshotApplier<object>(store, { mode }), state: () => get(store) };
		},
	],
	[
		'Vue, a ref',
		(initial, mode) => {
			const state = ref(initial);
			return { applier: createVueSnapshotApplier<object>(state, { mode }), state: () => toRaw(state.value) };
		},
	],
];

const inPlace: [name: string, make: Make][] = [
	['MobX', (initial, mode) => of(observable(initial), (it) => createMobXSnapshotApplier(it, { mode, runInAction }))],
	['Valtio', (initial, mode) => of(proxy(initial), (it) => createValtioSnapshotApplier(it, { mode }))],
	['Vue, reactive', (initial, mode) => of(reactive(initial), (it) => createVueSnapshotApplier(it, { mode }))],
];

function of(state: object, create: (state: object) => SnapshotApplier<object>): ReturnType<Make> {
	return { applier: create(state), state: () => state };
}

const mark = Symbol('of the app');

class Settings {
	theme = 'light';
	note = 'mine';
	actions = { reset: () => 'reset' };
	[mark] = 1;
	get shout(): string {
		return this.theme.toUpperCase();
	}
	toggle(): string {
		return `toggled ${this.theme}`;
	}
}

const withGetter = () => ({
	theme: 'light',
	note: 'mine',
	actions: { reset: () => 'reset' },
	[mark]: 1,
	get shout(): string {
		return this.theme.toUpperCase();
	},
	toggle(): string {
		return `toggled ${this.theme}`;
	},
});

describe.each(['patch', 'replace'] as const)('in mode %s', (mode) => {
	describe.each(taking)('%s', (_, make) => {
		test.each([
			['an object', withGetter],
			['a frozen object', () => Object.freeze(withGetter())],
			['an instance', () => new Settings()],
		])('the getters, functions, symbols and the class of %s stay', (_, initial) => {
			const before = initial();
			const { applier, state } = make(before, mode);
			applier.apply(snapshotOf({ theme: 'dark' }));
			applier.apply(snapshotOf({ theme: 'blue', shout: 'no', toggle: null, actions: {} }));
			const after = state() as Settings;
			expect([after.theme, after.shout, after.toggle(), after[mark]]).toEqual(['blue', 'BLUE', 'toggled blue', 1]);
			expect(Object.getPrototypeOf(after)).toBe(Object.getPrototypeOf(before));
			expect('note' in after).toBe(mode === 'patch');
			expect(before.theme).toBe('light');
			applier.apply(snapshotOf({ theme: 'blue' }));
			expect(state()).toBe(after);
		});

		test('a field that is a getter and a setter is set by its setter, on the copy alone', () => {
			const before = {
				held: 1,
				get volume(): number {
					return this.held;
				},
				set volume(value: number) {
					this.held = value;
				},
			};
			const { applier, state } = make(before, mode);
			applier.apply(snapshotOf({ held: 2, volume: 7 }));
			expect(state()).toMatchObject({ held: 7, volume: 7 });
			expect(before.held).toBe(1);
			applier.apply(snapshotOf({ held: 3 }));
			expect(state()).toMatchObject({ held: 3, volume: 3 });
		});
	});

	test.each(inPlace)('%s: a key that names a getter or a function is left, and the others are set', (_, make) => {
		const { applier, state } = make(withGetter(), mode);
		applier.apply(snapshotOf({ shout: 'no', toggle: null, theme: 'dark', note: 'new' }));
		const after = state() as ReturnType<typeof withGetter>;
		const { theme, shout, note } = runInAction(() => ({ theme: after.theme, shout: after.shout, note: after.note }));
		expect([theme, shout, note, typeof after.toggle]).toEqual(['dark', 'DARK', 'new', 'function']);
	});

	test('MobX: a class keeps its computed values and actions, and its fields are set', () => {
		class Store {
			theme = 'light';
			constructor() {
				makeAutoObservable(this);
			}
			get shout(): string {
				return this.theme.toUpperCase();
			}
			toggle(): void {}
		}
		const store = new Store();
		const applier = createMobXSnapshotApplier<Store, object>(store, { mode, runInAction });
		applier.apply(snapshotOf({ shout: 'no', toggle: 1, theme: 'dark' }));
		const { theme, shout } = runInAction(() => ({ theme: store.theme, shout: store.shout }));
		expect([theme, shout, typeof store.toggle]).toEqual(['dark', 'DARK', 'function']);
	});

	test('Vue: a computed value in a reactive is left, without a warning', () => {
		const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
		const theme = ref('light');
		const state = reactive({ theme, shout: computed(() => theme.value.toUpperCase()) });
		const applier = createVueSnapshotApplier<object>(state, { mode });
		applier.apply(snapshotOf({ shout: 'no', theme: 'dark' }));
		applier.apply(snapshotOf({ theme: 'blue' }));
		expect([state.theme, state.shout]).toEqual(['blue', 'BLUE']);
		expect(warned).not.toHaveBeenCalled();
		warned.mockRestore();
	});

	test.each([
		['option', () => ({ state: () => ({ theme: 'light' }), getters: { shout: (it: { theme: string }) => it.theme.toUpperCase() }, actions: { toggle() {} } })],
		[
			'setup',
			() => () => {
				const theme = ref('light');
				return { theme, shout: computed(() => theme.value.toUpperCase()), toggle() {} };
			},
		],
	])('Pinia: the getters and actions of an %s store are no keys of its state', (name, make) => {
		setActivePinia(createPinia());
		const store = defineStore(`${name} ${mode}`, make() as () => object)() as never as { $state: object; theme: string; shout: string };
		const applier = createPiniaSnapshotApplier<object>(store as never, { mode });
		applier.apply(snapshotOf({ shout: 'no', toggle: 1, theme: 'dark' }));
		expect(store.$state).toEqual({ theme: 'dark' });
		expect(store.shout).toBe('DARK');
	});
});

test('what cannot be set is refused before the first key is', () => {
	const state = reactive(Object.defineProperty({ theme: 'light', fixed: 1 }, 'fixed', { writable: false }));
	expect(() => createVueSnapshotApplier(state).apply(snapshotOf({ theme: 'dark', fixed: 2 }))).toThrow(
		new TypeError("revgate: the state's key 'fixed' cannot be set: the object is readonly"),
	);
	expect(state.theme).toBe('light');
});

test('Pinia: a key that cannot be set within a reactive is refused before the first key is set', () => {
	setActivePinia(createPinia());
	const store = defineStore('parts', () => ({ theme: ref('light'), nested: reactive<object>({ a: 1 }) }))();
	const data = { theme: 'dark', nested: { constructor: 1 } };
	expect(() => createPiniaSnapshotApplier<object>(store as never).apply(snapshotOf(data))).toThrow(/'constructor'/);
	expect(store.$state).toEqual({ theme: 'light', nested: { a: 1 } });
});
