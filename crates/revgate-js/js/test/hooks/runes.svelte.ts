import { flushSync } from 'svelte';

import type { UsedTopic } from '../../src/hooks/svelte.js';

/** Mounts what shows `read(topic.current)`; what was shown, and what unmounts it. */
export function mountRunes<T>(topic: UsedTopic<T>, read: (state: T | undefined) => unknown): [unknown[], () => void] {
	const shown: unknown[] = [];
	const part = $derived(read(topic.current));
	const unmount = $effect.root(() => {
		$effect(() => void shown.push(part));
	});
	flushSync();
	return [shown, unmount];
}
