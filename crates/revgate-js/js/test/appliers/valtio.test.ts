import { proxy, ref, snapshot, subscribe } from 'valtio/vanilla';
import { proxyMap, subscribeKey } from 'valtio/vanilla/utils';
import { expect, test, vi } from 'vitest';

import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { snapshotOf } from './containers.js';

const initial = () => ({
	theme: 'light',
	note: 'mine' as string | undefined,
	nested: { a: 1 },
	items: [{ id: 1 }, { id: 2 }],
});
const fetched = () => ({ theme: 'dark', nested: { a: 1 }, items: [{ id: 1 }, { id: 3 }] });

test('functions and getters survive mode replace and still work', () => {
	const state = proxy({
		...initial(),
		get shout(): string {
			return this.theme.toUpperCase();
		},
		get broken(): never {
			throw new Error('it is not to be run');
		},
		setTheme(theme: string) {
			this.theme = theme;
		},
	});
	createValtioSnapshotApplier<object>(state, { mode: 'replace' }).apply(snapshotOf(fetched()));
	expect(Object.keys(state)).toEqual(['theme', 'nested', 'items', 'setTheme', 'shout', 'broken']);
	expect(state.shout).toBe('DARK');
	state.setTheme('blue');
	expect(state.shout).toBe('BLUE');
});

test('one snapshot notifies once, with all that it has changed', async () => {
	const state = proxy(initial());
	const told = vi.fn();
	subscribe(state, told);
	createValtioSnapshotApplier<object>(state, { mode: 'replace' }).apply(snapshotOf(fetched()));
	await Promise.resolve();
	expect(told).toHaveBeenCalledOnce();
});

test('only subscribers of what has changed are notified', async () => {
	const state = proxy(initial());
	const [theme, nested, first, items] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()];
	subscribeKey(state, 'theme', theme);
	subscribe(state.nested, nested);
	subscribe(state.items[0]!, first);
	subscribeKey(state, 'items', items);
	createValtioSnapshotApplier<object>(state).apply(snapshotOf(fetched()));
	await Promise.resolve();
	expect([theme, nested, first, items].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0, 1]);
});

test('parts that say the same are the same in snapshots too, and still live', () => {
	const state = proxy(initial());
	const before = snapshot(state);
	createValtioSnapshotApplier<object>(state).apply(snapshotOf(fetched()));
	const after = snapshot(state);
	expect(after.nested).toBe(before.nested);
	expect(after.items[0]).toBe(before.items[0]);
	state.items[0]!.id = 7;
	expect(snapshot(state).items[0]).toEqual({ id: 7 });
});

test('what the app holds by ref or in a proxyMap stays, if its key is left out', () => {
	const element = ref({ current: null });
	const state = proxy({ ...initial(), element, map: proxyMap([[1, 2]]) });
	createValtioSnapshotApplier(state, { mode: 'replace', omitKeys: ['element', 'map'] }).apply(
		snapshotOf({ ...fetched(), element, map: proxyMap<number, number>(), note: undefined }),
	);
	expect(state.element).toBe(element);
	expect(state.map.get(1)).toBe(2);
});

test('subscribers of a part that goes away are no longer notified of it', async () => {
	const state = proxy(initial());
	const { nested } = state;
	const told = vi.fn();
	createValtioSnapshotApplier<object>(state).apply(snapshotOf({ nested: { a: 2 } }));
	await Promise.resolve();
	subscribe(state, told);
	nested.a = 9;
	await Promise.resolve();
	expect(told).not.toHaveBeenCalled();
	expect(state.nested.a).toBe(2);
});
