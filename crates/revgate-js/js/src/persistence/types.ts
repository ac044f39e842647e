import type { SnapshotApplier, SnapshotEnvelope, Unsubscribe } from '../types.js';
import type { PersistenceError } from './errors.js';

/**
 * Where a snapshot is kept. Write your own, or take one of the four: `createLocalStorageBackend`,
 * `createSessionStorageBackend`, `createIndexedDBBackend`, `createMemoryStorageBackend`.
 *
 * @example
 * const storage: StorageBackend<Settings> = {
 * 	save: (snapshot) => invoke('save_cache', { snapshot }),
 * 	load: () => invoke('load_cache'),
 * };
 */
export interface StorageBackend<T> {
	save(snapshot: SnapshotEnvelope<T>): Promise<void>;
	/** What was saved last, or `null`. */
	load(): Promise<SnapshotEnvelope<T> | null>;
	clear?(): Promise<void>;
}

/** A storage that also keeps when and in which shape a snapshot was saved. */
export interface StorageBackendWithMetadata<T> extends StorageBackend<T> {
	saveWithMetadata(data: PersistedSnapshot<T>): Promise<void>;
	loadWithMetadata(): Promise<PersistedSnapshot<T> | null>;
	getUsage?(): Promise<StorageUsage>;
}

/** A snapshot as it is kept. */
export interface PersistedSnapshot<T> {
	snapshot: SnapshotEnvelope<T>;
	metadata: PersistedSnapshotMetadata;
}

/** What is kept beside a snapshot. */
export interface PersistedSnapshotMetadata {
	/** When it was saved, in milliseconds since 1970. */
	savedAt: number;
	/** The shape of its data. */
	schemaVersion: number;
	/** The length of its data as text, before compression. */
	sizeBytes: number;
	compressed: boolean;
	/** The checksum: `crc32:` and eight hexadecimal digits. */
	hash?: string;
	/** How long it may be shown, from `savedAt`. */
	ttlMs?: number;
}

/** How much room a storage takes, in bytes. */
export interface StorageUsage {
	used: number;
	quota?: number;
	/** `used` of `quota`, from 0 to 100. */
	percentage?: number;
}

/**
 * How text is made smaller. Its text may not depend on anything but its input.
 *
 * @example
 * const compression = createCompressionStreamAdapter(); // gzip, by the platform
 */
export interface CompressionAdapter {
	/** Written into each record: a record is only read by an adapter of the same name. */
	readonly algorithm: string;
	compress(data: string): string | Promise<string>;
	decompress(data: string): string | Promise<string>;
}

/** Makes data of one schema version into data of the next. It must return it. */
export type MigrationFn<TOld, TNew> = (oldData: TOld) => TNew;

/** The way from each older shape of the data to today's. */
export interface MigrationHandler<T> {
	currentVersion: number;
	/** By the version that they start from: `{ 1: (v1) => v2, 2: (v2) => v3 }`. */
	// `any`: only each migration knows the shape it starts from, and apps write `(v1) => v1.name`.
	migrations: Record<number, MigrationFn<any, unknown>>;
	/** Whether data is of today's shape. */
	validate?: ((data: unknown) => data is T) | undefined;
}

/** What became of a migration. */
export interface MigrationResult<T> {
	success: boolean;
	data?: T;
	fromVersion: number;
	toVersion: number;
	error?: Error;
}

/** What can be listened to with `on`. */
export interface PersistenceEvents<T> {
	saveStart: (snapshot: SnapshotEnvelope<T>) => void;
	/** The storage holds this snapshot, or a newer one. */
	saveComplete: (snapshot: SnapshotEnvelope<T>, durationMs: number) => void;
	saveError: (error: unknown, snapshot: SnapshotEnvelope<T>) => void;
	/** The last known state was looked for; `null`: there is none that can be shown. */
	loadComplete: (snapshot: SnapshotEnvelope<T> | null, durationMs: number) => void;
	/** The last known state was too old to be shown. */
	expired: (snapshot: SnapshotEnvelope<T>, ageMs: number) => void;
	migrated: (result: MigrationResult<T>) => void;
	/** The storage was emptied, here or in another tab. */
	cleared: () => void;
	/** Whether the window shows a state that its backend has not confirmed. */
	cached: (isCached: boolean) => void;
}

/** Counts since the cache was made. */
export interface PersistenceStats {
	saveCount: number;
	saveErrorCount: number;
	/** The sum of the lengths of the saved data, before compression. */
	totalBytesSaved: number;
	/** In milliseconds since 1970. */
	lastSaveAt: number | null;
	lastSaveDurationMs: number | null;
	/** How many snapshots were never saved, because a newer one came first. */
	throttledCount: number;
}

/** Something went wrong; the window goes on without the cache. */
export interface PersistenceErrorContext {
	operation: 'save' | 'load' | 'clear' | 'migrate';
	/** Says what, where, and what to do. What an applier or a storage of yours threw is its cause. */
	error: PersistenceError;
	snapshot?: SnapshotEnvelope<unknown>;
	metadata?: PersistedSnapshotMetadata;
	/** Whether the save is tried again by itself. */
	willRetry: boolean;
	nextDelayMs?: number;
}

/** How often snapshots are saved. Times are in milliseconds. The newest is always saved. */
export interface SaveThrottlingOptions {
	/** Waits until no snapshot has come for so long, but no longer than `maxWaitMs`. Default: 0. */
	debounceMs?: number;
	/** Keeps two saves at least so far apart. Default: 0. */
	throttleMs?: number;
	/** Whether the first of a burst is saved at once. Default: with a throttle alone yes. */
	leading?: boolean;
	/** The longest that a sustained burst is held back. Default: ten times `debounceMs`. */
	maxWaitMs?: number;
}

/** How a window's last known state is kept. */
export interface SnapshotCacheOptions<T> {
	storage: StorageBackend<T>;
	throttling?: SaveThrottlingOptions | undefined;
	/** @deprecated The same as `throttling.debounceMs`. */
	debounceMs?: number | undefined;
	/** Told of everything that fails. Default: `console.warn`. */
	onPersistenceError?: ((context: PersistenceErrorContext) => void) | undefined;
	/** The shape of the data. Default: the `currentVersion` of `migration`, or 1. */
	schemaVersion?: number | undefined;
	/** How data of an older shape becomes today's. */
	migration?: MigrationHandler<T> | undefined;
	/** How long after its last save a state may still be shown. Default: for ever. */
	ttlMs?: number | undefined;
	/** Default: none. */
	compression?: CompressionAdapter | undefined;
	/** Whether records carry a checksum. Default: true. */
	enableHash?: boolean | undefined;
	/** Tells other tabs what is saved, and hears it from them. Default: not. */
	crossTabSync?: CrossTabSyncOptions | undefined;
	/**
	 * What to do if the backend answers with an older version than the one kept: `'keep'` what is
	 * kept, and tell it, or `'replace'` it. The second is for a backend that counts from 0 whenever
	 * it starts and sends no epoch. Default: `'keep'`.
	 */
	olderBackend?: 'keep' | 'replace' | undefined;
}

/** @see createPersistenceApplier */
export interface PersistenceApplierOptions<T> extends SnapshotCacheOptions<T> {
	/** What shows a state. It must not change the snapshot's data. */
	applier: SnapshotApplier<T>;
}

/** Which channel the tabs talk on. */
export interface CrossTabSyncOptions {
	channelName: string;
	/** Default: true. */
	receiveUpdates?: boolean;
	/** Default: true. */
	broadcastSaves?: boolean;
}

/** How the last known state is to be read. */
export interface LoadOptions<T> {
	migration?: MigrationHandler<T> | undefined;
	/** `false` leaves out `validator`. Default: true. */
	validate?: boolean | undefined;
	/** Whether data can be shown. */
	validator?: ((data: unknown) => data is T) | undefined;
	/** Also shows what has expired. Default: false. */
	ignoreTTL?: boolean | undefined;
	/** `false` shows also what fails its checksum, if it can be read. Default: true. */
	verifyHash?: boolean | undefined;
	/** The adapter that the record was saved with, if not the platform's gzip. */
	compression?: CompressionAdapter | undefined;
	/** Told of everything that fails. Default: what the cache tells, or `console.warn`. */
	onError?: ((context: PersistenceErrorContext) => void) | undefined;
}

/**
 * A window's last known state, and what keeps it. Nothing of it ever throws or rejects, but for
 * options of `load` that make no sense.
 */
export interface SnapshotCache<T> {
	/** The last known state, brought to today's shape; `null` if there is none to show. */
	load(options?: LoadOptions<T>): Promise<SnapshotEnvelope<T> | null>;
	/** Keeps a state that the backend has confirmed, soon. Older ones than the newest do nothing. */
	save(snapshot: SnapshotEnvelope<T>): void;
	/** Calls back with each newer state that another tab has saved. */
	onPeer(listener: (snapshot: SnapshotEnvelope<T>) => void): Unsubscribe;
	hasPendingSave(): boolean;
	/** Saves at once what waits. It resolves when that is done, or has failed and is told. */
	flush(): Promise<void>;
	/** Empties the storage, and drops what waits. */
	clear(): Promise<void>;
	/** Ends it. What waits is not saved: {@link flush} first. */
	dispose(): void;
	on<K extends keyof PersistenceEvents<T>>(event: K, handler: PersistenceEvents<T>[K]): Unsubscribe;
	getStats(): PersistenceStats;
}

/** An applier whose states are kept. After `dispose` it still applies, and keeps nothing. */
export interface DisposablePersistenceApplier<T>
	extends SnapshotApplier<T>,
		Pick<SnapshotCache<T>, 'hasPendingSave' | 'flush' | 'dispose' | 'on' | 'getStats'> {
	/** Whether the window shows a state that its backend has not confirmed. */
	readonly isCached: boolean;
	/** Shows the last known state, unless the backend has answered before. Never rejects. */
	load(options?: LoadOptions<T>): Promise<SnapshotEnvelope<T> | null>;
}
