/** Topics and families in Svelte components. */

import type { Readable } from 'svelte/store';
import { createSubscriber } from 'svelte/reactivity';

import type { Family } from '../family/family.js';
import type { Topic } from '../topic/topic.js';
import { memberOf, type Of, type Source, sourceOf, type StateOf, type Update } from './followed.js';

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
	return use(sourceOf<T>(of));
}

/** The keys of a family as a component has them: `current` with runes, `$keys` as a store. */
export interface UsedFamily extends Readable<readonly string[]> {
	/** Sorted; another list when members come or go, and only then. */
	readonly current: readonly string[];
}

/**
 * The keys of a family's members, for as long as an effect or a component reads them.
 *
 * @example
 * const docs = createFamily('doc');
 * const keys = useFamily(docs); // {#each keys.current as id (id)}<Doc {id} />{/each}
 */
export function useFamily(family: Pick<Family<unknown>, 'keys' | 'onKeys'>): UsedFamily {
	const track = createSubscriber((changed) => family.onKeys(changed));
	const subscribe: UsedFamily['subscribe'] = (run) => {
		const end = family.onKeys(run);
		run(family.keys());
		return end;
	};
	return { get current() { return track(), family.keys(); }, subscribe };
}

/**
 * One member of a family, for as long as an effect or a component reads it, and what changes it. What
 * happens to other members does not touch it.
 *
 * @example
 * const doc = useFamilyMember(docs, id);
 * const title = $derived(doc.current?.title); // or {$doc?.title}
 */
export function useFamilyMember<T>(family: Family<T>, key: string): UsedTopic<T> {
	return use(memberOf(family, key) as Source<T>);
}

function use<T>({ get, follow, update }: Source<T>): UsedTopic<T> {
	const track = createSubscriber((changed) => follow(changed));
	const subscribe: Readable<T | undefined>['subscribe'] = (run) => {
		const end = follow(run);
		run(get());
		return end;
	};
	return { get current() { return track(), get(); }, subscribe, update };
}
