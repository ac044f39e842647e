import { flushSync } from 'svelte';

/** Mounts what shows `read(topic.current)`; what was shown, and what unmounts it. */
export function mountRunes<T>(topic: { readonly current: T }, read: (state: T) => unknown): [unknown[], () => void] {
	const shown: unknown[] = [];
	const part = $derived(read(topic.current));
	const unmount = $effect.root(() => {
		$effect(() => void shown.push(part));
	});
	flushSync();
	return [shown, unmount];
}
