import { atom, createStore, getDefaultStore } from 'jotai/vanilla';
import { atomWithReducer, atomWithStorage, createJSONStorage, selectAtom } from 'jotai/vanilla/utils';
import { expect, test, vi } from 'vitest';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { snapshotOf } from './containers.js';

interface Settings {
	theme: string;
	nested: { a: number };
}
const initial: Settings = { theme: 'light', nested: { a: 1 } };
const fetched: Settings = { theme: 'dark', nested: { a: 1 } };

test('the default store', () => {
	const settings = atom(initial);
	createJotaiSnapshotApplier(getDefaultStore(), settings).apply(snapshotOf(fetched));
	expect(getDefaultStore().get(settings)).toEqual(fetched);
});

test('a derived atom gets the next value, and no function', () => {
	const whole = atom({ settings: initial, other: 1 });
	const settings = atom(
		(get) => get(whole).settings,
		(get, set, settings: Settings) => set(whole, { ...get(whole), settings }),
	);
	const store = createStore();
	createJotaiSnapshotApplier(store, settings).apply(snapshotOf(fetched));
	expect(store.get(whole)).toEqual({ settings: fetched, other: 1 });
});

test('atoms of jotai/utils that take what they hold', () => {
	const store = createStore();
	const stored = new Map<string, string>();
	const storage = createJSONStorage<Settings>(() => ({
		getItem: (key) => stored.get(key) ?? null,
		setItem: (key, value) => void stored.set(key, value),
		removeItem: (key) => void stored.delete(key),
	}));
	const persisted = atomWithStorage('settings', initial, storage);
	createJotaiSnapshotApplier(store, persisted).apply(snapshotOf(fetched));
	expect(store.get(persisted)).toEqual(fetched);
	expect(JSON.parse(stored.get('settings')!)).toEqual(fetched);

	const reduced = atomWithReducer(initial, (_, next: Settings) => next);
	createJotaiSnapshotApplier(store, reduced).apply(snapshotOf(fetched));
	expect(store.get(reduced)).toEqual(fetched);
});

test('atomWithStorage whose storage takes its time is waited for', async () => {
	const stored = new Map([['settings', JSON.stringify({ ...initial, note: 'stored' })]]);
	const storage = createJSONStorage<Settings>(() => ({
		getItem: async (key) => stored.get(key) ?? null,
		setItem: async (key, value) => void stored.set(key, value),
		removeItem: async (key) => void stored.delete(key),
	}));
	const store = createStore();
	const settings = atomWithStorage<Settings>('settings', initial, storage as never);
	store.sub(settings, () => {});
	expect(store.get(settings)).toBeInstanceOf(Promise);
	const applier = createJotaiSnapshotApplier(store, settings);
	await applier.apply(snapshotOf(fetched));
	expect(store.get(settings)).toEqual({ ...fetched, note: 'stored' });
	expect(JSON.parse(stored.get('settings')!)).toEqual({ ...fetched, note: 'stored' });
});

test('a storage that rejects what is written is told', async () => {
	const storage = { getItem: () => initial, setItem: () => Promise.reject(new Error('it is full')), removeItem() {} };
	const store = createStore();
	const settings = atomWithStorage<Settings>('settings', initial, storage as never);
	const applier = createJotaiSnapshotApplier(store, settings);
	await expect(applier.apply(snapshotOf(fetched))).rejects.toThrow('it is full');
	expect(store.get(settings)).toEqual(fetched);
});

test('what is derived of what has not changed is not told', () => {
	const store = createStore();
	const settings = atom(initial);
	const [nested, theme] = [vi.fn(), vi.fn()];
	store.sub(
		selectAtom(settings, ({ nested }) => nested),
		nested,
	);
	store.sub(
		atom((get) => get(settings).theme),
		theme,
	);
	createJotaiSnapshotApplier(store, settings, { mode: 'replace' }).apply(snapshotOf(fetched));
	expect(nested).not.toHaveBeenCalled();
	expect(theme).toHaveBeenCalledOnce();
});

test.each(['patch', 'replace'] as const)('an atom that holds nothing yet, in mode %s', (mode) => {
	const store = createStore();
	const settings = atom<Settings | null>(null);
	const applier = createJotaiSnapshotApplier(store, settings, { mode, pickKeys: ['theme', 'nested'] });
	applier.apply(snapshotOf({ ...fetched, more: 1 }));
	expect(store.get(settings)).toEqual(fetched);
});

test('an atom that holds a list keeps the elements that say the same', () => {
	const store = createStore();
	const list = atom([{ id: 1 }, { id: 2 }]);
	const before = store.get(list);
	const applier = createJotaiSnapshotApplier(store, list, { mode: 'replace', strict: false });
	applier.apply(snapshotOf([{ id: 1 }, { id: 3 }]));
	const after = store.get(list);
	expect(after).toEqual([{ id: 1 }, { id: 3 }]);
	expect(after[0]).toBe(before[0]);
	applier.apply(snapshotOf([{ id: 1 }, { id: 3 }]));
	expect(store.get(list)).toBe(after);
});

test('an atom that holds a number', () => {
	const store = createStore();
	const count = atom(1);
	createJotaiSnapshotApplier(store, count, { mode: 'replace', strict: false }).apply(snapshotOf(2));
	expect(store.get(count)).toBe(2);
	expect(() => createJotaiSnapshotApplier(store, count).apply(snapshotOf(3))).toThrow(
		"revgate/jotai: the state is 'number', which has no keys; return an object from toState, or pass mode: 'replace', strict: false",
	);
});
