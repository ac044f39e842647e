/** How a topic is followed. */

import { atLeast, check, FUNCTION, having, type Kind, kind, maybe, only, TEXT, TIME } from '../gate/check.js';
import { GATE, type GateOptions, PACING } from '../gate/options.js';
import type { SnapshotCache } from '../persistence/types.js';
import type { Host } from '../sync/host.js';
import type { InvalidationThrottlingOptions, Logger } from '../types.js';
import type { OptimisticActions } from './action.js';
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
	/**
	 * How long a write may take before it counts as failed, and how long edits wait for a state to be
	 * made on: the first, say. Default: 10,000.
	 */
	readonly writeTimeoutMs?: number;
	/** How often in a row a write may lose against others' before it is `outraced`. Default: 100. */
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

/**
 * How a topic is followed, and what this handle shows of its actions.
 *
 * @example
 * const player = createTopic<Player, PlayerAction>('player', {
 * 	actions: { like: (draft, { like }) => { draft.liked.push(like.track); } },
 * });
 */
export interface ActingOptions<T, A> extends TopicOptions {
	/** What is shown before the backend's state has an action. Each handle's own. Default: nothing. */
	readonly actions?: OptimisticActions<T, A>;
}

/** What a topic needs of a `SnapshotCache`. One that throws or rejects keeps nothing, which is said. */
export type TopicCache = Pick<SnapshotCache<unknown>, 'load' | 'save' | 'flush'>;

const texts = (it: unknown): boolean => Array.isArray(it) && it.every((text) => typeof text === 'string');

/** One function, or one each by name. */
const actions: Kind = (value, name) => {
	if (typeof value === 'function') return;
	kind('a function, or functions by the names of actions', (it) => typeof it === 'object' && it !== null)(value, name);
	for (const [action, shown] of Object.entries(value as object)) maybe(FUNCTION)(shown, `${name}.${action}`);
};

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
	actions: maybe(actions),
});

/** The options of a replica that have a default of their own here, which is not the gate's. */
export const DEFAULTS = {
	bigints: [],
	writeTimeoutMs: 10_000,
	maxRebases: 100,
	resyncMs: 30_000,
	gate: {},
	throttling: {},
} as const satisfies TopicOptions;

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
