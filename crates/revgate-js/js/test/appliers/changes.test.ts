// What a snapshot does to who shows the state, for every way to hold one.

import { runInAction } from 'mobx';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toRaw } from 'vue';

import { containers, initial, type Nested, plain, snapshotOf } from './containers.js';

const withoutReading = (value: unknown): unknown => toRaw(value);

describe.each(containers)('%s', (library, make) => {
	afterEach(() => vi.restoreAllMocks());

	test('one snapshot tells once, however much of it is new', async () => {
		for (const mode of ['patch', 'replace'] as const) {
			const rig = make(initial(), { mode });
			const data = { theme: 'dark', fontSize: 20, nested: { a: 2, deep: { b: 3 } }, items: [] };
			rig.applier.apply(snapshotOf(data));
			expect(await rig.told()).toBe(1);
			rig.applier.apply(snapshotOf({ ...data, theme: 'blue' }));
			expect(await rig.told()).toBe(2);
		}
	});

	test('a snapshot that says what the state says tells nobody', async () => {
		for (const mode of ['patch', 'replace'] as const) {
			const rig = make(initial(), { mode });
			const before = rig.state();
			rig.applier.apply(snapshotOf(initial()));
			rig.applier.apply(snapshotOf(initial()));
			expect(await rig.told()).toBe(0);
			expect(rig.state()).toBe(before);
		}
	});

	test('once a key is gone, that it still is tells nobody', async () => {
		const data = () => ({ theme: 'dark', nested: initial().nested, items: [], isLoading: true });
		const rig = make(initial(), { mode: 'replace' });
		rig.applier.apply(snapshotOf(data()));
		expect(await rig.told()).toBe(1);
		rig.applier.apply(snapshotOf(data()));
		expect(await rig.told()).toBe(1);
	});

	test('what has not changed is the same object as before', async () => {
		const rig = make(initial());
		const before = rig.state();
		const { nested, items } = before;
		const { deep } = nested;
		const [one, two] = items;
		const data = initial();
		data.theme = 'dark';
		data.nested.a = 9;
		data.items[1] = { id: 2, name: 'zwei' };
		rig.applier.apply(snapshotOf(data));
		await rig.told();
		const after = rig.state();
		expect(after.nested.a).toBe(9);
		expect(withoutReading(after.nested.deep)).toBe(withoutReading(deep));
		expect(withoutReading(after.items[0])).toBe(withoutReading(one));
		expect(withoutReading(after.items[1])).not.toBe(withoutReading(two));
		expect(withoutReading(after.nested)).not.toBe(withoutReading(nested));

		rig.applier.apply(snapshotOf({ ...structuredClone(data), theme: 'blue' }));
		await rig.told();
		expect(withoutReading(rig.state().nested)).toBe(withoutReading(after.nested));
		expect(withoutReading(rig.state().items)).toBe(withoutReading(after.items));
	});

	test('a snapshot is not changed, whatever becomes of the state', () => {
		const rig = make(initial());
		const data = { nested: { a: 5, deep: { b: 6 } }, items: [{ id: 3, name: 'three' }], more: { a: { b: {} } } };
		rig.applier.apply(snapshotOf(data));
		rig.change?.(7);
		rig.applier.apply(snapshotOf({ more: { a: { b: { c: 1 } } }, nested: { a: 8 } }));
		expect(data).toEqual({
			nested: { a: 5, deep: { b: 6 } },
			items: [{ id: 3, name: 'three' }],
			more: { a: { b: {} } },
		});
	});

	test('a change of the snapshot afterwards is none of the state', () => {
		const rig = make(initial());
		const nested: Nested = { a: 5, deep: { b: 6 } };
		const fresh = [{ of: { a: 1 } }];
		rig.applier.apply(snapshotOf({ nested, fresh }));
		nested.deep.b = 99;
		fresh[0]!.of.a = 99;
		expect(plain(rig)).toEqual({ ...initial(), nested: { a: 5, deep: { b: 6 } }, fresh: [{ of: { a: 1 } }] });
	});

	test('a frozen snapshot is applied, and can be changed in the state', () => {
		const freeze = (value: object): object => {
			for (const part of Object.values(value)) if (typeof part === 'object') freeze(part);
			return Object.freeze(value);
		};
		const rig = make(initial());
		rig.applier.apply(snapshotOf(freeze({ nested: { a: 5, deep: { b: 6 } }, items: [] })));
		expect(plain(rig)).toEqual({ ...initial(), nested: { a: 5, deep: { b: 6 } }, items: [] });
		if (!rig.change) return;
		rig.change(7);
		expect(plain(rig)).toEqual({ ...initial(), nested: { a: 7, deep: { b: 6 } }, items: [] });
	});

	test('a local change is undone by a snapshot that says otherwise', async () => {
		const rig = make(initial());
		if (!rig.change) return;
		rig.change(7);
		rig.applier.apply(snapshotOf(initial()));
		expect(plain(rig)).toEqual(initial());
	});

	test('lists grow, shrink and turn into something else', () => {
		const rig = make(initial());
		const lists = [[], [{ id: 1 }], [{ id: 0 }, { id: 1 }, { id: 2 }], [{ id: 1 }], null, [[[1], []]], { 0: 'a' }, ['a']];
		for (const items of lists) {
			rig.applier.apply(snapshotOf({ items }));
			expect(plain(rig)).toEqual({ ...initial(), items });
		}
	});

	test('values that JSON does not have are as they were', async () => {
		// Redux Toolkit says of some that they are not serializable.
		vi.spyOn(console, 'error').mockImplementation(() => {});
		const values = {
			minusZero: -0,
			notANumber: NaN,
			absent: undefined,
			lone: '\ud800',
			big: 18446744073709551615n,
			date: new Date(5),
		};
		const rig = make({ ...initial(), minusZero: 1 });
		rig.applier.apply(snapshotOf(values));
		const state = rig.state() as never as typeof values;
		expect(Object.is(state.minusZero, -0)).toBe(true);
		expect(state.notANumber).toBeNaN();
		expect('absent' in state).toBe(true);
		expect(state.lone).toBe('\ud800');
		expect(state.big).toBe(18446744073709551615n);
		expect(+state.date).toBe(5);
		const told = await rig.told();
		rig.applier.apply(snapshotOf({ ...values, date: new Date(5) }));
		expect(await rig.told()).toBe(told);
	});

	test('a date of a snapshot is copied', () => {
		vi.spyOn(console, 'error').mockImplementation(() => {});
		const rig = make(initial());
		const date = new Date(5);
		rig.applier.apply(snapshotOf({ nested: { date } }));
		date.setTime(9);
		expect(+(rig.state().nested as never as { date: Date }).date).toBe(5);
	});

	// Valtio itself makes lists of their keys.
	test.skipIf(library.startsWith('Valtio'))('a hole at the end of a list counts', () => {
		const rig = make({ list: [1, 2] });
		const list = () => (rig.state() as never as { list: number[] }).list;
		for (const next of [[1, 2, ,], [1, ,], [1]]) {
			rig.applier.apply(snapshotOf({ list: next }));
			expect(runInAction(() => list().length)).toBe(next.length);
		}
	});

	test('0 and -0 are not the same', () => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf({ nested: { a: 0 } }));
		rig.applier.apply(snapshotOf({ nested: { a: -0 } }));
		expect(Object.is(rig.state().nested.a, -0)).toBe(true);
	});

	test('a list that becomes an object leaves nothing of the list', () => {
		if (!make(initial()).holdsAnything) return;
		const rig = make([7, 8]);
		rig.applier.apply(snapshotOf({ theme: 'dark' }));
		expect(plain(rig)).toEqual({ theme: 'dark' });
	});

	test('a key that holds undefined is another than one that is not there', () => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf({ nested: { a: undefined } }));
		rig.applier.apply(snapshotOf({ nested: { b: undefined } }));
		expect(Object.keys(rig.state().nested)).toEqual(['b']);
	});

	test.each(['constructor', 'toString', 'valueOf'])('%s within the state is a key as any', (key) => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf({ nested: { [key]: 'text' } }));
		expect(plain(rig)).toEqual({ ...initial(), nested: { [key]: 'text' } });
	});

	test.each(['length', 'value', 'set', 'size'])('%s on top is a key as any', (key) => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf({ [key]: { a: 1 } }));
		expect(plain(rig)).toEqual({ ...initial(), [key]: { a: 1 } });
	});

	test.each(['__proto__', 'constructor', 'toString'])(
		'%s on top is a key where the container holds anything, and else refused',
		(key) => {
			const rig = make(initial());
			const data = JSON.parse(`{ "theme": "dark", "${key}": { "polluted": true } }`) as object;
			// What a box of MobX holds is written to in place.
			if (rig.holdsAnything && library !== 'MobX, a box') {
				rig.applier.apply(snapshotOf(data));
				expect(Object.entries(rig.state())).toEqual(Object.entries({ ...initial(), ...data }));
			} else {
				expect(() => rig.applier.apply(snapshotOf(data))).toThrow(
					new TypeError(`revgate: the state's key '${key}' cannot be set; rename it in toState`),
				);
				expect(plain(rig)).toEqual(initial());
			}
			expect(Object.getPrototypeOf(rig.state())).not.toHaveProperty('polluted');
			expect('polluted' in {}).toBe(false);
		},
	);

	test.each(['__proto__', 'constructor'])('%s on top may hold nothing, where it is a key', (key) => {
		for (const value of [undefined, {}]) {
			const rig = make(initial());
			if (!rig.holdsAnything || library === 'MobX, a box') return;
			rig.applier.apply(snapshotOf({ [key]: value }));
			const held: unknown = Object.getOwnPropertyDescriptor(rig.state(), key)?.value;
			expect(held).toEqual(value);
			expect(held).not.toBe(Object.prototype);
			expect(Object.keys(rig.state())).toContain(key);
		}
	});

	test('__proto__ within the state is a key as any', () => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf(JSON.parse('{ "nested": { "__proto__": { "polluted": true }, "a": 3 } }')));
		const { nested } = rig.state();
		expect(Object.keys(nested)).toEqual(['__proto__', 'a']);
		expect('polluted' in nested).toBe(false);
		expect('polluted' in {}).toBe(false);
		expect(JSON.stringify(nested)).toBe('{"__proto__":{"polluted":true},"a":3}');
		rig.applier.apply(snapshotOf({ nested: { a: 3 } }));
		rig.applier.apply(snapshotOf(JSON.parse('{ "nested": { "__proto__": {} } }')));
		expect(JSON.stringify(rig.state().nested)).toBe('{"__proto__":{}}');
	});
});
