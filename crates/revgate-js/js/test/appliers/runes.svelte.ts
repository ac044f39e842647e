import { flushSync } from 'svelte';

/** A state of the rune `$state`. */
export function stateOf<T extends object>(initial: T): T {
	const state = $state(initial);
	return state;
}

/** Runs once, and whenever what `read` reads changes. Returns what ends that. */
export function effect(read: () => unknown, run: () => void): () => void {
	const stop = $effect.root(() => {
		$effect(() => {
			read();
			run();
		});
	});
	flushSync();
	return stop;
}

/** A class as Svelte's documentation has it. */
export class RunesSettings {
	theme = $state('light');
	language = $state('en');
	nested = $state({ a: 1 });
	shout = $derived(this.theme.toUpperCase());

	toggle(): void {
		this.theme = this.theme === 'light' ? 'dark' : 'light';
	}
}
