/** A topic in Svelte components. */

import type { Readable } from 'svelte/store';
import { createSubscriber } from 'svelte/reactivity';

import type { Topic } from '../topic/topic.js';
import { type Of, sourceOf, type StateOf, type Update } from './followed.js';

/** A topic as a component has it: `current` with runes, `$settings` as a store. */
export interface UsedTopic<T> extends Readable<T | undefined> {
	/** The state; `undefined` until the first has come. To change it, call `update`. */
	readonly current: T | undefined;
	readonly update: Update<T>;
}

/**
 * A topic's state, for as long as an effect or a component reads it, and what changes it.
 *
 * @example
 * const settings = useTopic(createTopic('settings'));
 * const theme = $derived(settings.current?.theme); // or {$settings?.theme}
 */
export function useTopic<T>(of: Topic<T>): UsedTopic<T>;
export function useTopic<Name extends string, T = StateOf<Name>>(of: Name): UsedTopic<T>;
export function useTopic<T>(of: Of<T>): UsedTopic<T> {
	const { get, follow, update } = sourceOf<T>(of);
	const track = createSubscriber((changed) => follow(changed));
	const subscribe: Readable<T | undefined>['subscribe'] = (run) => {
		const end = follow(run);
		run(get());
		return end;
	};
	return { get current() { return track(), get(); }, subscribe, update };
}
