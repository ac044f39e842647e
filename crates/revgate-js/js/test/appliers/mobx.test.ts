import {
	autorun,
	computed,
	configure,
	isObservableProp,
	makeAutoObservable,
	makeObservable,
	observable,
	observableRef,
	observableShallow,
	observe,
	reaction,
	runInAction,
} from 'mobx';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { createMobXSnapshotApplier } from '../../src/appliers/mobx.js';
import { snapshotOf } from './containers.js';

configure({ enforceActions: 'always', computedRequiresReaction: true, observableRequiresReaction: true });

beforeEach(() => {
	vi.spyOn(console, 'warn').mockImplementation((...said) => expect.unreachable(said.join(' ')));
});
afterEach(() => vi.restoreAllMocks());

/** Reads as a reaction does; outside of one, MobX would warn. */
function seen<T>(read: () => T): { readonly values: T[] } {
	const values: T[] = [];
	autorun(() => void values.push(read()));
	return { values };
}

class Settings {
	theme = 'light';
	note: string | undefined = 'mine';
	nested = { a: 1, deep: { b: 2 } };

	constructor() {
		makeAutoObservable(this);
	}

	get shout(): string {
		return this.theme.toUpperCase();
	}

	setTheme(theme: string): void {
		this.theme = theme;
	}
}

test('a class keeps its actions and computed values in mode replace', () => {
	const store = new Settings();
	const shouts = seen(() => store.shout);
	const applier = createMobXSnapshotApplier<Settings, object>(store, { mode: 'replace', runInAction });
	applier.apply(snapshotOf({ theme: 'dark', nested: { a: 1, deep: { b: 2 } } }));
	store.setTheme('blue');
	expect(shouts.values).toEqual(['LIGHT', 'DARK', 'BLUE']);
});

const factory = () => makeAutoObservable({ theme: 'light', note: 'mine' as string | undefined, rename() {} });

test.each([
	['a field of a class', () => new Settings()],
	['a field of makeAutoObservable', factory],
])('%s becomes undefined when it is gone, and is still observed when it is back', (_, make) => {
	const store = make() as { theme: string; note?: string };
	const notes = seen(() => store.note);
	const applier = createMobXSnapshotApplier<{ theme: string; note?: string }>(store, { mode: 'replace', runInAction });
	applier.apply(snapshotOf({ theme: 'dark' }));
	applier.apply(snapshotOf({ theme: 'blue' }));
	applier.apply(snapshotOf({ theme: 'blue', note: 'back' }));
	applier.apply(snapshotOf({ theme: 'blue', note: 'again' }));
	expect(notes.values).toEqual(['mine', undefined, 'back', 'again']);
	expect(isObservableProp(store, 'note')).toBe(true);
});

test('a key of an observable object goes away, and is observed when it is back', () => {
	const store = observable<Record<string, string>>({ theme: 'light', note: 'mine' });
	const keys = seen(() => Object.keys(store));
	const notes = seen(() => store['note']);
	const applier = createMobXSnapshotApplier(store, { mode: 'replace', runInAction });
	applier.apply(snapshotOf({ theme: 'light' }));
	applier.apply(snapshotOf({ theme: 'light', note: 'back' }));
	applier.apply(snapshotOf({ theme: 'light', note: 'again' }));
	expect(keys.values).toEqual([['theme', 'note'], ['theme'], ['theme', 'note']]);
	expect(notes.values).toEqual(['mine', undefined, 'back', 'again']);
});

test('the methods of makeAutoObservable stay', () => {
	const store = factory();
	const methods = seen(() => store.rename);
	createMobXSnapshotApplier<object>(store, { mode: 'replace', runInAction }).apply(snapshotOf({ theme: 'dark' }));
	expect(methods.values).toEqual([expect.any(Function)]);
});

test('one snapshot is one action: a reaction to two keys runs once', () => {
	const store = observable({ theme: 'light', language: 'en' });
	const both = seen(() => `${store.theme} ${store.language}`);
	createMobXSnapshotApplier(store, { runInAction }).apply(snapshotOf({ theme: 'dark', language: 'de' }));
	expect(both.values).toEqual(['light en', 'dark de']);
});

test('without runInAction each key is a change of its own, of which MobX warns', () => {
	const warned = vi.mocked(console.warn).mockImplementation(() => {});
	const store = observable({ theme: 'light', language: 'en' });
	const both = seen(() => `${store.theme} ${store.language}`);
	createMobXSnapshotApplier(store).apply(snapshotOf({ theme: 'dark', language: 'de' }));
	expect(both.values).toEqual(['light en', 'dark en', 'dark de']);
	expect(warned.mock.calls.join()).toContain('without using an action');
});

test('reactions to what has not changed do not run', () => {
	const store = new Settings();
	const run = vi.fn();
	reaction(() => store.nested, run);
	reaction(() => store.nested.deep.b, run);
	observe(store, 'nested', run);
	const applier = createMobXSnapshotApplier<Settings, object>(store, { runInAction });
	applier.apply(snapshotOf({ theme: 'dark', nested: { deep: { b: 2 }, a: 1 } }));
	expect(run).not.toHaveBeenCalled();
});

test('a list has the same elements where they say the same', () => {
	const store = observable({ items: [{ id: 1 }, { id: 2 }] });
	const first = seen(() => store.items[0]);
	createMobXSnapshotApplier(store, { runInAction }).apply(snapshotOf({ items: [{ id: 1 }, { id: 3 }, { id: 4 }] }));
	expect(first.values[1]).toBe(first.values[0]);
});

test('what is observed by reference or shallowly is told of a change within', () => {
	class Store {
		byReference = { a: 1 };
		shallow = { a: 1 };
		constructor() {
			makeObservable(this, { byReference: observableRef, shallow: observableShallow, sum: computed });
		}
		get sum() {
			return this.byReference.a + this.shallow.a;
		}
	}
	const store = new Store();
	const sums = seen(() => store.sum);
	const applier = createMobXSnapshotApplier<Store, object>(store, { runInAction });
	applier.apply(snapshotOf({ byReference: { a: 2 } }));
	applier.apply(snapshotOf({ shallow: { a: 5 } }));
	expect(sums.values).toEqual([2, 3, 7]);
});
