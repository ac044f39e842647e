import { check, maybe, TEXT } from '../../gate/check.js';
import { asPersistenceError, PersistenceError, reasonOf } from '../errors.js';
import type { StorageBackendWithMetadata } from '../types.js';
import { RecordBackend, type SerializerOptions } from './backend.js';
import type { Cell, Decide } from './cell.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { WebStorageCell } from './web-storage.js';

/** @see createIndexedDBBackend */
export interface IndexedDBBackendOptions extends ConnectionOptions, SerializerOptions {
	/** Default: `'snapshot'`. */
	recordKey?: string | undefined;
}

/**
 * Keeps the last state in IndexedDB: for states that `localStorage` has no room for. Several states
 * may share a database, each with its own store or its own key.
 *
 * @throws TypeError without a `dbName` or a `storeName`.
 *
 * @example
 * const storage = createIndexedDBBackend<Project>({ dbName: 'my-app', storeName: 'cache' });
 */
export function createIndexedDBBackend<T>(options: IndexedDBBackendOptions): StorageBackendWithMetadata<T> {
	check(options, { dbName: TEXT, storeName: TEXT, recordKey: maybe(TEXT) });
	return new RecordBackend(new IndexedDBCell(options), options);
}

/**
 * A key of an object store. A transaction is what keeps others out between read and write. A page
 * that is about to go does not live to see the answer to its read, so it leaves its record in
 * `localStorage`, from where the next save takes its place.
 */
class IndexedDBCell implements Cell {
	readonly where: string;
	readonly #connection: Connection;
	readonly #store: string;
	readonly #key: string;
	readonly #left: WebStorageCell;

	constructor({ recordKey = 'snapshot', ...options }: IndexedDBBackendOptions) {
		const { dbName, storeName } = options;
		this.where = `IndexedDB ${JSON.stringify(dbName)}, store ${JSON.stringify(storeName)}, key ${JSON.stringify(recordKey)}`;
		this.#connection = new Connection(options, this.where);
		this.#store = storeName;
		this.#key = recordKey;
		this.#left = new WebStorageCell('localStorage', `revgate.left.${dbName}.${storeName}.${recordKey}`);
	}

	read(): Promise<string[]> {
		return this.#use('readonly', (store) => store.get(this.#key), (stored) => this.#all(stored));
	}

	async swap(decide: Decide): Promise<void> {
		const taken = await this.#use('readwrite', (store) => store.get(this.#key), this.#change(decide));
		if (taken !== undefined && this.#textLeft() === taken) {
			this.#left.removeNow();
		}
	}

	swapNow(decide: Decide): void | Promise<void> {
		try {
			this.#left.swapNow(decide);
		} catch (error) {
			if (error instanceof PersistenceError && (error.fault === 'quota' || error.fault === 'unavailable')) {
				return this.swap(decide); // Too large, or no localStorage: it may still be in time.
			}
			throw error;
		}
	}

	async remove(): Promise<void> {
		await this.#use('readwrite', (store) => store.delete(this.#key), () => {});
		if (this.#textLeft() !== undefined) {
			this.#left.removeNow();
		}
	}

	/** Of all that the origin keeps: the platform counts no further. */
	async usage(): Promise<{ used: number; quota?: number } | undefined> {
		const estimate = await globalThis.navigator?.storage?.estimate?.();
		if (!estimate) {
			return undefined;
		}
		const { usage: used = 0, quota } = estimate;
		return quota === undefined ? { used } : { used, quota };
	}

	/** Returns what was left in `localStorage` and has no more use there. */
	#change(decide: Decide): Then<string | undefined> {
		return (stored, store) => {
			const left = this.#textLeft();
			const { put, aside } = decide(this.#all(stored));
			if (aside) {
				store.put(stored, `${this.#key}.unreadable`);
			}
			if (put !== undefined) {
				store.put(put, this.#key);
			}
			store.transaction.commit?.();
			return put === undefined ? undefined : left;
		};
	}

	#all(stored: unknown): string[] {
		return [textOf(stored), this.#textLeft()].filter((text) => text !== undefined);
	}

	/** What a page has left on its way out. Where there is no `localStorage`, none has. */
	#textLeft(): string | undefined {
		try {
			return this.#left.readNow()[0];
		} catch {
			return undefined;
		}
	}

	async #use<R>(mode: IDBTransactionMode, ask: Ask, then: Then<R>): Promise<R> {
		try {
			return await this.#connection.use((database) => this.#in(database, mode, ask, then));
		} catch (error) {
			throw this.#told(error);
		}
	}

	/** Resolves with what `then` makes of the answer, once all of it is stored. */
	#in<R>(database: IDBDatabase, mode: IDBTransactionMode, ask: Ask, then: Then<R>): Promise<R> {
		return new Promise((resolve, reject) => {
			const transaction = database.transaction(this.#store, mode);
			const store = transaction.objectStore(this.#store);
			let result: R;
			let failure: unknown;
			transaction.oncomplete = () => resolve(result);
			transaction.onabort = () => reject(failure ?? transaction.error);
			const request = ask(store);
			request.onsuccess = () => {
				try {
					result = then(request.result, store);
				} catch (error) {
					failure = error; // Thrown from here, it would reach the window.
					transaction.abort();
				}
			};
		});
	}

	#told(error: unknown): PersistenceError {
		const { name } = (error ?? {}) as { name?: unknown };
		if (name === 'QuotaExceededError') {
			return new PersistenceError(
				'quota',
				`there is no room for the state at ${this.where}: ${reasonOf(error)}. Free disk space, remove ` +
					'other data of this origin, or turn on `compression`.',
				error,
			);
		}
		return asPersistenceError(error, `the access to ${this.where}`);
	}
}

// `any`: the platform types an answer by what was asked.
type Ask = (store: IDBObjectStore) => IDBRequest;
type Then<R> = (answer: unknown, store: IDBObjectStore) => R;

/** The reference document's add-on keeps envelopes as they are; anything else is not ours. */
function textOf(stored: unknown): string | undefined {
	if (stored === undefined || typeof stored === 'string') {
		return stored;
	}
	try {
		return JSON.stringify(stored) ?? '(not JSON)';
	} catch {
		return '(not JSON)';
	}
}
