/** Topics and families in Vue components. */

import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';

import type { Family } from '../family/family.js';
import type { Topic } from '../topic/topic.js';
import { memberOf, type Of, type Source, sourceOf, type StateOf, type Update } from './followed.js';

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
	return use(sourceOf<T>(of));
}

/**
 * The keys of a family's members, for as long as the component lives: another list when members come
 * or go, and only then.
 *
 * @example
 * const docs = createFamily('doc');
 * const keys = useFamily(docs); // <Doc v-for="id in keys" :key="id" :id />
 */
export function useFamily(family: Pick<Family<unknown>, 'keys' | 'onKeys'>): Readonly<ShallowRef<readonly string[]>> {
	const keys = shallowRef(family.keys());
	onScopeDispose(family.onKeys((it) => void (keys.value = it)));
	return keys;
}

/**
 * One member of a family as a ref, for as long as the component lives, and what changes it. What
 * happens to other members does not touch it. For another key, it is another component: by its `:key`.
 *
 * @example
 * const { state, update } = useFamilyMember(docs, props.id);
 */
export function useFamilyMember<T>(family: Family<T>, key: string): UsedTopic<T> {
	return use(memberOf(family, key) as Source<T>);
}

function use<T>({ get, follow, update }: Source<T>): UsedTopic<T> {
	const state = shallowRef<T | undefined>();
	onScopeDispose(follow((it) => void (state.value = it)));
	state.value = get();
	return { state, update };
}
