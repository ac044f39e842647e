import { createPinia, defineStore, setActivePinia, storeToRefs } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { computed, nextTick, reactive, ref, shallowRef, toRaw, watch } from 'vue';

import { createPiniaSnapshotApplier } from '../../src/appliers/pinia.js';
import { snapshotOf } from './containers.js';

interface Settings {
	theme: string;
	note?: string;
	nested: { a: number; b?: number };
	items: { id: number }[];
}
const initial = (): Settings => ({ theme: 'light', note: 'mine', nested: { a: 1, b: 2 }, items: [{ id: 1 }, { id: 2 }] });
const fetched = (): Settings => ({ theme: 'dark', nested: { a: 1 }, items: [{ id: 1 }] });

beforeEach(() => setActivePinia(createPinia()));

const useOptions = defineStore('options', {
	state: initial,
	getters: { shout: (state) => state.theme.toUpperCase() },
	actions: {
		setTheme(theme: string) {
			this.theme = theme;
		},
	},
});

const useSetup = defineStore('setup', () => {
	const theme = ref('light');
	const note = ref<string | undefined>('mine');
	const nested = reactive<Settings['nested']>({ a: 1, b: 2 });
	const items = reactive([{ id: 1 }, { id: 2 }]);
	const shout = computed(() => theme.value.toUpperCase());
	const setTheme = (to: string) => {
		theme.value = to;
	};
	// What a setup store keeps to itself holds on to the same objects.
	return { theme, note, nested, items, shout, setTheme, sum: computed(() => nested.a + (nested.b ?? 0)) };
});

test.each([
	['option', useOptions],
	['setup', useSetup],
] as const)('an %s store keeps its actions and getters in mode replace', (_, useStore) => {
	const store = useStore();
	createPiniaSnapshotApplier(store as ReturnType<typeof useOptions>, { mode: 'replace' }).apply(snapshotOf(fetched()));
	expect(store.shout).toBe('DARK');
	store.setTheme('blue');
	expect(store.theme).toBe('blue');
	expect(store.shout).toBe('BLUE');
});

test.each([
	['option', useOptions],
	['setup', useSetup],
] as const)('what is gone from an %s store can come back, for the store and for who holds its refs', (_, useStore) => {
	const store = useStore() as ReturnType<typeof useOptions>;
	const { note } = storeToRefs(store);
	const applier = createPiniaSnapshotApplier(store, { mode: 'replace' });
	applier.apply(snapshotOf(fetched()));
	expect([store.note, note?.value, store.$state.note]).toEqual([undefined, undefined, undefined]);
	applier.apply(snapshotOf({ ...fetched(), note: 'back' }));
	expect([store.note, note?.value, store.$state.note]).toEqual(['back', 'back', 'back']);
});

test.each(['patch', 'replace'] as const)('a reactive of a setup store is refilled in mode %s, and not parted from it', (mode) => {
	const store = useSetup();
	const { nested, items } = store;
	const applier = createPiniaSnapshotApplier<object>(store as never, { mode });
	const data = { ...fetched(), nested: { a: 5 }, items: [{ id: 3 }, { id: 2 }, { id: 4 }] };
	const two = items[1];
	applier.apply(snapshotOf(data));
	expect(store.nested).toBe(nested);
	expect(store.items).toBe(items);
	expect(nested).toEqual({ a: 5 });
	expect(items).toEqual(data.items);
	expect(items[1]).toBe(two);
	expect(store.$state).toMatchObject({ nested: { a: 5 }, items: data.items });
	expect(store.sum).toBe(5);
	applier.apply(snapshotOf({ ...data, items: [] }));
	expect(items).toEqual([]);
});

test('a reactive Map of a setup store gives way to another', () => {
	const useStore = defineStore('map', () => ({ map: reactive(new Map([['a', 1]])) }));
	const store = useStore();
	const applier = createPiniaSnapshotApplier<object, { b: number }>(store as never, {
		toState: (data) => ({ map: new Map(Object.entries(data)) }),
	});
	applier.apply(snapshotOf({ b: 2 }));
	expect([...(store.$state.map as Map<string, number>)]).toEqual([['b', 2]]);
});

test('one snapshot is one mutation, however much is new; an equal one is none', () => {
	const store = useOptions();
	const mutations: unknown[] = [];
	store.$subscribe(({ type, storeId }) => mutations.push({ type, storeId }), { flush: 'sync' });
	const applier = createPiniaSnapshotApplier(store, { mode: 'replace' });
	applier.apply(snapshotOf(fetched()));
	applier.apply(snapshotOf(fetched()));
	expect(mutations).toEqual([{ type: 'patch function', storeId: 'options' }]);
});

test('a value is replaced where $patch of Pinia would merge it', () => {
	const [ours, theirs] = [useOptions(), useSetup()];
	createPiniaSnapshotApplier(ours).apply(snapshotOf({ ...initial(), nested: { a: 5 } }));
	theirs.$patch({ nested: { a: 5 } });
	expect(ours.nested).toEqual({ a: 5 });
	expect(theirs.nested).toEqual({ a: 5, b: 2 });
});

test('watchers of what has not changed are not called', async () => {
	const store = useOptions();
	const [nested, items, theme] = [vi.fn(), vi.fn(), vi.fn()];
	watch(() => store.nested, nested, { deep: true });
	watch(() => store.items[0], items);
	watch(() => store.theme, theme);
	createPiniaSnapshotApplier(store).apply(snapshotOf({ theme: 'dark', nested: { a: 1, b: 2 }, items: [{ id: 1 }] }));
	await nextTick();
	expect([nested.mock.calls.length, items.mock.calls.length, theme.mock.calls.length]).toEqual([0, 0, 1]);
});

test('a shallow ref of a setup store is told of a change within', async () => {
	const useStore = defineStore('shallow', () => ({ nested: shallowRef({ a: 1 }) }));
	const store = useStore();
	const seen = vi.fn();
	watch(() => store.nested.a, seen);
	createPiniaSnapshotApplier(store).apply(snapshotOf({ nested: { a: 2 } }));
	await nextTick();
	expect(seen).toHaveBeenCalledWith(2, 1, expect.anything());
});

test('nothing reactive gets into the raw state: it can still be cloned', () => {
	const store = useOptions();
	createPiniaSnapshotApplier<object>(store as never).apply(snapshotOf({ items: [{ id: 1 }, { id: 9 }], nested: { a: 1, b: 3 } }));
	expect(structuredClone(toRaw(store.$state))).toEqual({ ...initial(), items: [{ id: 1 }, { id: 9 }], nested: { a: 1, b: 3 } });
});
