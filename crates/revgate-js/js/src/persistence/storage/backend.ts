import type { SnapshotEnvelope } from '../../types.js';
import { PersistenceError } from '../errors.js';
import { type Keeper, RecordKeeper } from '../keeper.js';
import { PlainKeeper } from '../plain.js';
import type { Serializer } from '../record.js';
import type {
	PersistedSnapshot,
	PersistedSnapshotMetadata,
	StorageBackend,
	StorageBackendWithMetadata,
	StorageUsage,
} from '../types.js';
import { versions } from '../versions.js';
import type { Cell } from './cell.js';

/** The platform's ways to text and back, for a storage; by default JSON, which must lose nothing. */
export interface SerializerOptions {
	/** Both or none. What it makes of a state is not checked. */
	serialize?: ((snapshot: SnapshotEnvelope<unknown>) => string) | undefined;
	deserialize?: ((text: string) => SnapshotEnvelope<unknown>) | undefined;
}

/**
 * One of the four storages, each a cell behind the same records. Its calls reject with a
 * {@link PersistenceError}, and a save leaves alone what is newer.
 */
export class RecordBackend<T> implements StorageBackendWithMetadata<T> {
	readonly keeper: RecordKeeper<T>;

	constructor(cell: Cell, { serialize, deserialize }: SerializerOptions = {}) {
		this.keeper = new RecordKeeper(cell, serializerOf(serialize, deserialize));
	}

	save(snapshot: SnapshotEnvelope<T>): Promise<void> {
		return this.#save(snapshot, { schemaVersion: 1, savedAt: Date.now() });
	}

	async load(): Promise<SnapshotEnvelope<T> | null> {
		return (await this.loadWithMetadata())?.snapshot ?? null;
	}

	saveWithMetadata({ snapshot, metadata }: PersistedSnapshot<T>): Promise<void> {
		return this.#save(snapshot, metadata);
	}

	async loadWithMetadata(): Promise<PersistedSnapshot<T> | null> {
		const kept = await this.keeper.load({ versions: await versions(), verifyHash: true });
		// A record always has metadata.
		return kept && { snapshot: snapshotOf<T>(kept), metadata: kept.metadata as PersistedSnapshotMetadata };
	}

	clear(): Promise<void> {
		return this.keeper.clear();
	}

	async getUsage(): Promise<StorageUsage> {
		const { used, quota } = (await this.keeper.cell.usage?.()) ?? {
			used: (await this.keeper.cell.read()).join('').length,
		};
		return quota === undefined ? { used } : { used, quota, percentage: Math.round((used / quota) * 100) };
	}

	async #save(
		snapshot: SnapshotEnvelope<T>,
		{ schemaVersion, savedAt, ttlMs }: Pick<PersistedSnapshotMetadata, 'schemaVersion' | 'savedAt' | 'ttlMs'>,
	): Promise<void> {
		const gate = await versions();
		const fault = gate.faultOf(snapshot);
		if (fault !== undefined) {
			throw new PersistenceError('damaged', `the snapshot cannot be kept at ${this.keeper.where}: ${fault}`);
		}
		await this.keeper.save({ snapshot, schemaVersion, savedAt, ttlMs, hashed: true, versions: gate });
	}
}

/** What keeps snapshots in this storage. */
export function keeperOf<T>(storage: StorageBackend<T>): Keeper<T> {
	return storage instanceof RecordBackend ? storage.keeper : new PlainKeeper(storage);
}

/** The envelope of what was kept. Its data is whatever was saved: see `validator`. */
export function snapshotOf<T>({ version, data }: { version: object; data: unknown }): SnapshotEnvelope<T> {
	return { ...version, data } as SnapshotEnvelope<T>;
}

function serializerOf(
	serialize: SerializerOptions['serialize'],
	deserialize: SerializerOptions['deserialize'],
): Serializer | undefined {
	if (!serialize !== !deserialize) {
		throw new TypeError('`serialize` and `deserialize` belong together: give both or none');
	}
	return serialize && deserialize && { serialize, deserialize };
}
