import {
	createIndexedDBBackend,
	createLocalStorageBackend,
	createMemoryStorageBackend,
	createSessionStorageBackend,
	createSharedMemoryStorage,
	type SerializerOptions,
	type StorageBackendWithMetadata,
} from '../../src/persistence/index.js';
import type { Revision, SnapshotEnvelope } from '../../src/types.js';

/** One of the four storages, and a way around it to what it holds. */
export interface Kind {
	name: string;
	/** Each call another window's, of the same place. */
	open<T>(options?: SerializerOptions): StorageBackendWithMetadata<T>;
	read(): Promise<string | null>;
	write(text: string): Promise<void>;
	/** What was moved out of the way. */
	aside(): Promise<unknown>;
}

let places = 0;

/** The storages that this platform has, each at a place of its own. */
export function kinds(): Kind[] {
	const all = [shared(), indexedDb()];
	return typeof document === 'undefined' ? all : [...all, web('localStorage'), web('sessionStorage')];
}

function shared(): Kind {
	const memory = createSharedMemoryStorage<never>();
	// The cell is reached as the library reaches it, for what no API writes: a damaged record.
	const cell = (key: string) =>
		(memory.getBackend(key) as unknown as { keeper: { cell: { read(): Promise<string[]>; swapNow(decide: unknown): void } } })
			.keeper.cell;
	return {
		name: 'memory',
		open: (options) => memory.getBackend('place', options) as never,
		read: async () => (await cell('place').read())[0] ?? null,
		write: async (text) => cell('place').swapNow(() => ({ put: text })),
		aside: async () => (await cell('place.unreadable').read())[0] ?? null,
	};
}

function web(kind: 'localStorage' | 'sessionStorage'): Kind {
	const key = `place-${places++}-${Math.random()}`;
	const create = kind === 'localStorage' ? createLocalStorageBackend : createSessionStorageBackend;
	const storage = globalThis[kind];
	return {
		name: kind,
		open: (options) => create({ key, ...options }),
		read: async () => storage.getItem(key),
		write: async (text) => storage.setItem(key, text),
		aside: async () => storage.getItem(`${key}.unreadable`),
	};
}

function indexedDb(): Kind {
	const dbName = `place-${places++}-${Math.random()}`;
	const storeName = 'states';
	const at = (key: string, text?: string): Promise<unknown> =>
		new Promise((resolve, reject) => {
			const opening = indexedDB.open(dbName);
			opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
			opening.onerror = () => reject(opening.error);
			opening.onsuccess = () => {
				const transaction = opening.result.transaction(storeName, 'readwrite');
				const store = transaction.objectStore(storeName);
				const request = text === undefined ? store.get(key) : store.put(text, key);
				transaction.oncomplete = () => {
					opening.result.close();
					resolve(request.result);
				};
			};
		});
	return {
		name: 'IndexedDB',
		open: (options) => createIndexedDBBackend({ dbName, storeName, ...options }),
		read: async () => ((await at('snapshot')) as string | undefined) ?? null,
		write: async (text) => void (await at('snapshot', text)),
		aside: async () => (await at('snapshot.unreadable')) ?? null,
	};
}

export { createMemoryStorageBackend };

/** A snapshot of `data`, as a backend would send it: `'10'`, or with its epoch `'2.10'`. */
export function snapshot<T>(version: string, data: T): SnapshotEnvelope<T> {
	const [revision, epoch] = version.split('.').reverse() as [Revision, string?];
	return epoch === undefined ? { revision, data } : { revision, epoch, data };
}
