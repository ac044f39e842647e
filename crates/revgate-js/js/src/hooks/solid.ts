/** A topic in Solid components. */

import { type Accessor, createSignal, onCleanup } from 'solid-js';

import type { Topic } from '../topic/topic.js';
import { type Of, sourceOf, type StateOf, type Update } from './followed.js';

/**
 * A topic's state as a signal, for as long as the component lives, and what changes it.
 *
 * @example
 * const settings = createTopic('settings');
 * const [state, update] = useTopic(settings);
 * const theme = createMemo(() => state()?.theme);
 */
export function useTopic<T>(of: Topic<T>): [Accessor<T | undefined>, Update<T>];
export function useTopic<Name extends string, T = StateOf<Name>>(of: Name): [Accessor<T | undefined>, Update<T>];
export function useTopic<T>(of: Of<T>): [Accessor<T | undefined>, Update<T>] {
	const { get, follow, update } = sourceOf<T>(of);
	const [state, setState] = createSignal<T | undefined>();
	onCleanup(follow((it) => setState(() => it)));
	setState(() => get());
	return [state, update];
}
