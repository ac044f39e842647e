/** One replica per topic and page, however many handles it has. */

import type { TopicBackend } from './backend.js';
import type { TopicOptions } from './options.js';
import { acquireFrom, type Pool, releaseTo } from './pool.js';
import { Replica } from './replica.js';

/** Who holds a family as a whole in this page: its members' replicas show what it has, and it what they do. */
export interface Home {
	/** How it is followed, and its members unless they say otherwise. */
	readonly options: TopicOptions;
	/** Whether a topic of this name, followed so, is one of its members. */
	has(topic: string, options: TopicOptions): boolean;
	/** The way of a member to the backend. */
	wayOf(topic: string): TopicBackend;
	/** A member has a replica now. */
	joined(replica: Replica): void;
	/** Nobody else uses it any more: whether the family does from now on, as something of it is under way. */
	keeps(replica: Replica): boolean;
	/** Nobody uses it any more. It has not stopped yet. */
	left(replica: Replica): void;
}

const homes = new Set<Home>();
const replicas: Pool<Replica> = new Map();

/** A family is there from now on, until what this returns is called. */
export function settle(home: Home): () => void {
	homes.add(home);
	for (const { member, options } of replicas.values()) if (home.has(member.topic, options)) home.joined(member);
	return () => void homes.delete(home);
}

/**
 * The page's replica of a topic, started by its first user.
 *
 * @throws {RangeError} if it is there with other options, or one makes no sense.
 */
export function acquire(topic: string, options: TopicOptions): Replica {
	const home = [...homes].find((it) => it.has(topic, options));
	const own = home ? { ...home.options, ...options } : options;
	const make = (): Replica => {
		const replica = new Replica(topic, home ? { ...own, backend: home.wayOf(topic) } : own);
		home?.joined(replica);
		return replica;
	};
	return acquireFrom(replicas, 'topic', topic, options, make, own);
}

/** Lets go of a replica, which stops with its last user, unless a family keeps it. */
export function release(replica: Replica): void {
	if (usersOf(replica.topic) === 1 && [...homes].some((home) => home.keeps(replica))) return;
	releaseTo(replicas, replica, () => {
		for (const home of homes) home.left(replica);
	});
}

/** The replica of a topic, if it is in use. */
export const find = (topic: string): Replica | undefined => replicas.get(topic)?.member;

/** How many use the replica of a topic. */
export const usersOf = (topic: string): number => replicas.get(topic)?.users ?? 0;
