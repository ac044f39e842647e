// How often components of Vue and Svelte render what they show.

import { flushSync, mount, unmount } from 'svelte';
import { writable } from 'svelte/store';
import { expect, test } from 'vitest';
import { createApp, defineComponent, h, nextTick, reactive } from 'vue';

import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { createVueSnapshotApplier } from '../../src/appliers/vue.js';
import { initial, snapshotOf } from './containers.js';
import { stateOf } from './runes.svelte.js';

const changed = () => {
	const data = { ...initial(), theme: 'dark' };
	data.items = [data.items[0]!, { id: 2, name: 'zwei' }, { id: 3, name: 'three' }];
	return data;
};

test('Vue: only components of what has changed render, and once', async () => {
	const state = reactive(initial());
	const renders: string[] = [];
	const Row = defineComponent({
		props: ['item'],
		render() {
			renders.push(`row ${this.item.id}`);
			return h('li', this.item.name);
		},
	});
	const parts = {
		theme: () => h('b', state.theme),
		nested: () => h('i', state.nested.deep.b),
		list: () => state.items.map((item) => h(Row, { key: item.id, item })),
	};
	const components = Object.entries(parts).map(([name, render]) =>
		defineComponent({
			render() {
				renders.push(name);
				return render();
			},
		}),
	);
	const element = document.body.appendChild(document.createElement('div'));
	const app = createApp({ render: () => components.map((component) => h(component)) });
	app.mount(element);
	expect(element.textContent).toBe('light2onetwo');
	renders.length = 0;

	const applier = createVueSnapshotApplier(state);
	applier.apply(snapshotOf(initial()));
	await nextTick();
	expect(renders).toEqual([]);

	applier.apply(snapshotOf(changed()));
	await nextTick();
	expect(element.textContent).toBe('dark2onezweithree');
	expect(renders).toEqual(['theme', 'list', 'row 2', 'row 3']);
	app.unmount();
	element.remove();
});

test('Svelte: only what shows what has changed is rendered again, of a store and of runes', async () => {
	const { default: Settings } = await import('./Settings.svelte');
	const store = writable(initial());
	const state = stateOf(initial());
	const renders: string[] = [];
	const rendered = <T>(name: string, value: T): T => {
		renders.push(name);
		return value;
	};
	const element = document.body.appendChild(document.createElement('div'));
	const component = mount(Settings, { target: element, props: { store, state, rendered } });
	flushSync();
	expect(element.textContent).toBe('light 1 light 1 onetwo');
	renders.length = 0;

	const appliers = [createSvelteSnapshotApplier(store), createSvelteSnapshotApplier(state, { target: 'state' })];
	for (const applier of appliers) applier.apply(snapshotOf(initial()));
	flushSync();
	expect(renders).toEqual([]);

	for (const applier of appliers) applier.apply(snapshotOf(changed()));
	flushSync();
	expect(element.textContent).toBe('dark 1 dark 1 onezweithree');
	// A store is one value to Svelte: each expression of it is looked at again.
	expect(renders.sort()).toEqual(['state row 2', 'state row 3', 'state theme', 'store nested', 'store theme']);
	await unmount(component);
	element.remove();
});
