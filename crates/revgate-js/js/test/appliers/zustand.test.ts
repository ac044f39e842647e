import { expect, test, vi } from 'vitest';
import { createJSONStorage, devtools, persist, subscribeWithSelector } from 'zustand/middleware';
import { immer } from 'zustand/middleware/immer';
import { createStore } from 'zustand/vanilla';

import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import { until } from '../until.js';
import { snapshotOf } from './containers.js';

interface Settings {
	theme: string;
	note?: string;
	nested: { a: number };
}
const initial: Settings = { theme: 'light', note: 'mine', nested: { a: 1 } };
const fetched: Settings = { theme: 'dark', nested: { a: 1 } };

test('functions survive mode replace and still work, on their own and in an object of functions', () => {
	interface Store extends Settings {
		setTheme(theme: string): void;
		actions: { more: { reset(): void } };
	}
	const store = createStore<Store>()((set) => ({
		...initial,
		setTheme: (theme) => set({ theme }),
		actions: { more: { reset: () => set({ theme: 'reset' }) } },
	}));
	const { setTheme, actions } = store.getState();
	createZustandSnapshotApplier<Store, Settings>(store, { mode: 'replace' }).apply(snapshotOf(fetched));
	expect(store.getState()).toEqual({ ...fetched, setTheme, actions });
	store.getState().setTheme('blue');
	expect(store.getState().theme).toBe('blue');
	store.getState().actions.more.reset();
	expect(store.getState().theme).toBe('reset');
});

test('an object with nothing in it is state, and goes away', () => {
	const store = createStore<object>(() => ({ theme: 'light', map: {} }));
	createZustandSnapshotApplier(store, { mode: 'replace' }).apply(snapshotOf({ theme: 'light' }));
	expect(store.getState()).toEqual({ theme: 'light' });
});

test('a listener gets the state before and after', () => {
	const store = createStore(() => initial);
	const heard = vi.fn();
	store.subscribe(heard);
	createZustandSnapshotApplier(store).apply(snapshotOf(fetched));
	expect(heard.mock.calls).toEqual([[{ ...initial, theme: 'dark' }, initial]]);
});

test('with subscribeWithSelector, a selector of what has not changed is not called', () => {
	const store = createStore<Settings>()(subscribeWithSelector(() => initial));
	const [nested, theme] = [vi.fn(), vi.fn()];
	store.subscribe((state) => state.nested, nested);
	store.subscribe((state) => state.theme, theme);
	createZustandSnapshotApplier(store, { mode: 'replace' }).apply(snapshotOf(fetched));
	expect(nested).not.toHaveBeenCalled();
	expect(theme.mock.calls).toEqual([['dark', 'light']]);
});

test('with persist, what a snapshot changes is stored', () => {
	const stored = new Map<string, string>();
	const storage = createJSONStorage(() => ({
		getItem: (name) => stored.get(name) ?? null,
		setItem: (name, value) => void stored.set(name, value),
		removeItem: (name) => void stored.delete(name),
	}));
	const store = createStore<Settings>()(persist(() => initial, { name: 'settings', storage }));
	createZustandSnapshotApplier(store, { mode: 'replace' }).apply(snapshotOf(fetched));
	expect(JSON.parse(stored.get('settings')!)).toEqual({ state: fetched, version: 0 });
});

test('with immer and devtools', () => {
	const store = createStore<Settings>()(devtools(immer(() => structuredClone(initial))));
	const applier = createZustandSnapshotApplier(store, { mode: 'replace' });
	applier.apply(snapshotOf(fetched));
	store.setState((draft) => {
		draft.nested.a = 5;
	});
	expect(store.getState()).toEqual({ theme: 'dark', nested: { a: 5 } });
	applier.apply(snapshotOf(fetched));
	expect(store.getState()).toEqual(fetched);
});

test('a frozen state is not written to', () => {
	const state = Object.freeze({ ...initial, nested: Object.freeze({ a: 1 }) });
	const store = createStore<Settings>(() => state);
	createZustandSnapshotApplier(store).apply(snapshotOf({ theme: 'dark', nested: { a: 2 } }));
	expect(store.getState()).toEqual({ ...initial, theme: 'dark', nested: { a: 2 } });
	expect(state.nested.a).toBe(1);
});

test('what persist reads later than the first snapshot is not put over it', async () => {
	let answer: (stored: { state: Settings; version: number }) => void = () => {};
	const stored = new Promise<Parameters<typeof answer>[0]>((resolve) => (answer = resolve));
	const written: unknown[] = [];
	const storage = {
		getItem: () => stored,
		setItem: (_: string, { state }: { state: Settings }) => void written.push(state),
		removeItem() {},
	};
	const store = createStore<Settings>()(persist(() => initial, { name: 'settings', storage }));
	const applier = createZustandSnapshotApplier(store);
	applier.apply(snapshotOf({ ...fetched, theme: 'blue' }));
	applier.apply(snapshotOf(fetched));
	answer({ state: { theme: 'old', note: 'stored', nested: { a: 0 } }, version: 0 });
	await until(() => expect(store.persist.hasHydrated()).toBe(true));
	// Only a key that no snapshot has is what was stored.
	expect(store.getState()).toEqual({ ...fetched, note: 'stored' });
	expect(written.at(-1)).toEqual(store.getState());
});

test('a storage of persist that rejects is told, and the state is shown', async () => {
	const storage = { getItem: () => null, setItem: () => Promise.reject(new Error('it is full')), removeItem() {} };
	const store = createStore<Settings>()(persist(() => initial, { name: 'settings', storage: storage as never }));
	const applier = createZustandSnapshotApplier(store);
	await expect(applier.apply(snapshotOf(fetched))).rejects.toThrow('it is full');
	expect(store.getState().theme).toBe('dark');
	expect(applier.apply(snapshotOf(fetched))).toBeUndefined();
});
