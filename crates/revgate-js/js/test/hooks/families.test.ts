import { createEffect, createRoot } from 'solid-js';
import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import { effectScope, nextTick, watchEffect } from 'vue';

import type { Family } from '../../src/family/index.js';
import type { Update } from '../../src/hooks/followed.js';
import { useFamily as keysInSolid, useFamilyMember as memberInSolid } from '../../src/hooks/solid.js';
import { useFamily as keysInSvelte, useFamilyMember as memberInSvelte } from '../../src/hooks/svelte.js';
import { useFamily as keysInVue, useFamilyMember as memberInVue } from '../../src/hooks/vue.js';
import { type Doc, doc, large, live, watchEverything } from '../family/harness.js';
import { pass } from '../topic/harness.js';
import { mountRunes } from './runes.svelte.js';

watchEverything();

/** A mounted list of keys, with a component of one member. */
interface Mounted {
	readonly keys: (readonly string[])[];
	readonly titles: unknown[];
	readonly update: Update<Doc>;
	settle(): unknown;
	unmount(): void;
}

const libraries: [name: string, mount: (family: Family<Doc>, key: string) => Mounted][] = [
	[
		'Vue',
		(family, key) => {
			const scope = effectScope();
			const [keys, titles]: [(readonly string[])[], unknown[]] = [[], []];
			const update = scope.run(() => {
				const all = keysInVue(family);
				const { state, update } = memberInVue(family, key);
				watchEffect(() => void keys.push(all.value));
				watchEffect(() => void titles.push(state.value?.title));
				return update;
			});
			return { keys, titles, update: update as Update<Doc>, settle: nextTick, unmount: () => scope.stop() };
		},
	],
	[
		'Solid',
		(family, key) =>
			createRoot((unmount) => {
				const [keys, titles]: [(readonly string[])[], unknown[]] = [[], []];
				const all = keysInSolid(family);
				const [state, update] = memberInSolid(family, key);
				createEffect(() => void keys.push(all()));
				createEffect(() => void titles.push(state()?.title));
				return { keys, titles, update, settle: () => undefined, unmount };
			}),
	],
	[
		'Svelte, runes',
		(family, key) => {
			const member = memberInSvelte(family, key);
			const [keys, leaveKeys] = mountRunes(keysInSvelte(family), (all) => all);
			const [titles, leave] = mountRunes(member, (state) => state?.title);
			const unmount = (): void => {
				leaveKeys();
				leave();
			};
			return { keys: keys as (readonly string[])[], titles, update: member.update, settle: flushSync, unmount };
		},
	],
	[
		'Svelte, store',
		(family, key) => {
			const member = memberInSvelte(family, key);
			const [keys, titles]: [(readonly string[])[], unknown[]] = [[], []];
			const ends = [keysInSvelte(family).subscribe((all) => void keys.push(all)), member.subscribe((state) => titles.push(state?.title))];
			return { keys, titles, update: member.update, settle: () => undefined, unmount: () => ends.forEach((end) => end()) };
		},
	],
];

describe.each(libraries)('useFamily and useFamilyMember of %s', (_, mount) => {
	it('show the keys and one member, and none of what happens to others', async () => {
		const { backend, family } = await live({ a: doc('A'), b: doc('B') });
		const { keys, titles, update, settle, unmount } = mount(family, 'a');
		await settle();
		expect([keys, titles]).toEqual([[['a', 'b']], ['A']]);
		backend.change('b', (it: object) => ({ ...it, title: 'BB' }));
		await settle();
		expect([keys, titles]).toEqual([[['a', 'b']], ['A']]);
		const written = update((draft) => void (draft.title = 'mine'));
		await settle();
		expect(titles).toEqual(['A', 'mine']);
		await written;
		backend.change('a', (it: object) => ({ ...it, title: 'theirs' }));
		backend.create('c', doc('C'));
		await settle();
		expect([keys, titles]).toEqual([[['a', 'b'], ['a', 'b', 'c']], ['A', 'mine', 'theirs']]);
		backend.remove('a');
		await settle();
		expect([keys.at(-1), titles.at(-1)]).toEqual([['b', 'c'], undefined]);
		unmount();
		const seen = keys.length + titles.length;
		backend.create('a', doc('again'));
		await settle();
		expect(keys.length + titles.length).toBe(seen);
	});

	it('fetch a large member that is shown', async () => {
		const { backend, family } = await live({ big: large('Big') });
		const { titles, settle, unmount } = mount(family, 'big');
		await pass();
		await settle();
		expect(titles.at(-1)).toBe('Big');
		expect(backend.calls).toEqual(['doc:big fetch']);
		unmount();
	});
});
