/** Topics and families in Solid components. */

import { type Accessor, createSignal, onCleanup } from 'solid-js';

import type { Family } from '../family/family.js';
import type { Topic } from '../topic/topic.js';
import { memberOf, type Of, type Source, sourceOf, type StateOf, type Update } from './followed.js';

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
	return use(sourceOf<T>(of));
}

/**
 * The keys of a family's members as a signal, for as long as the component lives: another list when
 * members come or go, and only then.
 *
 * @example
 * const docs = createFamily('doc');
 * const keys = useFamily(docs); // <For each={keys()}>{(id) => <Doc id={id} />}</For>
 */
export function useFamily(family: Pick<Family<unknown>, 'keys' | 'onKeys'>): Accessor<readonly string[]> {
	const [keys, setKeys] = createSignal(family.keys());
	onCleanup(family.onKeys(setKeys));
	return keys;
}

/**
 * One member of a family as a signal, for as long as the component lives, and what changes it. What
 * happens to other members does not touch it.
 *
 * @example
 * const [doc, update] = useFamilyMember(docs, props.id);
 */
export function useFamilyMember<T>(family: Family<T>, key: string): [Accessor<T | undefined>, Update<T>] {
	return use(memberOf(family, key) as Source<T>);
}

function use<T>({ get, follow, update }: Source<T>): [Accessor<T | undefined>, Update<T>] {
	const [state, setState] = createSignal<T | undefined>();
	onCleanup(follow((it) => setState(() => it)));
	setState(() => get());
	return [state, update];
}
