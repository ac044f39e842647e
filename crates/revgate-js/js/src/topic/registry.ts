/** One replica per topic and page, however many handles it has. */

import type { TopicOptions } from './options.js';
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

/** The first option that is given and is another one. */
function differing(given: TopicOptions, there: TopicOptions): keyof TopicOptions | undefined {
	const names = Object.keys(given) as (keyof TopicOptions)[];
	return names.find((name) => {
		const [one, other] = [given[name], there[name]];
		const isData = name === 'bigints' || name === 'gate' || name === 'throttling';
		return isData ? textOf(one) !== textOf(other) : one !== undefined && one !== other;
	});
}

function textOf(value: unknown): string {
	return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ?? '';
}
