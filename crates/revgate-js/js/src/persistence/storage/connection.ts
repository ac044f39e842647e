import { quietly } from '../../sync/guard.js';
import { PersistenceError, reasonOf } from '../errors.js';
import { TIMEOUT_MS, within } from './patience.js';

/** Which store of which database, and what to do when another tab stands in the way. */
export interface ConnectionOptions {
	dbName: string;
	/** Made if it is not there. */
	storeName: string;
	/** The version to open the database with; if it has a newer one, that. Default: 1. */
	version?: number | undefined;
	/** How often to try again when the database is blocked or its connection is lost. Default: 3. */
	retryAttempts?: number | undefined;
	/** The wait before the first retry; the second waits twice as long, and so on. Default: 100. */
	retryDelayMs?: number | undefined;
	/** How long it may take to open, and each access. Default: 5,000. */
	timeoutMs?: number | undefined;
	/** Another tab holds the database in an older version, and has been asked to let go. */
	onBlocked?: (() => void) | undefined;
	/** To make stores of your own in the same database. */
	onUpgrade?: ((database: IDBDatabase, oldVersion: number, newVersion: number) => void) | undefined;
}

/** An opening, and what gives up on it. The opening itself goes on, and may still come. */
interface Opening {
	database: Promise<IDBDatabase>;
	tooLong: Promise<never>;
}

/** An open database, opened anew whenever it was closed: by a newer version, or by the browser. */
export class Connection {
	readonly #options: ConnectionOptions;
	readonly #where: string;
	readonly #attempts: number;
	readonly #delayMs: number;
	readonly #timeoutMs: number;
	#current: IDBDatabase | undefined;
	/** Rejects when the browser closes the connection: what is under way may get no answer then. */
	#closed: Promise<never> = new Promise(() => {});
	#opening: Opening | undefined;

	constructor(options: ConnectionOptions, where: string) {
		this.#options = options;
		this.#where = where;
		this.#attempts = options.retryAttempts ?? 3;
		this.#delayMs = options.retryDelayMs ?? 100;
		this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
	}

	/** Does `act`, again if the connection was lost before or meanwhile. */
	async use<R>(act: (database: IDBDatabase) => Promise<R>): Promise<R> {
		for (let attempt = 1; ; attempt++) {
			let database: IDBDatabase | undefined;
			try {
				database = await this.#within(this.#opened());
				return await this.#within(Promise.race([act(database), this.#closed]));
			} catch (error) {
				if (!isLost(error) || attempt > this.#attempts) {
					throw error;
				}
				if (database) {
					this.#forget(database);
				}
				await after(this.#delayMs * attempt);
			}
		}
	}

	/** What does not answer in time is given up, and the next access opens anew. */
	#within<R>(answer: Promise<R>): Promise<R> {
		return within(this.#timeoutMs, this.#where, answer, () => {
			this.#current?.close();
			this.#current = undefined;
			this.#opening = undefined;
		});
	}

	#opened(): Promise<IDBDatabase> {
		this.#opening ??= this.#open();
		return Promise.race([this.#opening.database, this.#opening.tooLong]);
	}

	#open(): Opening {
		let giveUp: (error: PersistenceError) => void = () => {};
		const tooLong = new Promise<never>((_, reject) => {
			giveUp = reject;
		});
		tooLong.catch(() => {}); // Heard only by who waits just now.
		const blocked = () => {
			quietly(() => this.#options.onBlocked?.());
			const patience = (this.#delayMs * this.#attempts * (this.#attempts + 1)) / 2;
			setTimeout(() => giveUp(this.#blockedError()), patience);
		};
		const database = this.#request(this.#options.version ?? 1, blocked);
		database.catch(() => {
			this.#opening = undefined;
		});
		return { database, tooLong };
	}

	async #request(version: number | undefined, blocked: () => void): Promise<IDBDatabase> {
		let database: IDBDatabase;
		try {
			database = await this.#ask(version, blocked);
		} catch (error) {
			if (nameOf(error) === 'VersionError' && version !== undefined) {
				return this.#request(undefined, blocked);
			}
			throw error instanceof PersistenceError ? error : this.#unavailable(error);
		}
		if (!database.objectStoreNames.contains(this.#options.storeName)) {
			database.close();
			return this.#request(database.version + 1, blocked);
		}
		database.onversionchange = () => {
			database.close(); // Otherwise the other tab would wait for this one.
			this.#forget(database);
		};
		this.#closed = new Promise((_, reject) => {
			database.onclose = () => {
				this.#forget(database);
				reject(new DOMException('the browser has closed the database', 'InvalidStateError'));
			};
		});
		this.#closed.catch(() => {}); // Heard only by what is under way.
		this.#current = database;
		return database;
	}

	#ask(version: number | undefined, blocked: () => void): Promise<IDBDatabase> {
		return new Promise((resolve, reject) => {
			const request = indexedDB.open(this.#options.dbName, version);
			let failure: unknown;
			request.onblocked = blocked;
			request.onsuccess = () => resolve(request.result);
			request.onerror = (event) => {
				event.preventDefault(); // Told by the promise.
				reject(failure ?? request.error);
			};
			request.onupgradeneeded = ({ oldVersion, newVersion }) => {
				try {
					this.#upgrade(request.result, oldVersion, newVersion ?? 0);
				} catch (error) {
					failure = error;
					request.transaction?.abort();
				}
			};
		});
	}

	#upgrade(database: IDBDatabase, oldVersion: number, newVersion: number): void {
		if (!database.objectStoreNames.contains(this.#options.storeName)) {
			database.createObjectStore(this.#options.storeName);
		}
		this.#options.onUpgrade?.(database, oldVersion, newVersion);
	}

	#forget(database: IDBDatabase): void {
		if (this.#current === database) {
			this.#current = undefined;
			this.#opening = undefined;
		}
	}

	#blockedError(): PersistenceError {
		return new PersistenceError(
			'blocked',
			`${this.#where} is blocked: another tab holds the database in an older version and does not let ` +
				'go. Close or reload the other tabs of this app.',
		);
	}

	#unavailable(cause: unknown): PersistenceError {
		return new PersistenceError(
			'unavailable',
			`this page cannot open ${this.#where}: ${reasonOf(cause)}. If the platform denies it (private ` +
				'mode, a sandboxed frame), take `createMemoryStorageBackend`, or go without.',
			cause,
		);
	}
}

/**
 * The connection was closed, before the call, under it, or while it was opened; or another version has
 * dropped the store.
 */
function isLost(error: unknown): boolean {
	if (error instanceof PersistenceError) {
		return nameOf(error.cause) === 'AbortError';
	}
	return ['InvalidStateError', 'NotFoundError', 'AbortError', 'UnknownError'].includes(nameOf(error));
}

function nameOf(error: unknown): string {
	return String((error as { name?: unknown } | null | undefined)?.name);
}

function after(delayMs: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, delayMs));
}
