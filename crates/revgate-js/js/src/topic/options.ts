/** How a topic is followed. */

import { atLeast, check, having, kind, maybe, only, TEXT, TIME } from '../gate/check.js';
import { GATE, type GateOptions, PACING } from '../gate/options.js';
import type { SnapshotCache } from '../persistence/types.js';
import type { Host } from '../sync/host.js';
import type { InvalidationThrottlingOptions, Logger } from '../types.js';
import type { TopicBackend } from './backend.js';

/**
 * How a topic is followed. All handles of a name in a page have the same.
 *
 * @example
 * const library = createTopic<Library>('library', { bigints: ['/ids/*'] });
 */
export interface TopicOptions {
	/**
	 * Where integers are BigInts: JSON pointers, in which `*` is any one key or index, and `**` any
	 * number of them. Everywhere else they are numbers, and an integer beyond 2^53 is refused with
	 * its place, both from the backend and from an edit: it would become another one. Default: none.
	 */
	readonly bigints?: readonly string[];
	/** How long a write may take before it counts as failed. Default: 10,000. */
	readonly writeTimeoutMs?: number;
	/** How often in a row a write may lose against other windows' before it fails. Default: 100. */
	readonly maxRebases?: number;
	/**
	 * How long after the last news to look again, should an announcement be lost. Without news it
	 * costs a message each way that carries no state. Default: 30,000.
	 */
	readonly resyncMs?: number;
	/** How often announcements may lead to a fetch. Default: as often as they come. */
	readonly throttling?: InvalidationThrottlingOptions;
	/** All else about the gate. */
	readonly gate?: GateOptions;
	/** Where failures are said, besides {@link Topic.onError}. Default: the console's warnings. */
	readonly logger?: Logger;
	/** Where the topic is. Default: the plugin `tauri-plugin-revgate`. */
	readonly backend?: TopicBackend;
	/**
	 * Where the last known state is kept, to be shown before the backend answers: of
	 * `createSnapshotCache` in `revgate/persistence`. It is no base for edits. Default: nowhere.
	 */
	readonly cache?: TopicCache;
	/** The clock and the timers. Default: the page's. */
	readonly host?: Host;
}

/** What a topic needs of a `SnapshotCache`. One that throws or rejects keeps nothing, which is said. */
export type TopicCache = Pick<SnapshotCache<unknown>, 'load' | 'save' | 'flush'>;

const texts = (it: unknown): boolean => Array.isArray(it) && it.every((text) => typeof text === 'string');

const OPTIONS = only({
	bigints: maybe(kind('a list of JSON pointers', texts)),
	writeTimeoutMs: maybe(atLeast(1, 'milliseconds')),
	maxRebases: maybe(atLeast(0)),
	resyncMs: maybe(TIME),
	throttling: maybe(PACING),
	gate: maybe(GATE),
	logger: maybe(having('debug', 'warn', 'error')),
	backend: maybe(having('subscribe', 'fetch', 'write')),
	cache: maybe(having('load', 'save', 'flush')),
	host: maybe(having('now', 'after')),
});

/** @throws {TypeError | RangeError} that names what makes no sense. */
export function checkTopic(name: unknown, options: unknown): void {
	check({ name, options }, { name: TEXT, options: OPTIONS });
}

/** What says that something has failed, unless the app has a logger of its own. */
export const warnings: Logger = {
	debug: () => undefined,
	warn: (message, extra) => console.warn(message, extra),
	error: (message, extra) => console.warn(message, extra),
};
