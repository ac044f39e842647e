import { createEffect, createRoot } from 'solid-js';
import { flushSync } from 'svelte';
import { get } from 'svelte/store';
import { describe, expect, it } from 'vitest';
import { effectScope, nextTick, watchEffect } from 'vue';

import { useTopic as useInSolid } from '../../src/hooks/solid.js';
import type { Update } from '../../src/hooks/followed.js';
import { useTopic as useInSvelte } from '../../src/hooks/svelte.js';
import { useTopic as useInVue } from '../../src/hooks/vue.js';
import type { Topic } from '../../src/index.js';
import { FIRST, open, pass, type Settings, watchEverything } from '../topic/harness.js';
import { Plugin } from '../topic/backend.js';
import { mountRunes } from './runes.svelte.js';

watchEverything();

/** A mounted component that shows the theme. */
interface Mounted {
	readonly shown: unknown[];
	readonly update: Update<Settings>;
	settle(): unknown;
	unmount(): void;
}

type Of = Topic<Settings> | 'settings';

const libraries: [name: string, mount: (of: Of) => Mounted][] = [
	[
		'Vue',
		(of) => {
			const scope = effectScope();
			const shown: unknown[] = [];
			const update = scope.run(() => {
				const { state, update } = useInVue<Settings>(of as Topic<Settings>);
				watchEffect(() => void shown.push(state.value?.theme));
				return update;
			});
			return { shown, update: update as Update<Settings>, settle: nextTick, unmount: () => scope.stop() };
		},
	],
	[
		'Solid',
		(of) =>
			createRoot((unmount) => {
				const shown: unknown[] = [];
				const [state, update] = useInSolid<Settings>(of as Topic<Settings>);
				createEffect(() => void shown.push(state()?.theme));
				return { shown, update, settle: () => undefined, unmount };
			}),
	],
	[
		'Svelte, runes',
		(of) => {
			const topic = useInSvelte<Settings>(of as Topic<Settings>);
			const [shown, unmount] = mountRunes(topic, (state) => state?.theme);
			return { shown, update: topic.update, settle: flushSync, unmount };
		},
	],
	[
		'Svelte, store',
		(of) => {
			const topic = useInSvelte<Settings>(of as Topic<Settings>);
			const shown: unknown[] = [];
			const unmount = topic.subscribe((state) => shown.push(state?.theme));
			return { shown, update: topic.update, settle: () => undefined, unmount };
		},
	],
];

describe.each(libraries)('useTopic of %s', (_, mount) => {
	it('shows the state, each change, and none after it is unmounted', async () => {
		const backend = new Plugin('settings', FIRST);
		const topic = open(backend);
		await pass();
		const { shown, update, settle, unmount } = mount(topic);
		await settle();
		expect(shown).toEqual(['light']);
		const written = update((draft) => void (draft.theme = 'dark'));
		await settle();
		expect(shown).toEqual(['light', 'dark']);
		await written;
		backend.change((state: Settings) => ({ ...state, theme: 'blue' }));
		await pass();
		await settle();
		expect(shown).toEqual(['light', 'dark', 'blue']);
		unmount();
		backend.change((state: Settings) => ({ ...state, theme: 'red' }));
		await pass();
		expect(shown).toHaveLength(3);
		expect(topic.get()?.theme, 'the handle lives on').toBe('red');
	});

	it('of a name subscribes with the first component, and ends with the last', async () => {
		const backend = new Plugin('settings', FIRST);
		const keeper = open(backend);
		await pass();
		const first = mount('settings');
		const second = mount('settings');
		keeper.stop();
		await pass();
		expect(backend.subscriptions).toBe(1);
		await second.update((draft) => void (draft.theme = 'dark'));
		await first.settle();
		expect(first.shown.at(-1)).toBe('dark');
		first.unmount();
		await pass();
		expect(backend.subscriptions, 'the other one is there').toBe(1);
		second.unmount();
		await pass();
		expect(backend.subscriptions).toBe(0);
	});

	it('shows a state that comes later', async () => {
		const topic = open(new Plugin('settings', FIRST));
		const { shown, settle, unmount } = mount(topic);
		await settle();
		await pass();
		await settle();
		expect(shown).toEqual([undefined, 'light']);
		unmount();
	});
});

it('a handle is a store of Svelte by itself', async () => {
	const topic = open(new Plugin('settings', FIRST));
	await pass();
	expect(get(topic as never)).toEqual(JSON.parse(FIRST));
});
