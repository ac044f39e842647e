import { describe, expect, it, vi } from 'vitest';

import {
	createIndexedDBBackend,
	createSnapshotCache,
	type IndexedDBBackendOptions,
} from '../../src/persistence/index.js';
import { until } from '../until.js';
import { watchErrors } from '../watch.js';
import { snapshot } from './kinds.js';
import { Heard } from './setup.js';

watchErrors();

let databases = 0;
const name = () => `database-${databases++}-${Math.random()}`;

function open(dbName: string, version?: number, upgrade?: (database: IDBDatabase) => void): Promise<IDBDatabase> {
	return new Promise((resolve, reject) => {
		const request = indexedDB.open(dbName, version);
		request.onupgradeneeded = () => upgrade?.(request.result);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

function backend(dbName: string, options: Partial<IndexedDBBackendOptions> = {}) {
	return createIndexedDBBackend<string>({ dbName, storeName: 'states', ...options });
}

describe('IndexedDB', () => {
	it('several states share a database: each its store, or its key', async () => {
		const dbName = name();
		const all = [
			backend(dbName),
			backend(dbName, { recordKey: 'other' }),
			backend(dbName, { storeName: 'more' }),
			backend(dbName, { storeName: 'still more' }),
		];
		await Promise.all(all.map((storage, index) => storage.save(snapshot(`${index}`, `state ${index}`))));
		const loaded = await Promise.all(all.map((storage) => storage.load()));
		expect(loaded.map((state) => state?.data)).toEqual(['state 0', 'state 1', 'state 2', 'state 3']);
		await all[1]?.clear?.();
		expect((await all[0]?.load())?.data, 'clear empties one key').toBe('state 0');
	});

	it('lets a newer version of the database open, and follows it', async () => {
		const dbName = name();
		const storage = backend(dbName);
		await storage.save(snapshot('1', 'a'));
		const newer = await open(dbName, 7); // Would wait for ever, did the storage not let go.
		newer.close();
		await storage.save(snapshot('2', 'b'));
		expect((await storage.load())?.data).toBe('b');
		expect((await backend(dbName, { version: 3 }).load())?.data, 'asked for an older one').toBe('b');
	});

	it('makes its store in a database of others, and calls onUpgrade', async () => {
		const dbName = name();
		(await open(dbName, 4, (database) => database.createObjectStore('foreign'))).close();
		const upgrades: number[][] = [];
		const storage = backend(dbName, {
			version: 5,
			onUpgrade: (database, from, to) => {
				upgrades.push([from, to]);
				database.createObjectStore('mine');
			},
		});
		await storage.save(snapshot('1', 'a'));
		expect(upgrades).toEqual([[4, 5]]);
		const database = await open(dbName);
		expect([...database.objectStoreNames]).toEqual(['foreign', 'mine', 'states']);
		database.close();
	});

	it('an onUpgrade that throws is told, and leaves the database as it was', async () => {
		const dbName = name();
		const storage = backend(dbName, {
			onUpgrade: () => {
				throw new Error('no such index');
			},
		});
		await expect(storage.load()).rejects.toMatchObject({
			fault: 'unavailable',
			message: expect.stringContaining('no such index'),
		});
		await expect(backend(dbName).load()).resolves.toBeNull();
	});

	it('blocked by a tab that does not let go, it tells, and saves once it does', async () => {
		const dbName = name();
		const stubborn = await open(dbName, 1);
		const blocked = vi.fn();
		const storage = backend(dbName, { version: 2, onBlocked: blocked, retryDelayMs: 1, retryAttempts: 2 });
		const heard = new Heard();
		const cache = createSnapshotCache({ storage, onPersistenceError: heard.listener });
		cache.save(snapshot('1', 'a'));
		await cache.flush();
		expect(blocked).toHaveBeenCalledOnce();
		expect(heard.contexts).toMatchObject([{ operation: 'save', willRetry: true }]);
		expect(heard.faults).toEqual(['save blocked']);
		expect(heard.message).toContain('Close or reload the other tabs of this app');
		expect(await cache.load(), 'and does not wait for it').toBeNull();
		stubborn.close();
		await until(async () => {
			await cache.flush();
			expect(cache.hasPendingSave()).toBe(false);
		});
		expect((await cache.load())?.data).toBe('a');
		cache.dispose();
	});

	it('an onBlocked that throws disturbs nobody', async () => {
		const dbName = name();
		const stubborn = await open(dbName, 1);
		const storage = backend(dbName, {
			version: 2,
			retryAttempts: 0,
			onBlocked: () => {
				throw new Error('a bug');
			},
		});
		await expect(storage.load()).rejects.toMatchObject({ fault: 'blocked' });
		stubborn.close();
	});

	it('a database deleted meanwhile is made anew', async () => {
		const dbName = name();
		const storage = backend(dbName);
		await storage.save(snapshot('1', 'a'));
		await new Promise<void>((resolve, reject) => {
			const request = indexedDB.deleteDatabase(dbName);
			request.onsuccess = () => resolve();
			request.onerror = () => reject(request.error);
		});
		expect(await storage.load()).toBeNull();
		await storage.save(snapshot('1', 'b'));
		expect((await storage.load())?.data).toBe('b');
	});

	it('a store dropped meanwhile is made anew', async () => {
		const dbName = name();
		const storage = backend(dbName);
		await storage.save(snapshot('1', 'a'));
		(await open(dbName, 9, (database) => database.deleteObjectStore('states'))).close();
		expect(await storage.load()).toBeNull();
	});

	it("reads an envelope that the reference document's add-on has put there as it is", async () => {
		const dbName = name();
		const database = await open(dbName, 1, (made) => made.createObjectStore('states'));
		const put = (value: unknown) =>
			new Promise<void>((resolve) => {
				const transaction = database.transaction('states', 'readwrite');
				transaction.objectStore('states').put(value, 'snapshot');
				transaction.oncomplete = () => resolve();
			});
		await put({ revision: '12', data: 'old' });
		const storage = backend(dbName);
		expect(await storage.load()).toEqual(snapshot('12', 'old'));
		for (const foreign of [new Map([[1, 2]]), 7n, new Date(0)]) {
			await put(foreign);
			await expect(storage.load()).rejects.toMatchObject({ fault: 'foreign' });
		}
		await storage.save(snapshot('1', 'ours'));
		const aside = await new Promise((resolve) => {
			const request = database.transaction('states').objectStore('states').get('snapshot.unreadable');
			request.onsuccess = () => resolve(request.result);
		});
		expect(aside, 'as it was, not as text').toEqual(new Date(0));
		database.close();
	});

	it('a platform without it is told, with what to do', async () => {
		vi.stubGlobal('indexedDB', undefined);
		const heard = new Heard();
		const cache = createSnapshotCache({ storage: backend(name()), onPersistenceError: heard.listener });
		expect(await cache.load()).toBeNull();
		cache.save(snapshot('1', 'a'));
		await cache.flush();
		expect(heard.faults).toEqual(['load unavailable', 'save unavailable']);
		expect(heard.message).toContain('take `createMemoryStorageBackend`, or go without');
		expect(cache.hasPendingSave()).toBe(false);
		vi.unstubAllGlobals();
	});
});
