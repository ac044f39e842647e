/**
 * The number of a state within its epoch: a canonical decimal string, digits only, `"0"` or no
 * leading zero, at most `"18446744073709551615"`. A number would lose precision past 2^53.
 */
export type Revision = string & { readonly __brand: 'Revision' };

/** The name of a shared piece of state. */
export type TopicName = string;

/**
 * What tells that a topic has changed.
 *
 * @example
 * const event = { topic: 'settings', revision: '42' };
 */
export interface InvalidationEvent {
	topic: TopicName;
	revision: Revision;
	/** The life of the revision counter, as a canonical decimal string; absent means `"0"`. */
	epoch?: string;
	/** Who wrote. */
	sourceId?: string;
	/** When, in milliseconds since 1970. */
	timestampMs?: number;
}

/** A whole state, and how new it is. */
export interface SnapshotEnvelope<T> {
	revision: Revision;
	/** The life of the revision counter, as a canonical decimal string; absent means `"0"`. */
	epoch?: string;
	data: T;
}

/** Ends what it was returned for. Further calls do nothing. */
export type Unsubscribe = () => void;

/** Where invalidations come from. */
export interface InvalidationSubscriber {
	subscribe(handler: (event: InvalidationEvent) => void): Promise<Unsubscribe>;
}

/** Where snapshots come from. */
export interface SnapshotProvider<T> {
	getSnapshot(): Promise<SnapshotEnvelope<T>>;
}

/** Makes a snapshot the window's own. The window shows it once this returns, or resolves. */
export interface SnapshotApplier<T> {
	apply(snapshot: SnapshotEnvelope<T>): void | Promise<void>;
}

/** Where the package says what it does. It must not throw; if it does, that is ignored. */
export interface Logger {
	debug(message: string, extra?: unknown): void;
	warn(message: string, extra?: unknown): void;
	error(message: string, extra?: unknown): void;
}

/** The step in which something failed: the names of `Phase` in the Rust crate. */
export type SyncPhase =
	| 'start'
	| 'subscribe'
	| 'invalidation'
	| 'refresh'
	| 'getSnapshot'
	| 'apply'
	| 'protocol'
	| 'throttle'
	| 'write';

/** What failed, where, and whether it is tried again. */
export interface SyncErrorContext {
	phase: SyncPhase;
	topic?: TopicName;
	error: unknown;
	/** The event that it was about, as it came. */
	sourceEvent?: unknown;
	/** The revision that the window shows. */
	localRevision?: Revision;
	eventRevision?: Revision;
	snapshotRevision?: Revision;
	sourceId?: string;
	/** How many failures in a row this makes. */
	attempt?: number;
	willRetry?: boolean;
	nextDelayMs?: number;
}

/** How often announcements may lead to a fetch. Times are in milliseconds. */
export interface InvalidationThrottlingOptions {
	/** Waits until no event has come for so long, but no longer than `maxWaitMs`. Default: 0. */
	debounceMs?: number;
	/** The longest that a sustained burst is held back. Default: ten times `debounceMs`. */
	maxWaitMs?: number;
	/** Keeps two deliveries at least so far apart. Default: 0. */
	throttleMs?: number;
	/** Whether the first event of a burst is delivered at once. Default: with a throttle alone yes. */
	leading?: boolean;
	/** The last event is always delivered: `false` is refused, as it would lose an update. */
	trailing?: boolean;
}

/**
 * What is not on the disk, though it should be: the topic `unsaved`, which the plugin has by `Builder::unsaved`.
 *
 * @example
 * const unsaved = createTopic<Unsaved>('unsaved');
 */
export interface Unsaved {
	/** Why, in words, by topic. */
	readonly topics: Readonly<Record<TopicName, string>>;
}

/**
 * What other machines cannot have of this one's topics yet: the topic `unsynced`, which the plugin has by
 * `Builder::unsynced`. A topic that is in step is not in it.
 *
 * @example
 * const unsynced = createTopic<Unsynced>('unsynced');
 * unsynced.subscribe(({ offline, topics }) => show(offline, topics['board']?.changes ?? 0));
 */
export interface Unsynced {
	/** Why the store cannot be reached, in words; `null` if it can. */
	readonly offline: string | null;
	/** The topics of which something waits or is refused, members of families by names such as `card:1`. */
	readonly topics: Readonly<Record<TopicName, Waiting>>;
}

/** What waits of a topic: see {@link Unsynced}. */
export interface Waiting {
	/** How many of this machine's changes the store is not known to have; 0 if it lacks what it had before, or if what it
	 * has cannot be used here. */
	readonly changes: number;
	/** When the first of those was made, to the second, in milliseconds since 1970; 0 if there are none. */
	readonly sinceMs: number;
	/** Why the store does not take them; `null` if it does. They are kept, and tried again. */
	readonly refused: string | null;
}
