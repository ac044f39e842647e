/** A topic as a component follows it. */

import type { Family } from '../family/family.js';
import type { Recipe } from '../topic/draft.js';
import { find } from '../topic/registry.js';
import { createTopic, type Topic, type Topics } from '../topic/topic.js';
import type { Version } from '../gate/gate.js';
import type { Unsubscribe } from '../types.js';

/** A handle, or the name of a topic, which is then in use for as long as a component follows it. */
export type Of<T> = Topic<T> | string;

/** The type of a topic by its name, as {@link Topics} has it. */
export type StateOf<Name> = Name extends keyof Topics ? Topics[Name] : unknown;

/** Changes a topic, see {@link Topic.update}. */
export type Update<T> = (recipe: Recipe<T>) => Promise<Version>;

/** What a hook needs of a topic. */
export interface Source<T> {
	get(): T | undefined;
	/** Calls `listener` at each change, not at once. */
	follow(listener: (state: T) => void): Unsubscribe;
	readonly update: Update<T>;
}

/** The topic of a handle or a name. */
export function sourceOf<T>(of: Of<T>): Source<T> {
	if (typeof of !== 'string') return { get: of.get, follow: (listener) => follow(of, listener), update: of.update };
	return {
		get: () => find(of)?.shown?.data as T | undefined,
		follow(listener) {
			const topic = createTopic<T>(of);
			follow(topic, listener);
			return topic.stop;
		},
		update(recipe) {
			const topic = createTopic<T>(of);
			const written = topic.update(recipe);
			written.then(topic.stop, topic.stop);
			return written;
		},
	};
}

/** One member of a family, which is `undefined` when it has gone. */
export function memberOf<T>(family: Family<T>, key: string): Source<T | undefined> {
	return {
		get: () => family.get(key),
		follow: (listener) => follow({ subscribe: (told) => family.subscribe(key, told) }, listener),
		update: (recipe) => family.update(key, recipe as Recipe<T>),
	};
}

function follow<T>(topic: { subscribe(listener: (state: T) => void): Unsubscribe }, listener: (state: T) => void): Unsubscribe {
	let isFollowing = false;
	const end = topic.subscribe((state) => isFollowing && listener(state));
	isFollowing = true;
	return end;
}
