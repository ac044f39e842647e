/** One replica per topic and page, however many handles it has. */

import type { Fields } from '../sync/messages.js';
import { DEFAULTS, type TopicOptions } from './options.js';
import { Replica } from './replica.js';

/** A replica, and how many use it. */
interface Shared {
	readonly replica: Replica;
	readonly options: TopicOptions;
	users: number;
}

const shared = new Map<string, Shared>();

/**
 * The page's replica of a topic, started by its first user.
 *
 * @throws {RangeError} if it is there with other options, or one makes no sense.
 */
export function acquire(topic: string, options: TopicOptions): Replica {
	const found = shared.get(topic);
	if (!found) {
		const replica = new Replica(topic, options);
		shared.set(topic, { replica, options, users: 1 });
		return replica;
	}
	const other = differing(options, found.options);
	if (other !== undefined) {
		throw new RangeError(
			`the topic \`${topic}\` is in use with another \`${other}\`: its handles share one replica, so ` +
				'give all the same options, or none to all but the first',
		);
	}
	found.users += 1;
	return found.replica;
}

/** Lets go of a replica, which stops with its last user. */
export function release(replica: Replica): void {
	const found = shared.get(replica.topic);
	if (found?.replica !== replica) return;
	found.users -= 1;
	if (found.users > 0) return;
	shared.delete(replica.topic);
	replica.stop();
}

/** The replica of a topic, if it is in use. */
export function find(topic: string): Replica | undefined {
	return shared.get(topic)?.replica;
}

/** These are data: all else is one and the same object, or another. */
const DATA = new Set(['bigints', 'gate', 'throttling']);

/** The first option that is given and is another one. */
function differing(given: TopicOptions, there: TopicOptions): string | undefined {
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

function present(options: object | null): Fields {
	return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value != null));
}
