import type { Version } from '../gate/gate.js';
import { platform } from '../sync/host.js';
import type { SnapshotEnvelope } from '../types.js';
import { PersistenceError } from './errors.js';
import type { Events } from './events.js';
import type { Deposit } from './judge.js';
import type { Keeper } from './keeper.js';
import { versionOf } from './record.js';
import { report } from './reporting.js';
import type { Item, Sink } from './saver.js';
import type { PersistenceStats, SnapshotCacheOptions } from './types.js';
import type { Versions } from './versions.js';

/** The write side of a cache: what is saved on which terms, and who is told. */
export class Writing<T> implements Sink<T> {
	/** What was kept before the backend has answered. */
	loaded: Version | undefined;
	/** The newest that this window has saved. */
	saved: Item<T> | undefined;
	readonly #versions: Versions;
	readonly #keeper: Keeper<T>;
	readonly #options: SnapshotCacheOptions<T>;
	readonly #events: Events<T>;
	readonly #done: (item: Item<T>) => void;
	readonly #stats = {
		saveCount: 0,
		saveErrorCount: 0,
		totalBytesSaved: 0,
		lastSaveAt: null as number | null,
		lastSaveDurationMs: null as number | null,
	};
	#toldOlder = false;

	constructor(
		versions: Versions,
		keeper: Keeper<T>,
		options: SnapshotCacheOptions<T>,
		events: Events<T>,
		done: (item: Item<T>) => void,
	) {
		this.#versions = versions;
		this.#keeper = keeper;
		this.#options = options;
		this.#events = events;
		this.#done = done;
	}

	get stats(): Omit<PersistenceStats, 'throttledCount'> {
		return { ...this.#stats };
	}

	async write(item: Item<T>): Promise<void> {
		const { snapshot } = item;
		const began = platform.now();
		this.#events.emit('saveStart', snapshot);
		const size = await this.#keeper.save(this.#deposit(item), this.#options.compression);
		const duration = platform.now() - began;
		if (size === undefined) {
			this.#outdone(snapshot);
		} else {
			this.#count(size, duration);
			this.saved = item;
			this.loaded = undefined;
		}
		this.#events.emit('saveComplete', snapshot, duration);
		this.#done(item);
	}

	writeNow(item: Item<T>): void | Promise<void> {
		const deposit = this.#deposit(item);
		if (this.#keeper.saveNow) {
			return this.#keeper.saveNow(deposit);
		}
		return this.#keeper.save(deposit).then(() => {});
	}

	failed(error: PersistenceError, { snapshot }: Item<T>, nextDelayMs?: number): void {
		this.#stats.saveErrorCount++;
		this.#events.emit('saveError', error, snapshot);
		const willRetry = nextDelayMs !== undefined;
		report(this.#options.onPersistenceError, {
			operation: 'save',
			error,
			snapshot,
			willRetry,
			...(willRetry && { nextDelayMs }),
		});
	}

	/** What has to be saved again, as the storage has gone back behind it to `there`. */
	lost(there: Version | undefined): Item<T> | undefined {
		if (!there || this.#versions.faultOf(there)) {
			this.saved = undefined; // Emptied by somebody: that is no step back.
			return undefined;
		}
		const { saved } = this;
		return saved && this.#versions.isOlder(there, versionOf(saved.snapshot)) ? saved : undefined;
	}

	/** The snapshot as it was captured, whatever the app has done to the object since. */
	copyOf({ snapshot, body }: Item<T>): SnapshotEnvelope<T> {
		return body && this.#keeper.release
			? { ...versionOf(snapshot), data: this.#keeper.release(body) as T } as SnapshotEnvelope<T>
			: snapshot;
	}

	#deposit({ snapshot, body, fault: unstorable }: Item<T>): Deposit<T> {
		if (unstorable) {
			throw unstorable;
		}
		const { schemaVersion, migration, ttlMs, enableHash = true, olderBackend } = this.#options;
		const fault = this.#versions.faultOf(snapshot);
		if (fault !== undefined) {
			throw new PersistenceError('unstorable', `the snapshot cannot be kept: ${fault}`);
		}
		return {
			snapshot,
			body,
			schemaVersion: schemaVersion ?? migration?.currentVersion ?? 1,
			savedAt: Date.now(),
			ttlMs,
			hashed: enableHash,
			versions: this.#versions,
			replaces: olderBackend === 'replace' ? this.loaded : undefined,
		};
	}

	#count(size: number, durationMs: number): void {
		this.#stats.saveCount++;
		this.#stats.totalBytesSaved += size;
		this.#stats.lastSaveAt = Date.now();
		this.#stats.lastSaveDurationMs = durationMs;
	}

	/** A newer state is kept. Another window's is news; the one loaded at the start tells of a fault. */
	#outdone(snapshot: SnapshotEnvelope<T>): void {
		const { loaded } = this;
		const isKnown = this.#toldOlder || this.#options.olderBackend === 'replace';
		if (!loaded || isKnown || !this.#versions.isOlder(versionOf(snapshot), loaded)) {
			return;
		}
		this.#toldOlder = true;
		report(this.#options.onPersistenceError, {
			operation: 'save',
			error: new PersistenceError(
				'olderBackend',
				`the backend answered with version ${textOf(snapshot)}, and ${this.#keeper.where} holds ` +
					`version ${textOf(loaded)} from before. It is kept, and shown again at the next start. If ` +
					"the backend counts from 0 whenever it starts, have it send an `epoch`, or set `olderBackend: 'replace'`.",
			),
			snapshot,
			willRetry: false,
		});
	}
}

/** As versions are shown elsewhere: of the epoch the session, if there is one, and what has begun anew in it; the revision. */
function textOf({ epoch = '0', revision }: { epoch?: string; revision: string }): string {
	const number = BigInt(epoch);
	const session = number >> 32n;
	return `${session ? `${session}.` : ''}${number & 0xffff_ffffn}.${revision}`;
}
