// Every kind of container that the eight libraries have: it follows snapshots, or is refused with
// words. None may drop a snapshot in silence.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { writable } from 'svelte/store';
import { SvelteMap } from 'svelte/reactivity';

import { createSvelteSnapshotApplier } from '../../src/appliers/svelte.js';
import { snapshotOf } from './containers.js';
import { jotai } from './kinds/jotai.js';
import { type Kind, outcome } from './kinds/kind.js';
import { mobx } from './kinds/mobx.js';
import { pinia } from './kinds/pinia.js';
import { redux } from './kinds/redux.js';
import { svelte } from './kinds/svelte.js';
import { valtio } from './kinds/valtio.js';
import { vue } from './kinds/vue.js';
import { zustand } from './kinds/zustand.js';

const all = { redux, zustand, jotai, mobx, pinia, valtio, svelte, vue };
const libraries: [name: string, kinds: Kind[]][] = Object.entries(all);

describe.each(libraries)('%s', (_, kinds) => {
	// What else the libraries have to say of a kind is none of this.
	beforeEach(() => {
		vi.spyOn(console, 'warn').mockImplementation(() => {});
		vi.spyOn(console, 'error').mockImplementation(() => {});
	});
	afterEach(() => vi.restoreAllMocks());

	const [working, refused] = [kinds.filter(([, , words]) => !words), kinds.filter(([, , words]) => words)];

	test.each(working)('%s works', async (_, open) => {
		expect(await outcome(open)).toBe('works');
	});

	if (refused.length > 0) {
		test.each(refused)('%s is refused with words', async (_, open, words) => {
			expect(await outcome(open)).toBe(words);
		});
	}
});

test.each([
	['in place', new SvelteMap<unknown, number>([[1, 1]]), "'1' cannot be set: it is a number"],
	['as a whole', writable(new Map<unknown, number>([[null, 1]])), "'null' cannot be set: it is a object"],
])('a Map with other keys than text is refused %s', (_, map, words) => {
	const applier = createSvelteSnapshotApplier<object>(map as never);
	const error = new TypeError(`revgate: the state's key ${words}, and no text`);
	expect(() => applier.apply(snapshotOf({ theme: 'dark' }))).toThrow(error);
});
