import { expect, test, vi } from 'vitest';
import {
	computed,
	customRef,
	nextTick,
	reactive,
	readonly,
	ref,
	shallowReactive,
	shallowRef,
	toRaw,
	toRef,
	watch,
	watchEffect,
} from 'vue';

import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { snapshotOf } from './containers.js';

interface Settings {
	theme: string;
	note?: string;
	nested: { a: number };
	items: { id: number }[];
}
const initial = (): Settings => ({ theme: 'light', note: 'mine', nested: { a: 1 }, items: [{ id: 1 }, { id: 2 }] });
const fetched = (): Settings => ({ theme: 'dark', nested: { a: 1 }, items: [{ id: 1 }, { id: 3 }] });

test('only what reads what has changed runs again, and once', async () => {
	const state = reactive(initial());
	const runs = { theme: 0, nested: 0, both: 0 };
	watchEffect(() => (runs.theme += state.theme ? 1 : 0));
	watchEffect(() => (runs.nested += state.nested.a));
	watchEffect(() => (runs.both += state.theme && state.items ? 1 : 0));
	createVueSnapshotApplier(state).apply(snapshotOf(fetched()));
	await nextTick();
	expect(runs).toEqual({ theme: 2, nested: 1, both: 2 });
});

test.each([
	['ref', () => ref(initial())],
	['shallowRef', () => shallowRef(initial())],
	[
		'writable computed',
		() => {
			const held = shallowRef(initial());
			return computed({ get: () => held.value, set: (value) => (held.value = value) });
		},
	],
	[
		'customRef',
		() => {
			let held = initial();
			return customRef<Settings>((track, trigger) => ({
				get: () => (track(), held),
				set: (value) => {
					held = value;
					trigger();
				},
			}));
		},
	],
	['toRef of a reactive', () => toRef(reactive({ settings: initial() }), 'settings')],
])('a %s is found to be a ref, and set once', async (_, make) => {
	const settings = make();
	const seen = vi.fn();
	watch(settings, seen, { flush: 'sync' });
	const applier = createVueSnapshotApplier(settings, { mode: 'replace' });
	applier.apply(snapshotOf(fetched()));
	expect(settings.value).toEqual(fetched());
	expect(seen).toHaveBeenCalledOnce();
	applier.apply(snapshotOf(fetched()));
	expect(seen).toHaveBeenCalledOnce();
});

test('target ref: whatever holds the state in value', () => {
	let [held, sets] = [initial(), 0];
	const box = {
		get value() {
			return held;
		},
		set value(value) {
			held = value;
			sets += 1;
		},
	};
	const applier = createVueSnapshotApplier(box, { target: 'ref', omitKeys: ['note'] });
	applier.apply(snapshotOf(fetched()));
	expect(held).toEqual({ ...fetched(), note: 'mine' });
	applier.apply(snapshotOf(fetched()));
	expect(sets).toBe(1);
});

test('target reactive: a state with a key named value', () => {
	const state = reactive({ value: 1, other: 2 });
	createVueSnapshotApplier(state, { target: 'reactive' }).apply(snapshotOf({ value: 3, other: 2 }));
	createVueSnapshotApplier(state).apply(snapshotOf({ value: 3, other: 4 }));
	expect(state).toEqual({ value: 3, other: 4 });
});

test('a ref that holds nothing yet, and one that holds a list', () => {
	const settings = ref<Settings | null>(null);
	createVueSnapshotApplier(settings, { pickKeys: ['theme'] }).apply(snapshotOf(fetched()));
	expect(settings.value).toEqual({ theme: 'dark' });

	const list = ref([{ id: 1 }]);
	const [one] = list.value;
	const applier = createVueSnapshotApplier(list, { mode: 'replace', strict: false });
	applier.apply(snapshotOf([{ id: 1 }, { id: 2 }]));
	expect(list.value).toEqual([{ id: 1 }, { id: 2 }]);
	expect(list.value[0]).toBe(one);
});

test.each([
	['readonly', () => readonly(reactive(initial()))],
	['computed', () => computed(initial)],
])('what is readonly is refused: Vue would drop each change (%s)', (_, make) => {
	expect(() => createVueSnapshotApplier(make() as object)).toThrow(
		new TypeError('revgate/vue: the state is readonly; pass what it was made of'),
	);
});

test('a shallow reactive is told of a change within', async () => {
	const state = shallowReactive(initial());
	const seen = vi.fn();
	watch(() => state.nested.a, seen);
	createVueSnapshotApplier(state).apply(snapshotOf({ ...fetched(), nested: { a: 2 } }));
	await nextTick();
	expect(seen).toHaveBeenCalledWith(2, 1, expect.anything());
});

test('a ref in a reactive is written to, becomes undefined when it is gone, and comes back', () => {
	const note = ref<string | undefined>('mine');
	const state = reactive({ theme: 'light', note });
	const applier = createVueSnapshotApplier<{ theme: string; note?: string | undefined }>(state, { mode: 'replace' });
	applier.apply(snapshotOf({ theme: 'light', note: 'new' }));
	expect(note.value).toBe('new');
	applier.apply(snapshotOf({ theme: 'light' }));
	expect(note.value).toBeUndefined();
	applier.apply(snapshotOf({ theme: 'light', note: 'back' }));
	expect(note.value).toBe('back');
});

test('functions and getters survive mode replace', () => {
	const state = reactive({
		...initial(),
		get shout(): string {
			return this.theme.toUpperCase();
		},
		toggle() {
			this.theme = 'toggled';
		},
	});
	createVueSnapshotApplier<object>(state, { mode: 'replace' }).apply(snapshotOf(fetched()));
	expect(state.shout).toBe('DARK');
	state.toggle();
	expect(state.theme).toBe('toggled');
	expect('note' in state).toBe(false);
});

test.each(['reactive', 'ref'])('nothing reactive gets into the raw state of a %s: it can still be cloned', (kind) => {
	const state = kind === 'ref' ? ref(initial()) : reactive(initial());
	createVueSnapshotApplier<Settings>(state as Settings).apply(snapshotOf(fetched()));
	const raw = toRaw(kind === 'ref' ? (state as { value: object }).value : state);
	expect(structuredClone(raw)).toEqual({ ...fetched(), note: 'mine' });
});
