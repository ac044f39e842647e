import type { Shape } from '../gate/check.js';
import type { GateLoadError } from '../gate/compile.js';
import { platform } from '../sync/host.js';
import type { SnapshotEnvelope, Unsubscribe } from '../types.js';
import { type CrossTabSync, createCrossTabSync } from './cross-tab.js';
import { asPersistenceError } from './errors.js';
import { Events } from './events.js';
import type { Keeper } from './keeper.js';
import { onLeaving } from './leaving.js';
import { givenOf, loadOptionsOf } from './options.js';
import { recall } from './recall.js';
import { versionOf } from './record.js';
import { report } from './reporting.js';
import { type Item, Saver } from './saver.js';
import { keeperOf } from './storage/backend.js';
import type {
	CrossTabSyncOptions,
	LoadOptions,
	PersistenceErrorContext,
	PersistenceEvents,
	PersistenceStats,
	SnapshotCache,
	SnapshotCacheOptions,
	StorageBackend,
} from './types.js';
import { type Versions, versions, versionsNow } from './versions.js';
import { Writing } from './writing.js';

/** The open caches of each storage, so that whoever empties it can tell them. */
const open = new WeakMap<object, Set<Cache<never>>>();

/** The open caches of a storage. */
export function cachesOf(storage: object): Cache<never>[] {
	return [...(open.get(storage) ?? [])];
}

/** The two halves that need the gate. */
interface Parts<T> {
	writing: Writing<T>;
	saver: Saver<T>;
}

/** What `createSnapshotCache` makes, with what the applier needs besides. */
export class Cache<T> implements SnapshotCache<T> {
	readonly storage: StorageBackend<T>;
	readonly events = new Events<T>();
	readonly #options: SnapshotCacheOptions<T>;
	readonly #keeper: Keeper<T>;
	readonly #peers = new Set<(snapshot: SnapshotEnvelope<T>) => void>();
	readonly #tabs: CrossTabSync<T> | undefined;
	readonly #ends: Unsubscribe[] = [];
	#parts: Parts<T> | undefined;
	/** What came before the gate was there. */
	#early: Item<T> | undefined;
	/** Whether the backend has: what is loaded later may be of another window, and newer by right. */
	#answered = false;
	#loading: Promise<void> | undefined;
	#toldNoGate = false;
	#disposed = false;

	/**
	 * @param own what options there may be besides
	 * @throws TypeError | RangeError for options that make no sense, naming them.
	 */
	constructor(options: SnapshotCacheOptions<T>, own?: Shape) {
		this.#options = givenOf(options, own);
		const { storage, crossTabSync } = this.#options;
		this.storage = storage;
		this.#keeper = keeperOf(storage);
		this.#begin();
		this.#tabs = crossTabSync && this.#join(crossTabSync);
		const siblings = open.get(this.storage) ?? new Set();
		open.set(this.storage, siblings.add(this as unknown as Cache<never>));
		this.#ends.push(
			onLeaving(() => this.#parts?.saver.flushNow()),
			() => siblings.delete(this as unknown as Cache<never>),
		);
	}

	async load(options: LoadOptions<T> = {}): Promise<SnapshotEnvelope<T> | null> {
		const given = loadOptionsOf(options);
		const began = platform.now();
		const { migration, ttlMs, compression } = this.#options;
		const snapshot = await recall(
			this.#keeper,
			{ migration, schemaVersion: this.#schemaVersion, ttlMs, compression, ...given },
			{
				failed: (context) => report(given.onError ?? this.#options.onPersistenceError, context),
				expired: (old, age) => this.events.emit('expired', old, age),
				migrated: (result) => this.events.emit('migrated', result),
			},
		);
		if (snapshot && this.#parts && !this.#answered) {
			this.#parts.writing.loaded = versionOf(snapshot);
		}
		this.events.emit('loadComplete', snapshot, platform.now() - began);
		return snapshot;
	}

	save(snapshot: SnapshotEnvelope<T>): void {
		this.keep({ snapshot });
	}

	/** Takes a state's text now, before the app gets to change the object. What fails, `keep` tells. */
	capture(snapshot: SnapshotEnvelope<T>): Item<T> {
		try {
			const body = this.#keeper.capture?.(snapshot);
			return body ? { snapshot, body } : { snapshot };
		} catch (error) {
			return { snapshot, fault: asPersistenceError(error, 'reading the state') };
		}
	}

	keep(item: Item<T>): void {
		this.#answered = true;
		if (!this.#parts && !this.#disposed) {
			this.#early = item;
			this.#begin(); // A gate that could not be loaded may be there by now.
			return;
		}
		this.#parts?.saver.save(item);
	}

	onPeer(listener: (snapshot: SnapshotEnvelope<T>) => void): Unsubscribe {
		this.#peers.add(listener);
		return () => this.#peers.delete(listener);
	}

	hasPendingSave(): boolean {
		return this.#parts ? this.#parts.saver.isPending : this.#early !== undefined;
	}

	async flush(): Promise<void> {
		await this.#loading;
		await this.#parts?.saver.flush();
	}

	async clear(): Promise<void> {
		await this.forget();
		try {
			await this.#keeper.clear();
			this.wasCleared();
		} catch (thrown) {
			this.failed('clear', thrown, `emptying ${this.#keeper.where}`);
		}
	}

	/** Drops what waits to be saved, and lets what is under way end. */
	async forget(): Promise<void> {
		this.#early = undefined;
		if (this.#parts) {
			const { writing, saver } = this.#parts;
			saver.drop();
			await saver.settled();
			writing.saved = writing.loaded = undefined;
		}
	}

	/** Tells that the storage was emptied. */
	wasCleared(): void {
		this.events.emit('cleared');
		this.#tabs?.notifyClear();
	}

	dispose(): void {
		this.#disposed = true;
		this.#early = undefined;
		this.#parts?.saver.stop();
		this.#tabs?.dispose();
		for (const end of this.#ends.splice(0)) {
			end();
		}
		this.#peers.clear();
		this.events.clear();
	}

	on<K extends keyof PersistenceEvents<T>>(event: K, handler: PersistenceEvents<T>[K]): Unsubscribe {
		return this.events.on(event, handler);
	}

	getStats(): PersistenceStats {
		const none = { saveCount: 0, saveErrorCount: 0, totalBytesSaved: 0, lastSaveAt: null, lastSaveDurationMs: null };
		return { ...(this.#parts?.writing.stats ?? none), throttledCount: this.#parts?.saver.superseded ?? 0 };
	}

	/** The shape that this program saves. */
	get #schemaVersion(): number {
		return this.#options.schemaVersion ?? this.#options.migration?.currentVersion ?? 1;
	}

	/** Tells of something that is no save. */
	failed(operation: PersistenceErrorContext['operation'], thrown: unknown, doing: string): void {
		report(this.#options.onPersistenceError, {
			operation,
			error: asPersistenceError(thrown, doing),
			willRetry: false,
		});
	}

	/** With the gate if it is there, else once it is. What keeps it away is told once. */
	#begin(): void {
		if (this.#loading) {
			return;
		}
		let now: Versions | undefined;
		try {
			now = versionsNow();
		} catch (error) {
			this.#noGate(error);
			return;
		}
		if (now) {
			this.#with(now);
			return;
		}
		this.#loading = versions()
			.then((gate) => this.#with(gate))
			.catch((error: Partial<GateLoadError>) => {
				this.#noGate(error);
				void error.mended?.then(() => this.#begin());
			})
			.finally(() => {
				this.#loading = undefined;
			});
	}

	#noGate(error: unknown): void {
		if (!this.#toldNoGate) {
			this.#toldNoGate = true;
			this.failed('save', error, 'loading the gate, without which nothing is kept,');
		}
	}

	#with(gate: Versions): void {
		if (this.#disposed) {
			return;
		}
		const { throttling = {}, debounceMs } = this.#options;
		const pacing = debounceMs === undefined ? throttling : { debounceMs, ...throttling };
		const writing = new Writing(gate, this.#keeper, this.#options, this.events, (item) => this.#broadcast(item));
		const saver = new Saver(gate, pacing, writing);
		this.#parts = { writing, saver };
		if (this.#keeper.watch) {
			this.#ends.push(
				this.#keeper.watch((there) => {
					const lost = writing.lost(there);
					if (lost) {
						saver.save(lost);
					}
				}),
			);
		}
		if (this.#early) {
			saver.save(this.#early);
			this.#early = undefined;
		}
	}

	#join(options: CrossTabSyncOptions): CrossTabSync<T> {
		const tabs = createCrossTabSync<T>({
			...options,
			schemaVersion: this.#schemaVersion,
			migration: this.#options.migration,
			onError: this.#options.onPersistenceError,
			onSnapshot: (snapshot) => {
				for (const listener of [...this.#peers]) {
					listener(snapshot);
				}
			},
			onSyncRequest: () => {
				const saved = this.#parts?.writing.saved;
				if (saved) {
					this.#broadcast(saved);
				}
			},
			onClear: () => {
				// What waits here is of before.
				void this.forget();
				this.events.emit('cleared');
			},
		});
		tabs.requestSync();
		return tabs;
	}

	#broadcast(item: Item<T>): void {
		if (this.#tabs && this.#parts) {
			this.#tabs.broadcast(this.#parts.writing.copyOf(item));
		}
	}
}
