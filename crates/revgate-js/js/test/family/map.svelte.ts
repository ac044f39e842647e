import { flushSync } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

import type { Doc } from './harness.js';

/** A map of Svelte, and what shows a title in it. */
export function mountMap() {
	const map = new SvelteMap<string, Doc>();
	const show = (key: string): { titles: unknown[]; end(): void } => {
		const titles: unknown[] = [];
		const effects = $effect.root(() => {
			$effect(() => void titles.push(map.get(key)?.title));
		});
		flushSync();
		return { titles, end: effects };
	};
	// Each change is shown before the next.
	const batch = (change: () => void): void => {
		change();
		flushSync();
	};
	return { map, batch, show };
}
