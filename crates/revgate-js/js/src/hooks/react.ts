/** A topic in React components. */

import { useMemo, useSyncExternalStore } from 'react';

import type { Topic } from '../topic/topic.js';
import { type Of, sourceOf, type StateOf, type Update } from './followed.js';

/**
 * A topic's state, or the part of it that `select` picks, and what changes it. The component renders
 * again when that part is another, and only then.
 *
 * @example
 * const settings = createTopic('settings');
 * function Theme() {
 * 	const [theme, update] = useTopic(settings, (it) => it.theme);
 * 	return <button onClick={() => update((draft) => { draft.theme = 'dark'; })}>{theme}</button>;
 * }
 */
export function useTopic<T, Part = T>(of: Topic<T>, select?: (state: T) => Part): [Part | undefined, Update<T>];
export function useTopic<Name extends string, Part = StateOf<Name>>(
	of: Name,
	select?: (state: StateOf<Name>) => Part,
): [Part | undefined, Update<StateOf<Name>>];
export function useTopic<T>(of: Of<T>, select: (state: T) => unknown = (it) => it): [unknown, Update<T>] {
	const { get, follow, update } = useMemo(() => sourceOf<T>(of), [of]);
	const part = useMemo(() => partOf(get, select), [get, select]);
	return [useSyncExternalStore(follow, part, part), update];
}

/** What `select` picks, once of each state: it may make a new object each time. */
function partOf<T>(get: () => T | undefined, select: (state: T) => unknown): () => unknown {
	let [of, part]: [T | undefined, unknown] = [undefined, undefined];
	return () => {
		const state = get();
		if (state !== of) [of, part] = [state, state === undefined ? undefined : select(state)];
		return part;
	};
}
