import { asPersistenceError, PersistenceError, reasonOf } from '../errors.js';
import type { StorageBackendWithMetadata } from '../types.js';
import { RecordBackend, type SerializerOptions } from './backend.js';
import type { Cell, Decide } from './cell.js';
import { Connection, type ConnectionOptions } from './connection.js';

/** @see createIndexedDBBackend */
export interface IndexedDBBackendOptions extends ConnectionOptions, SerializerOptions {
	/** Default: `'snapshot'`. */
	recordKey?: string | undefined;
}

/**
 * Keeps the last state in IndexedDB: for states that `localStorage` has no room for. Several states
 * may share a database, each with its own store or its own key.
 *
 * @example
 * const storage = createIndexedDBBackend<Project>({ dbName: 'my-app', storeName: 'cache' });
 */
export function createIndexedDBBackend<T>(options: IndexedDBBackendOptions): StorageBackendWithMetadata<T> {
	return new RecordBackend(new IndexedDBCell(options), options);
}

/** A key of an object store. A transaction is what keeps others out between read and write. */
class IndexedDBCell implements Cell {
	readonly where: string;
	readonly #connection: Connection;
	readonly #store: string;
	readonly #key: string;

	constructor({ recordKey = 'snapshot', ...options }: IndexedDBBackendOptions) {
		const { dbName, storeName } = options;
		this.where = `IndexedDB ${JSON.stringify(dbName)}, store ${JSON.stringify(storeName)}, key ${JSON.stringify(recordKey)}`;
		this.#connection = new Connection(options, this.where);
		this.#store = storeName;
		this.#key = recordKey;
	}

	read(): Promise<string | null> {
		return this.#use('readonly', (store) => store.get(this.#key), textOf);
	}

	swap(decide: Decide): Promise<void> {
		return this.#use('readwrite', (store) => store.get(this.#key), this.#change(decide));
	}

	/** Asks before any promise is waited for: the page may not live to see it. */
	async swapNow(decide: Decide): Promise<void> {
		const database = this.#connection.current;
		if (!database) {
			return this.swap(decide);
		}
		try {
			await this.#in(database, 'readwrite', (store) => store.get(this.#key), this.#change(decide));
		} catch (error) {
			throw this.#told(error);
		}
	}

	remove(): Promise<void> {
		return this.#use('readwrite', (store) => store.delete(this.#key), () => {});
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

	#change(decide: Decide): Then<void> {
		return (stored, store) => {
			const { put, aside } = decide(textOf(stored));
			if (aside !== undefined) {
				store.put(stored, `${this.#key}.unreadable`);
			}
			if (put !== undefined) {
				store.put(put, this.#key);
			}
			store.transaction.commit?.();
		};
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
function textOf(stored: unknown): string | null {
	if (stored === undefined || typeof stored === 'string') {
		return stored ?? null;
	}
	try {
		return JSON.stringify(stored) ?? '(not JSON)';
	} catch {
		return '(not JSON)';
	}
}
