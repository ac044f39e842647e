import { PersistenceError } from '../errors.js';
import type { SnapshotEnvelope } from '../../types.js';
import type { StorageBackendWithMetadata } from '../types.js';
import { RecordBackend, type SerializerOptions } from './backend.js';
import type { Cell, Decide } from './cell.js';

/** @see createMemoryStorageBackend */
export interface MemoryStorageBackendOptions<T = unknown> extends SerializerOptions {
	/** What it holds from the start. */
	initialSnapshot?: SnapshotEnvelope<T> | undefined;
	/** The longest record, in characters. Default: no limit. */
	maxSizeBytes?: number | undefined;
}

/**
 * Keeps the last state in memory: for tests, and for platforms without a storage. It behaves as the
 * others do, records and all.
 *
 * @example
 * const storage = createMemoryStorageBackend<Settings>({ initialSnapshot: { revision, data } });
 */
export function createMemoryStorageBackend<T>(
	options: MemoryStorageBackendOptions<T> = {},
): StorageBackendWithMetadata<T> {
	const { initialSnapshot, maxSizeBytes } = options;
	const texts = new Map<string, string>();
	const backend = new RecordBackend<T>(new MemoryCell(texts, 'snapshot', maxSizeBytes), options);
	if (initialSnapshot) {
		texts.set('snapshot', backend.keeper.textOf(initialSnapshot));
	}
	return backend;
}

/**
 * One memory for several windows of a test.
 *
 * @example
 * const memory = createSharedMemoryStorage<Settings>();
 * const [here, there] = [memory.getBackend('settings'), memory.getBackend('settings')];
 */
export function createSharedMemoryStorage<T>(): {
	getBackend(key: string, options?: SerializerOptions): StorageBackendWithMetadata<T>;
	clearAll(): void;
} {
	const texts = new Map<string, string>();
	return {
		getBackend: (key, options) => new RecordBackend(new MemoryCell(texts, key), options),
		clearAll: () => texts.clear(),
	};
}

class MemoryCell implements Cell {
	readonly where: string;
	readonly #texts: Map<string, string>;
	readonly #key: string;
	readonly #limit: number;

	constructor(texts: Map<string, string>, key: string, limit = Number.POSITIVE_INFINITY) {
		this.where = `memory key ${JSON.stringify(key)}`;
		this.#texts = texts;
		this.#key = key;
		this.#limit = limit;
	}

	async read(): Promise<string[]> {
		return this.#stored();
	}

	async swap(decide: Decide): Promise<void> {
		this.swapNow(decide);
	}

	swapNow(decide: Decide): void {
		const stored = this.#stored();
		const { put, aside } = decide(stored);
		if (put !== undefined && put.length > this.#limit) {
			throw new PersistenceError(
				'quota',
				`there is no room for the state at ${this.where}: its record of ${put.length} characters is ` +
					`longer than \`maxSizeBytes\` (${this.#limit})`,
			);
		}
		if (aside) {
			this.#texts.set(`${this.#key}.unreadable`, stored[0] as string);
		}
		if (put !== undefined) {
			this.#texts.set(this.#key, put);
		}
	}

	async remove(): Promise<void> {
		this.#texts.delete(this.#key);
	}

	async usage(): Promise<{ used: number; quota?: number }> {
		const used = this.#texts.get(this.#key)?.length ?? 0;
		return Number.isFinite(this.#limit) ? { used, quota: this.#limit } : { used };
	}

	#stored(): string[] {
		const text = this.#texts.get(this.#key);
		return text === undefined ? [] : [text];
	}
}
