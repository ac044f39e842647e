// Every option, for every way to hold a state.

import { configure, observable } from 'mobx';
import { writable } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reactive } from 'vue';

import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { containers, initial, plain, snapshotOf } from './containers.js';

// MobX's strictest: the appliers read and write in actions alone.
configure({ enforceActions: 'always', observableRequiresReaction: true });

// What the backend has: no `isLoading`, and a `note` only sometimes.
const fetched = () => ({
	theme: 'dark',
	fontSize: 16,
	nested: { a: 1, deep: { b: 3 } },
	items: [
		{ id: 1, name: 'one' },
		{ id: 2, name: 'zwei' },
	],
});

describe.each(containers)('%s', (_, make) => {
	beforeEach(() => {
		// Libraries say here what they do not like.
		vi.spyOn(console, 'warn').mockImplementation((...said) => expect.unreachable(said.join(' ')));
		vi.spyOn(console, 'error').mockImplementation((...said) => expect.unreachable(said.join(' ')));
	});
	afterEach(() => vi.restoreAllMocks());

	test('mode patch is the default: keys that a snapshot does not have stay', () => {
		const rig = make(initial());
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual({ ...initial(), ...fetched() });
	});

	test('mode replace: keys that a snapshot does not have go away', () => {
		const rig = make(initial(), { mode: 'replace' });
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual(fetched());
		rig.applier.apply(snapshotOf({ ...fetched(), note: 'back' }));
		expect(plain(rig)).toEqual({ ...fetched(), note: 'back' });
	});

	test('mode replace with an empty snapshot leaves nothing', () => {
		const rig = make(initial(), { mode: 'replace' });
		rig.applier.apply(snapshotOf({}));
		expect(plain(rig)).toEqual({});
	});

	test('mode replace with omitKeys: omitted keys stay as they are, in the snapshot or not', () => {
		const rig = make(initial(), { mode: 'replace', omitKeys: ['isLoading', 'theme'] });
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual({ ...fetched(), theme: 'light', isLoading: true });
	});

	test('mode replace with pickKeys: only picked keys change or go away', () => {
		const rig = make(initial(), { mode: 'replace', pickKeys: ['theme', 'note'] });
		rig.applier.apply(snapshotOf(fetched()));
		const { note, ...rest } = initial();
		expect(note).toBe('mine');
		expect(plain(rig)).toEqual({ ...rest, theme: 'dark' });
	});

	test('mode patch with pickKeys: only picked keys change', () => {
		const rig = make(initial(), { pickKeys: ['theme'] });
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual({ ...initial(), theme: 'dark' });
	});

	test('mode patch with no key picked: nothing changes', async () => {
		const rig = make(initial(), { pickKeys: [] });
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual(initial());
		expect(await rig.told()).toBe(0);
	});

	test('mode patch with omitKeys: all but the omitted keys change', () => {
		const rig = make(initial(), { omitKeys: ['theme'] });
		rig.applier.apply(snapshotOf(fetched()));
		expect(plain(rig)).toEqual({ ...initial(), ...fetched(), theme: 'light' });
	});

	test('pickKeys and omitKeys exclude each other', () => {
		expect(() => make(initial(), { pickKeys: ['theme'], omitKeys: ['note'] })).toThrow(
			new TypeError('revgate: give pickKeys or omitKeys, not both'),
		);
	});

	test.each([
		[{ mode: 'merge' }, "[revgate] `mode` must be 'patch' or 'replace', not 'merge'"],
		[{ pickKeys: 'theme' }, "[revgate] `pickKeys` must be a list of keys, not 'theme'"],
		[{ omitKeys: [1] }, '[revgate] `omitKeys` must be a list of keys, not object'],
		[{ strict: 0 }, '[revgate] `strict` must be true or false, not 0'],
		[{ toState: 'theme' }, "[revgate] `toState` must be a function, not 'theme'"],
		[{ omitkeys: ['theme'] }, '[revgate] `options` has no `omitkeys`: it has mode,toState,strict,pickKeys,omitKeys'],
	])('%o makes no sense and is refused', (options, words) => {
		expect(() => make(initial(), options as never)).toThrow(words);
	});

	test('an option that is null or undefined is none', () => {
		for (const none of [null, undefined]) {
			const options = { mode: none, pickKeys: none, omitKeys: none, strict: none, toState: none };
			const rig = make(initial(), options as never);
			rig.applier.apply(snapshotOf({ theme: 'dark' }));
			expect(plain(rig)).toEqual({ ...initial(), theme: 'dark' });
			expect(() => rig.applier.apply(snapshotOf(7))).toThrow("the state is 'number'");
		}
	});

	test('toState maps the data before keys are omitted, and gets what is of the library', () => {
		let context: unknown;
		const rig = make(initial(), {
			omitKeys: ['fontSize'],
			toState: (data, of) => {
				context = of;
				return { theme: (data as { colour_theme: string }).colour_theme, fontSize: 99 };
			},
		});
		rig.applier.apply(snapshotOf({ colour_theme: 'dark', other: 1 }));
		expect(plain(rig)).toEqual({ ...initial(), theme: 'dark' });
		expect(Object.keys(context as object)).toEqual(Object.keys(rig.context));
		for (const [name, of] of Object.entries(rig.context)) expect((context as never)[name]).toBe(of);
	});

	class Own {}
	test.each([
		[null, 'null'],
		[undefined, 'undefined'],
		[[1], 'array'],
		['text', 'string'],
		[7, 'number'],
		[new Map(), 'class Map'],
		[new Date(), 'class Date'],
		[new Own(), 'class Own'],
		[() => {}, 'function'],
	])('strict refuses %s, of the snapshot or of toState, and says that it is: %s', async (data, kind) => {
		const rig = make(initial(), { mode: 'replace' });
		const message = new RegExp(`^revgate/[a-z]+: the state is '${kind}', which has no keys; return an object from toState`);
		expect(() => rig.applier.apply(snapshotOf(data))).toThrow(message);
		const mapped = make(initial(), { toState: () => data as object });
		expect(() => mapped.applier.apply(snapshotOf({}))).toThrow(message);
		expect(plain(rig)).toEqual(initial());
		expect(plain(mapped)).toEqual(initial());
	});

	test('without strict, mode patch leaves alone what has no keys', async () => {
		const rig = make(initial(), { strict: false });
		for (const data of [null, undefined, [1], 'text', 7, new Map()]) rig.applier.apply(snapshotOf(data));
		expect(plain(rig)).toEqual(initial());
		expect(await rig.told()).toBe(0);
	});

	test.each([{ mode: 'replace', strict: false } as const])(
		'without strict, mode replace takes anything where the container can hold it',
		(options) => {
			const rig = make(initial(), options);
			for (const data of [null, [1, 2], 'text', 7]) {
				rig.applier.apply(snapshotOf(data));
				expect(plain(rig)).toEqual(rig.holdsAnything ? data : initial());
			}
			rig.applier.apply(snapshotOf(fetched()));
			expect(plain(rig)).toEqual(fetched());
		},
	);

	test('without strict, what has no keys is left alone where keys are picked', () => {
		const rig = make(initial(), { mode: 'replace', strict: false, omitKeys: ['isLoading'] });
		rig.applier.apply(snapshotOf([1]));
		expect(plain(rig)).toEqual(initial());
	});

	test('snapshots add up in mode patch', () => {
		const rig = make(initial());
		for (const data of [{ theme: 'dark' }, { fontSize: 20 }, { theme: 'blue' }]) rig.applier.apply(snapshotOf(data));
		expect(plain(rig)).toEqual({ ...initial(), theme: 'blue', fontSize: 20 });
	});

	test('a value is replaced and not merged: what is gone from it goes away in both modes', () => {
		for (const mode of ['patch', 'replace'] as const) {
			const rig = make(initial(), { mode });
			rig.applier.apply(snapshotOf({ ...initial(), nested: { a: 5 }, items: [] }));
			expect(plain(rig)).toEqual({ ...initial(), nested: { a: 5 }, items: [] });
		}
	});

	test('a key that the state has not had appears', () => {
		const rig = make({ theme: 'light' });
		rig.applier.apply(snapshotOf({ fontSize: 14, nested: { a: 1 } }));
		expect(plain(rig)).toEqual({ theme: 'light', fontSize: 14, nested: { a: 1 } });
	});
});

test.each([
	[
		'Svelte',
		() => createSvelteSnapshotApplier(writable({}), { target: 'ref' as never }),
		"[revgate] `target` must be 'store' or 'state', not 'ref'",
	],
	[
		'Vue',
		() => createVueSnapshotApplier(reactive({}), { target: 'state' as never }),
		"[revgate] `target` must be 'ref' or 'reactive', not 'state'",
	],
	[
		'MobX',
		() => createMobXSnapshotApplier(observable({}), { runInAction: 1 as never }),
		'[revgate] `runInAction` must be a function, not 1',
	],
])('what %s has besides is looked at, too', (_, create, words) => {
	expect(create).toThrow(words);
});
