/** A topic in Vue components. */

import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';

import type { Topic } from '../topic/topic.js';
import { type Of, sourceOf, type StateOf, type Update } from './followed.js';

/** A topic as a component has it. */
export interface UsedTopic<T> {
	/** The state; `undefined` until the first has come. To change it, call `update`. */
	readonly state: Readonly<ShallowRef<T | undefined>>;
	readonly update: Update<T>;
}

/**
 * A topic's state as a ref, for as long as the component lives, and what changes it.
 *
 * @example
 * const settings = createTopic('settings');
 * const { state, update } = useTopic(settings);
 * const theme = computed(() => state.value?.theme);
 */
export function useTopic<T>(of: Topic<T>): UsedTopic<T>;
export function useTopic<Name extends string, T = StateOf<Name>>(of: Name): UsedTopic<T>;
export function useTopic<T>(of: Of<T>): UsedTopic<T> {
	const { get, follow, update } = sourceOf<T>(of);
	const state = shallowRef<T | undefined>();
	onScopeDispose(follow((it) => void (state.value = it)));
	state.value = get();
	return { state, update };
}
