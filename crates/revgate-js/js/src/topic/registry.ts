/** One replica per topic and page, however many handles it has. */

import type { TopicBackend } from './backend.js';
import type { TopicOptions } from './options.js';
import { acquireFrom, differing, type Pool, present, releaseTo } from './pool.js';
import { Replica } from './replica.js';

/** Who holds a family as a whole in this page: its members' replicas show what it has, and it what they do. */
export interface Home {
	readonly topic: string;
	/** How it is followed, and its members unless they say otherwise. */
	readonly options: TopicOptions;
	/** Whether the family itself uses the replica of this topic. */
	holds(topic: string): boolean;
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

/** What a family and its members have in common: they say what a state is, and where. */
const COMMON = ['backend', 'bigints', 'host'] as const;

/**
 * A family is there from now on, until what this returns is called.
 *
 * @throws {RangeError} if a member of it is there that is another thing by its options.
 */
export function settle(home: Home): () => void {
	const members = [...replicas.values()].filter(({ member }) => isOf(home, member.topic));
	for (const { member, options } of members) agree(home, member.topic, options);
	homes.add(home);
	for (const { member } of members) home.joined(member);
	return () => void homes.delete(home);
}

/**
 * The page's replica of a topic, started by its first user; and followed as that one says, also if the
 * family of the topic has used it before.
 *
 * @throws {RangeError} if it is there with other options, or one makes no sense.
 */
export function acquire(topic: string, options: TopicOptions): Replica {
	const home = [...homes].find((it) => isOf(it, topic));
	const own = home ? { ...home.options, ...present(options) } : options;
	if (home) agree(home, topic, own);
	const followed = (): TopicOptions => (home ? { ...own, backend: home.wayOf(topic) } : own);
	const found = replicas.get(topic);
	const isOfNobodyElse = found?.users === 1 && home?.holds(topic);
	if (isOfNobodyElse && otherOf(own, found.options) !== undefined) {
		found.member.follow(followed());
		found.options = own;
	}
	const make = (): Replica => {
		const replica = new Replica(topic, followed());
		home?.joined(replica);
		return replica;
	};
	return acquireFrom(replicas, 'topic', topic, options, make, own);
}

/** The first option that is another one, given or not. */
const otherOf = (one: TopicOptions, other: TopicOptions): string | undefined => differing(one, other) ?? differing(other, one);

const isOf = (home: Home, topic: string): boolean => topic.startsWith(`${home.topic}:`);

/** @throws {RangeError} if a topic of a family is followed as no member of it can be. */
function agree({ topic: family, options }: Home, topic: string, own: TopicOptions): void {
	const common = (from: TopicOptions): TopicOptions => Object.fromEntries(COMMON.map((name) => [name, from[name]]));
	const other = otherOf(common(own), common(options));
	if (other === undefined) return;
	throw new RangeError(
		`the topic \`${topic}\` and the family \`${family}\` are in use with another \`${other}\`: a page has one of ` +
			'each member, so give both the same',
	);
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
