import type { SnapshotEnvelope } from '../types.js';
import { PersistenceError } from './errors.js';
import type { Deposit } from './judge.js';
import type { Keeper, Kept } from './keeper.js';
import { versionOf } from './record.js';
import { TIMEOUT_MS, within } from './storage/patience.js';
import type { StorageBackend, StorageBackendWithMetadata } from './types.js';

/**
 * Keeps snapshots in a storage of the app's own, which makes its own text of them. What is there is
 * compared before each save; that no other window saves in between, only the storage could promise.
 */
export class PlainKeeper<T> implements Keeper<T> {
	readonly where = "the app's own storage";
	readonly #storage: StorageBackend<T>;
	/** The last save: the next one waits for it, also past its time, as it cannot be called back. */
	#saving: Promise<unknown> = Promise.resolve();

	constructor(storage: StorageBackend<T>) {
		this.#storage = storage;
	}

	save(deposit: Deposit<T>): Promise<number | undefined> {
		const saved = this.#saving.then(() => this.#save(deposit));
		this.#saving = saved.catch(() => {});
		return within(TIMEOUT_MS, this.where, saved);
	}

	load(): Promise<Kept | null> {
		return within(TIMEOUT_MS, this.where, this.#load());
	}

	async clear(): Promise<void> {
		await this.#storage.clear?.();
	}

	async #save(deposit: Deposit<T>): Promise<number | undefined> {
		const { snapshot, schemaVersion, savedAt, ttlMs, versions, replaces } = deposit;
		const there = await this.#load().catch(() => null); // Whatever it is, it is no state to keep.
		if (there && versions.faultOf(there.version) === undefined) {
			const givesWay = replaces !== undefined && versions.isSame(there.version, replaces);
			if (!givesWay && versions.isOlder(versionOf(snapshot), there.version)) {
				return undefined;
			}
		}
		const sizeBytes = sizeOf(snapshot.data);
		if (!hasMetadata(this.#storage)) {
			await this.#storage.save(snapshot);
			return sizeBytes;
		}
		const metadata = { savedAt, schemaVersion, sizeBytes, compressed: false };
		await this.#storage.saveWithMetadata({
			snapshot,
			metadata: { ...metadata, ...(ttlMs !== undefined && { ttlMs }) },
		});
		return sizeBytes;
	}

	async #load(): Promise<Kept | null> {
		const kept = hasMetadata(this.#storage)
			? await this.#storage.loadWithMetadata()
			: { snapshot: await this.#storage.load() };
		const snapshot: unknown = kept?.snapshot;
		// To the storage, an empty place may be `undefined`, too.
		return kept && snapshot != null ? { ...stateIn(snapshot, this.where), ...metadataIn(kept, this.where) } : null;
	}
}

/** @throws PersistenceError if it is no snapshot: without data it would be shown as `undefined`. */
function stateIn(snapshot: unknown, where: string): Pick<Kept, 'version' | 'data'> {
	if (typeof snapshot !== 'object' || snapshot === null || !('data' in snapshot) || !('revision' in snapshot)) {
		throw malformed(where, 'no snapshot: it has no `revision`, or no `data`');
	}
	return { version: versionOf(snapshot as SnapshotEnvelope<unknown>), data: snapshot.data };
}

/** @throws PersistenceError if it does not say when, or in which shape, the snapshot was saved. */
function metadataIn(kept: object, where: string): Pick<Kept, 'metadata'> {
	const { metadata } = kept as Partial<Kept>;
	if (metadata == null) return {};
	const { savedAt, schemaVersion, ttlMs } = metadata;
	if (Number.isFinite(savedAt) && Number.isSafeInteger(schemaVersion) && (ttlMs === undefined || Number.isFinite(ttlMs))) {
		return { metadata };
	}
	throw malformed(where, 'without a `savedAt` or a `schemaVersion` that is a number in its `metadata`');
}

function malformed(where: string, what: string): PersistenceError {
	return new PersistenceError(
		'damaged',
		`what ${where} has loaded is ${what}. Have it give what was saved, or \`null\`; the next save replaces it.`,
	);
}

function hasMetadata<T>(storage: StorageBackend<T>): storage is StorageBackendWithMetadata<T> {
	return 'saveWithMetadata' in storage && 'loadWithMetadata' in storage;
}

/** For the statistics alone. */
function sizeOf(data: unknown): number {
	try {
		return JSON.stringify(data)?.length ?? 0;
	} catch {
		return 0;
	}
}
