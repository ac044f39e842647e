import { configureStore, createEntityAdapter, createSlice } from '@reduxjs/toolkit';
import { atom, createStore as createJotai, type PrimitiveAtom } from 'jotai';
import { autorun, observable, runInAction } from 'mobx';
import { createPinia, defineStore, setActivePinia } from 'pinia';
import { describe, expect, it } from 'vitest';
import { subscribe } from 'valtio';
import { proxyMap } from 'valtio/utils';
import { create as createZustand } from 'zustand';
import { effectScope, nextTick, reactive, watchEffect } from 'vue';

import { type Keyed, mirrorFamily } from '../../src/family/index.js';
import { pass } from '../topic/harness.js';
import { mountMap } from './map.svelte.js';
import { type Doc, doc, large, live, watchEverything } from './harness.js';

watchEverything();

/** One row of Redux' kind, which has its key within. */
interface Entity extends Doc {
	readonly id: string;
}

/** What shows a title whenever `look` may find another one. */
function looking(look: () => unknown, follow: (changed: () => void) => () => void): { titles: unknown[]; end(): void } {
	const titles = [look()];
	const end = follow(() => {
		const title = look();
		if (title !== titles.at(-1)) titles.push(title);
	});
	return { titles, end };
}

/** A map of a library, and what shows the title of one of its rows whenever the library says that it is another. */
interface Shown {
	readonly map: Keyed<Doc> & { keys(): Iterable<string> };
	readonly batch?: (change: () => void) => unknown;
	show(key: string): { titles: unknown[]; end(): void };
}

function vue(map: Map<string, Doc>): Shown {
	return {
		map,
		show(key) {
			const titles: unknown[] = [];
			const scope = effectScope();
			scope.run(() => watchEffect(() => void titles.push(map.get(key)?.title), { flush: 'sync' }));
			return { titles, end: () => scope.stop() };
		},
	};
}

const libraries: [name: string, make: () => Shown][] = [
	[
		'MobX',
		() => {
			const map = observable.map<string, Doc>({}, { deep: false });
			return {
				map,
				batch: runInAction,
				show(key) {
					const titles: unknown[] = [];
					return { titles, end: autorun(() => void titles.push(map.get(key)?.title)) };
				},
			};
		},
	],
	['Vue', () => vue(reactive(new Map<string, Doc>()) as Map<string, Doc>)],
	[
		'Pinia',
		() => {
			setActivePinia(createPinia());
			const useDocs = defineStore('docs', { state: () => ({ rows: new Map<string, Doc>() }) });
			return vue(useDocs().rows as Map<string, Doc>);
		},
	],
	['Svelte', mountMap],
	[
		'Valtio',
		() => {
			const map = proxyMap<string, Doc>();
			// It tells of the whole map: a component of it looks at what it has read.
			const show = (key: string) => looking(() => map.get(key)?.title, (changed) => subscribe(map, changed, true));
			return { map, show };
		},
	],
	[
		'Redux, by entities',
		() => {
			const docs = createEntityAdapter<Entity>();
			const { actions, reducer } = createSlice({
				name: 'docs',
				initialState: docs.getInitialState(),
				reducers: { set: docs.setOne, remove: docs.removeOne },
			});
			const store = configureStore({ reducer, devTools: false });
			const map = {
				set: (id: string, doc: Doc) => store.dispatch(actions.set({ id, ...doc })),
				delete: (id: string) => store.dispatch(actions.remove(id)),
				keys: () => store.getState().ids,
			};
			return { map, show: (key) => looking(() => store.getState().entities[key]?.title, store.subscribe) };
		},
	],
	[
		'Zustand',
		() => {
			const useDocs = createZustand<Record<string, Doc>>(() => ({}));
			const map = {
				set: (key: string, doc: Doc) => useDocs.setState({ [key]: doc }),
				delete: (key: string) => useDocs.setState(({ [key]: _, ...others }) => others, true),
				keys: () => Object.keys(useDocs.getState()),
			};
			return { map, show: (key) => looking(() => useDocs.getState()[key]?.title, useDocs.subscribe) };
		},
	],
	[
		'Jotai, of atoms',
		() => {
			const store = createJotai();
			const atoms = new Map<string, PrimitiveAtom<Doc | undefined>>();
			const atomOf = (key: string) => {
				const found = atoms.get(key) ?? atom<Doc | undefined>(undefined);
				atoms.set(key, found);
				return found;
			};
			const map = {
				set: (key: string, doc: Doc) => store.set(atomOf(key), doc),
				delete: (key: string) => store.set(atomOf(key), undefined),
				keys: () => [...atoms].filter(([, one]) => store.get(one)).map(([key]) => key),
			};
			return { map, show: (key) => looking(() => store.get(atomOf(key))?.title, (changed) => store.sub(atomOf(key), changed)) };
		},
	],
];

describe.each(libraries)('a map of %s', (_, make) => {
	it('is kept the same as a family, and tells of one key who reads it', async () => {
		const { backend, family } = await live({ a: doc('A'), b: doc('B') });
		const { map, batch, show } = make();
		map.set('mine', { title: 'the app has it', likes: 0 });
		const end = mirrorFamily(family, map, batch);
		const [a, b] = [show('a'), show('b')];
		await family.update('a', (draft) => void (draft.title = 'mine'));
		backend.change('a', (it: object) => ({ ...it, title: 'theirs' }));
		backend.create('c', doc('C'));
		backend.remove('b');
		await nextTick();
		expect(a.titles).toEqual(['A', 'mine', 'theirs']);
		expect(b.titles).toEqual(['B', undefined]);
		expect([...map.keys()].sort()).toEqual(['a', 'c', 'mine']);
		end();
		backend.change('a', (it: object) => ({ ...it, title: 'later' }));
		expect(a.titles).toHaveLength(3);
		for (const it of [a, b]) it.end();
	});
});

it('a map has large members when they have come', async () => {
	const { family } = await live({ big: large('Big') });
	const map = new Map<string, Doc>();
	mirrorFamily(family, map);
	expect([...map.keys()]).toEqual([]);
	await pass();
	expect(map.get('big')?.title).toBe('Big');
});

it('what is no map is refused', async () => {
	const { family } = await live({});
	expect(() => mirrorFamily(family, {} as never)).toThrow('`map` must be an object with set, delete');
});
