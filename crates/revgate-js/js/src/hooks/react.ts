/** Topics and families in React components. */

import { useMemo, useSyncExternalStore } from 'react';

import type { Family } from '../family/family.js';
import type { Topic } from '../topic/topic.js';
import { memberOf, type Of, type Source, sourceOf, type StateOf, type Update } from './followed.js';

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
	return useSource(useMemo(() => sourceOf<T>(of), [of]), select);
}

/**
 * The keys of a family's members. The component renders again when members come or go, and only then.
 *
 * @example
 * const docs = createFamily('doc');
 * function Docs() {
 * 	return <ul>{useFamily(docs).map((key) => <Doc key={key} id={key} />)}</ul>;
 * }
 */
export function useFamily(family: Pick<Family<unknown>, 'keys' | 'onKeys'>): readonly string[] {
	return useSyncExternalStore(family.onKeys, family.keys, family.keys);
}

/**
 * One member of a family, or the part of it that `select` picks, and what changes it. The component
 * renders again when that part is another, and only then: not for other members.
 *
 * @example
 * function Doc({ id }: { id: string }) {
 * 	const [title, update] = useFamilyMember(docs, id, (it) => it.title);
 * 	return <li onClick={() => update((draft) => { draft.title = 'Final'; })}>{title}</li>;
 * }
 */
export function useFamilyMember<T, Part = T>(
	family: Family<T>,
	key: string,
	select: (state: T) => Part = (it) => it as unknown as Part,
): [Part | undefined, Update<T>] {
	const source = useMemo(() => memberOf(family, key) as Source<T>, [family, key]);
	return useSource(source, select);
}

function useSource<T, Part>({ get, follow, update }: Source<T>, select: (state: T) => Part): [Part | undefined, Update<T>] {
	const part = useMemo(() => partOf(get, select), [get, select]);
	return [useSyncExternalStore(follow, part, part), update];
}

/** What `select` picks, once of each state: it may make a new object each time. */
function partOf<T, Part>(get: () => T | undefined, select: (state: T) => Part): () => Part | undefined {
	let [of, part]: [T | undefined, Part | undefined] = [undefined, undefined];
	return () => {
		const state = get();
		if (state !== of) [of, part] = [state, state === undefined ? undefined : select(state)];
		return part;
	};
}
