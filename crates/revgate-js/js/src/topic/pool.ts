/** What a page has once, however many handles it has. */

import type { Fields } from '../sync/messages.js';
import { DEFAULTS, type TopicOptions } from './options.js';

/** What is shared. */
interface Shared {
	readonly topic: string;
	stop(): void;
}

/** One that is in use, with which options, and by how many. */
export interface Use<M> {
	readonly member: M;
	options: TopicOptions;
	users: number;
}

/**
 * Things by their names, each for as long as somebody uses it. Functions of a Map, as a bundler knows
 * that to make one does nothing, and leaves it out where nobody uses it.
 */
export type Pool<M> = Map<string, Use<M>>;

/**
 * The one of this name, made by its first user, which then has the options `own`.
 *
 * @param kind what such a thing is called in errors
 * @throws {RangeError} if it is there with other options; and what `make` throws.
 */
export function acquireFrom<M>(
	pool: Pool<M>,
	kind: string,
	name: string,
	options: TopicOptions,
	make: () => M,
	own = options,
): M {
	const found = pool.get(name);
	if (!found) {
		const member = make();
		pool.set(name, { member, options: own, users: 1 });
		return member;
	}
	const other = differing(options, found.options);
	if (other !== undefined) {
		throw new RangeError(
			`the ${kind} \`${name}\` is in use with another \`${other}\`: its handles share one replica, so ` +
				'give all the same options, or none to all but the first',
		);
	}
	found.users += 1;
	return found.member;
}

/** Lets go of one, which stops with its last user; `last` is called before that. */
export function releaseTo<M extends Shared>(pool: Pool<M>, member: M, last?: () => void): void {
	const found = pool.get(member.topic);
	if (found?.member !== member) return;
	found.users -= 1;
	if (found.users > 0) return;
	pool.delete(member.topic);
	last?.();
	member.stop();
}

/** These are data: all else is one and the same object, or another. */
const DATA = new Set(['bigints', 'gate', 'throttling']);

/** The first option that is given and is another one. */
export function differing(given: TopicOptions, there: TopicOptions): string | undefined {
	const other: Fields = { ...DEFAULTS, ...present(there) };
	const isOther = ([name, value]: [string, unknown]): boolean =>
		!(DATA.has(name) ? isSameData(value, other[name]) : value === other[name]);
	return Object.entries(present(given)).find(isOther)?.[0];
}

/** Whether both mean the same, in whatever order; what is nothing is not there. */
function isSameData(one: unknown, other: unknown): boolean {
	if (Array.isArray(one) && Array.isArray(other)) return String([...one].sort()) === String([...other].sort());
	if (typeof one !== 'object' || typeof other !== 'object') return Object.is(one, other);
	const [first, second] = [present(one), present(other)];
	return Object.keys({ ...first, ...second }).every((name) => isSameData(first[name], second[name]));
}

/** Those that are there. */
export function present(options: object | null): Fields {
	return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value != null));
}
