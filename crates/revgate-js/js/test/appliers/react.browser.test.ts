// How often React renders, with each library's own hook.

import { configureStore } from '@reduxjs/toolkit';
import { atom, createStore as createJotaiStore, Provider as JotaiProvider, useAtomValue } from 'jotai';
import { selectAtom } from 'jotai/utils';
import { act, createElement, memo, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { Provider as ReduxProvider, useSelector } from 'react-redux';
import { proxy, useSnapshot } from 'valtio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { create } from 'zustand';

import { createJotaiSnapshotApplier } from '../../src/appliers/jotai.js';
import { createReduxSnapshotApplier, withSnapshotHandling } from '../../src/appliers/redux.js';
import { createValtioSnapshotApplier } from '../../src/appliers/valtio.js';
import { createZustandSnapshotApplier } from '../../src/appliers/zustand.js';
import type { SnapshotApplier } from '../../src/types.js';
import { initial, type Settings, snapshotOf } from './containers.js';

/** Selects a part of the state as a component does. */
type Select = <Part>(name: string, select: (settings: Settings) => Part) => Part;

interface Library {
	applier: SnapshotApplier<Settings>;
	useSettings: Select;
	wrap?: (children: ReactNode) => ReactNode;
}

const libraries: [name: string, make: () => Library][] = [
	[
		'Zustand',
		() => {
			const useStore = create<Settings>(initial);
			return { applier: createZustandSnapshotApplier(useStore), useSettings: (_, select) => useStore(select) };
		},
	],
	[
		'Redux',
		() => {
			const store = configureStore({ reducer: withSnapshotHandling((state: Settings = initial()) => state) });
			return {
				applier: createReduxSnapshotApplier(store),
				useSettings: (_, select) => useSelector(select),
				wrap: (children) => createElement(ReduxProvider, { store, children }),
			};
		},
	],
	[
		'Jotai',
		() => {
			const store = createJotaiStore();
			const settings = atom(initial());
			const parts = new Map<string, never>();
			return {
				applier: createJotaiSnapshotApplier(store, settings),
				useSettings: (name, select) => {
					if (!parts.has(name)) parts.set(name, selectAtom(settings, select) as never);
					return useAtomValue(parts.get(name)!);
				},
				wrap: (children) => createElement(JotaiProvider, { store }, children),
			};
		},
	],
	[
		'Valtio',
		() => {
			const state = proxy(initial());
			return {
				applier: createValtioSnapshotApplier(state),
				useSettings: (_, select) => select(useSnapshot(state) as Settings),
			};
		},
	],
];

let root: Root;
let element: HTMLElement;

beforeEach(() => {
	(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
	element = document.body.appendChild(document.createElement('div'));
	root = createRoot(element);
});
afterEach(async () => {
	await act(async () => root.unmount());
	element.remove();
});

describe.each(libraries)('%s', (_, make) => {
	test('only components of what has changed render, and once', async () => {
		const { applier, useSettings, wrap = (children) => children } = make();
		const renders: string[] = [];
		const Theme = memo(() => {
			const theme = useSettings('theme', (settings) => settings.theme);
			renders.push('theme');
			return createElement('b', null, theme);
		});
		const Deep = memo(() => {
			const { b } = useSettings('deep', (settings) => settings.nested.deep);
			renders.push('deep');
			return createElement('i', null, b);
		});
		const Row = memo(({ item }: { item: Settings['items'][number] }) => {
			renders.push(`row ${item.id}`);
			return createElement('li', null, item.name);
		});
		const List = memo(() => {
			const items = useSettings('items', (settings) => settings.items);
			renders.push('list');
			return items.map((item) => createElement(Row, { key: item.id, item }));
		});
		const show = (data: Settings) =>
			act(async () => {
				applier.apply(snapshotOf(data));
			});
		const app = [Theme, Deep, List].map((Part, key) => createElement(Part, { key }));
		await act(async () => root.render(wrap(app)));
		expect(element.textContent).toBe('light2onetwo');
		renders.length = 0;

		await show(initial());
		expect(renders.splice(0)).toEqual([]);

		await show({ ...initial(), theme: 'dark' });
		expect(element.textContent).toBe('dark2onetwo');
		expect(renders.splice(0)).toEqual(['theme']);

		const items = [...initial().items, { id: 3, name: 'three' }];
		items[1] = { id: 2, name: 'zwei' };
		await show({ ...initial(), theme: 'dark', items });
		expect(element.textContent).toBe('dark2onezweithree');
		expect(renders.splice(0)).toEqual(['list', 'row 2', 'row 3']);

		await show({ ...initial(), theme: 'blue', nested: { a: 1, deep: { b: 7 } }, items: structuredClone(items) });
		expect(element.textContent).toBe('blue7onezweithree');
		expect(renders.splice(0)).toEqual(['theme', 'deep']);
	});
});
