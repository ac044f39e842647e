import { check, TEXT } from '../../gate/check.js';
import type { Unsubscribe } from '../../types.js';
import { asPersistenceError, PersistenceError } from '../errors.js';
import { exclusively } from '../locks.js';
import type { StorageBackendWithMetadata } from '../types.js';
import { RecordBackend, type SerializerOptions } from './backend.js';
import type { Cell, Decide } from './cell.js';

/** @see createLocalStorageBackend */
export interface LocalStorageBackendOptions extends SerializerOptions {
	key: string;
}

/** @see createSessionStorageBackend */
export interface SessionStorageBackendOptions extends SerializerOptions {
	key: string;
}

/**
 * Keeps the last state in `localStorage`: shared by all windows of one origin, there after a restart,
 * limited to about 5 million characters for the whole origin.
 *
 * @throws TypeError without a `key`: storages that share one would show each other's states.
 *
 * @example
 * const storage = createLocalStorageBackend<Settings>({ key: 'settings' });
 */
export function createLocalStorageBackend<T>(options: LocalStorageBackendOptions): StorageBackendWithMetadata<T> {
	check(options, { key: TEXT });
	return new RecordBackend(new WebStorageCell('localStorage', options.key), options);
}

/**
 * Keeps the last state in `sessionStorage`: of this window alone, there after a reload, gone when it
 * is closed; limited to about 5 million characters.
 *
 * @throws TypeError without a `key`.
 *
 * @example
 * const storage = createSessionStorageBackend<Draft>({ key: 'draft' });
 */
export function createSessionStorageBackend<T>(options: SessionStorageBackendOptions): StorageBackendWithMetadata<T> {
	check(options, { key: TEXT });
	return new RecordBackend(new WebStorageCell('sessionStorage', options.key), options);
}

/** A key of `localStorage` or `sessionStorage`. */
export class WebStorageCell implements Cell {
	readonly where: string;
	readonly #kind: 'localStorage' | 'sessionStorage';
	readonly #key: string;

	constructor(kind: 'localStorage' | 'sessionStorage', key: string) {
		this.where = `${kind} key ${JSON.stringify(key)}`;
		this.#kind = kind;
		this.#key = key;
	}

	async read(): Promise<string[]> {
		return this.readNow();
	}

	readNow(): string[] {
		return this.#guarded((storage) => textsAt(storage, this.#key));
	}

	/**
	 * The platform promises nobody in between only under a lock: two processes may both read before
	 * either writes. Without locks the steps still follow at once.
	 */
	async swap(decide: Decide): Promise<void> {
		const change = () => this.swapNow(decide);
		return this.#kind === 'localStorage' ? exclusively(`revgate:${this.#key}`, change) : change();
	}

	swapNow(decide: Decide): void {
		this.#guarded((storage) => {
			const stored = textsAt(storage, this.#key);
			const { put, aside } = decide(stored);
			if (aside) {
				storage.setItem(`${this.#key}.unreadable`, stored[0] as string);
			}
			if (put !== undefined) {
				storage.setItem(this.#key, put);
			}
		});
	}

	async remove(): Promise<void> {
		this.removeNow();
	}

	removeNow(): void {
		this.#guarded((storage) => storage.removeItem(this.#key));
	}

	watch(changed: (stored: string | null) => void): Unsubscribe {
		if (this.#kind === 'sessionStorage' || typeof addEventListener !== 'function') {
			return () => {};
		}
		const listener = ({ key, newValue, storageArea }: StorageEvent) => {
			if ((key === this.#key || key === null) && storageArea === localStorage) {
				changed(key === null ? null : newValue);
			}
		};
		addEventListener('storage', listener);
		return () => removeEventListener('storage', listener);
	}

	#guarded<R>(act: (storage: Storage) => R): R {
		try {
			return act(this.#storage());
		} catch (error) {
			throw isFull(error)
				? new PersistenceError(
						'quota',
						`there is no room for the state at ${this.where}: the origin's ${this.#kind} is full. ` +
							'Remove other keys, turn on `compression`, or take `createIndexedDBBackend`.',
						error,
					)
				: asPersistenceError(error, `the access to ${this.where}`);
		}
	}

	#storage(): Storage {
		let storage: Storage | undefined;
		let cause: unknown;
		try {
			storage = globalThis[this.#kind]; // The getter throws in a sandboxed frame.
		} catch (error) {
			cause = error;
		}
		if (!storage) {
			throw new PersistenceError(
				'unavailable',
				`this page has no ${this.#kind}, so nothing is kept at ${this.where}: the platform lacks or ` +
					'denies it; take `createMemoryStorageBackend`, or go without.',
				cause,
			);
		}
		return storage;
	}
}

function textsAt(storage: Storage, key: string): string[] {
	const text = storage.getItem(key);
	return text === null ? [] : [text];
}

function isFull(error: unknown): boolean {
	const { name } = (error ?? {}) as { name?: unknown };
	return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED';
}
