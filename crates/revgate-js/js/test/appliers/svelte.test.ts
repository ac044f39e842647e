import { derived, get, type Writable, writable } from 'svelte/store';
import { expect, test, vi } from 'vitest';

import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { snapshotOf } from './containers.js';
import { effect, RunesSettings, stateOf } from './runes.svelte.js';

const initial = () => ({ theme: 'light', nested: { a: 1 }, items: [{ id: 1 }, { id: 2 }] });
const fetched = () => ({ theme: 'dark', nested: { a: 1 }, items: [{ id: 1 }, { id: 3 }] });

test('a store of your own that can only be set and updated', () => {
	let value = initial();
	let updates = 0;
	const store = {
		set: (next: typeof value) => void (value = next),
		update: (updater: (current: typeof value) => typeof value) => {
			value = updater(value);
			updates += 1;
		},
	};
	createSvelteSnapshotApplier(store).apply(snapshotOf(fetched()));
	expect(value).toEqual(fetched());
	expect(updates).toBe(1);
});

test('a store that is read is not kept running', () => {
	const stop = vi.fn();
	const start = vi.fn(() => stop);
	const store = writable(initial(), start);
	createSvelteSnapshotApplier(store).apply(snapshotOf(fetched()));
	expect(start.mock.calls.length).toBe(stop.mock.calls.length);
	expect(get(store)).toEqual(fetched());
});

test('what is derived gets the parts that have not changed as they were', () => {
	const store = writable(initial());
	const first = derived(store, ({ items }) => items[0]);
	const seen: unknown[] = [];
	first.subscribe((value) => seen.push(value));
	createSvelteSnapshotApplier(store).apply(snapshotOf(fetched()));
	expect(seen.length).toBe(2);
	expect(seen[1]).toBe(seen[0]);
});

test('a store that holds nothing yet, and one that holds a list', () => {
	const settings: Writable<ReturnType<typeof initial> | null> = writable(null);
	createSvelteSnapshotApplier(settings, { omitKeys: ['items'] }).apply(snapshotOf(fetched()));
	expect(get(settings)).toEqual({ theme: 'dark', nested: { a: 1 } });

	const list = writable([{ id: 1 }]);
	const [one] = get(list);
	createSvelteSnapshotApplier(list, { mode: 'replace', strict: false }).apply(snapshotOf([{ id: 1 }, { id: 2 }]));
	expect(get(list)).toEqual([{ id: 1 }, { id: 2 }]);
	expect(get(list)[0]).toBe(one);
});

test('a frozen value of a store is not written to', () => {
	const value = Object.freeze({ ...initial(), nested: Object.freeze({ a: 1 }) });
	const store = writable<ReturnType<typeof initial>>(value);
	createSvelteSnapshotApplier(store).apply(snapshotOf({ ...fetched(), nested: { a: 2 } }));
	expect(get(store).nested).toEqual({ a: 2 });
	expect(value.nested).toEqual({ a: 1 });
});

test('with runes, only what reads what has changed runs again, and once', async () => {
	const state = stateOf(initial());
	const runs = { theme: 0, nested: 0, first: 0, second: 0 };
	effect(
		() => state.theme,
		() => runs.theme++,
	);
	effect(
		() => state.nested.a,
		() => runs.nested++,
	);
	const rows = [state.items[0]!, state.items[1]!];
	effect(
		() => rows[0]!.id,
		() => runs.first++,
	);
	createSvelteSnapshotApplier(state, { target: 'state' }).apply(snapshotOf(fetched()));
	await Promise.resolve();
	expect(runs).toEqual({ theme: 2, nested: 1, first: 1, second: 0 });
	expect(state.items[0]).toBe(rows[0]);
	expect(state.items[1]).not.toBe(rows[1]);
});

test('functions and getters of an object of $state survive mode replace', () => {
	const state = stateOf({
		theme: 'light',
		note: 'mine',
		get shout(): string {
			return this.theme.toUpperCase();
		},
		toggle() {
			this.theme = 'toggled';
		},
	});
	createSvelteSnapshotApplier<object>(state, { target: 'state', mode: 'replace' }).apply(snapshotOf({ theme: 'dark' }));
	expect(state).not.toHaveProperty('note');
	expect(state.shout).toBe('DARK');
	state.toggle();
	expect(state.theme).toBe('toggled');
});

test.each(['patch', 'replace'] as const)('a class with runes is written to by its fields, in mode %s', async (mode) => {
	const settings = new RunesSettings();
	let runs = 0;
	effect(
		() => settings.shout,
		() => runs++,
	);
	const { nested } = settings;
	const applier = createSvelteSnapshotApplier<object>(settings, { target: 'state', mode });
	applier.apply(snapshotOf({ theme: 'dark', nested: { a: 1 } }));
	await Promise.resolve();
	expect(settings.shout).toBe('DARK');
	expect(runs).toBe(2);
	expect(settings.nested).toBe(nested);
	expect(settings.language).toBe('en');
	settings.toggle();
	expect(settings.theme).toBe('light');
});

test('without target, what can be set and updated is a store, and anything else a state', () => {
	const store = writable(initial());
	createSvelteSnapshotApplier(store).apply(snapshotOf(fetched()));
	expect(get(store)).toEqual(fetched());
	const state = stateOf(initial());
	createSvelteSnapshotApplier(state).apply(snapshotOf(fetched()));
	expect(state).toEqual(fetched());
});
