import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import {
	type CompressionAdapter,
	createCompressionStreamAdapter,
	createLZCompressionAdapter,
	createMigrationBuilder,
	createPersistenceApplier,
	createSharedMemoryStorage,
	createSimpleMigration,
	createSnapshotCache,
	loadPersistedSnapshot,
	migrateData,
	type MigrationHandler,
	type MigrationResult,
	type SnapshotCacheOptions,
} from '../../src/persistence/index.js';
import { crc32 } from '../../src/persistence/checksum.js';
import { decode, type Encoded } from '../../src/persistence/exact.js';
import { watchErrors } from '../watch.js';
import { kinds, snapshot } from './kinds.js';
import { Heard } from './setup.js';

watchErrors();

/** A cache of the state in a memory that others see too. */
function cacheIn<T>(storage: SnapshotCacheOptions<T>['storage'], options: Partial<SnapshotCacheOptions<T>> = {}) {
	const heard = new Heard();
	return { cache: createSnapshotCache<T>({ storage, onPersistenceError: heard.listener, ...options }), heard };
}

async function save<T>(storage: SnapshotCacheOptions<T>['storage'], version: string, data: T, options: Partial<SnapshotCacheOptions<T>> = {}) {
	const { cache, heard } = cacheIn(storage, options);
	cache.save(snapshot(version, data));
	await cache.flush();
	expect(heard.contexts.map(({ error }) => error)).toEqual([]);
	cache.dispose();
}

describe.each(kinds().map(({ name }, index) => ({ name, make: () => kinds()[index]! })))('$name: time to live', ({ make }) => {
	const day = 86_400_000;
	let now = 1_700_000_000_000;

	beforeEach(() => {
		vi.spyOn(Date, 'now').mockImplementation(() => now);
	});
	afterEach(() => {
		vi.restoreAllMocks();
	});

	it('what is past it is told, and shown only if asked for', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'a', { ttlMs: day });
		now += day;
		expect((await cacheIn(storage).cache.load())?.data, 'to the very millisecond').toBe('a');
		now += 1;
		const { cache, heard } = cacheIn(storage);
		const expired: unknown[] = [];
		cache.on('expired', (old, age) => expired.push(old.data, age));
		expect(await cache.load()).toBeNull();
		expect([heard.faults, expired]).toEqual([['load expired'], ['a', day + 1]]);
		expect(heard.contexts[0]?.metadata).toMatchObject({ ttlMs: day });
		expect(heard.message).toContain(`it is ${day + 1} ms old and may be shown for ${day} ms`);
		expect((await cache.load({ ignoreTTL: true }))?.data).toBe('a');
	});

	it('an expired state holds no other off, whatever their versions', async () => {
		const storage = make().open<string>();
		await save(storage, '10', 'ten', { ttlMs: day });
		now += day + 1;
		await save(storage, '3', 'three', { ttlMs: day });
		expect((await storage.load())?.data).toBe('three');
	});

	it('the same version, confirmed again, lives anew', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'a', { ttlMs: day });
		now += day;
		await save(storage, '1', 'a', { ttlMs: day });
		now += day;
		expect((await cacheIn(storage).cache.load())?.data).toBe('a');
	});

	it('a program that is less patient than the one that saved is obeyed', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'a', { ttlMs: day });
		now += 2000;
		expect(await cacheIn(storage, { ttlMs: 1000 }).cache.load()).toBeNull();
	});

	it('a clock that is set back lets nothing live longer', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'a', { ttlMs: day });
		now -= day;
		expect((await cacheIn(storage).cache.load())?.data).toBe('a');
		now -= 1;
		expect(await cacheIn(storage).cache.load()).toBeNull();
	});

	it('without one, a state is shown for ever', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'a');
		now += 1e12;
		expect((await cacheIn(storage).cache.load())?.data).toBe('a');
		await expect(save(storage, '2', 'b', { ttlMs: 0 })).resolves.toBeUndefined();
		now += 1;
		expect(await cacheIn(storage).cache.load()).toBeNull();
	});
});

interface V1 { darkMode: boolean }
interface V2 extends V1 { language: string }
interface V3 { theme: 'dark' | 'light'; language: string }

const migration: MigrationHandler<V3> = createMigrationBuilder<V3>()
	.addMigration<V1, V2>(1, (v1) => ({ ...v1, language: 'en' }))
	.addMigration<V2, V3>(2, ({ darkMode, language }) => ({ theme: darkMode ? 'dark' : 'light', language }))
	.build(3);

describe.each(kinds().map(({ name }, index) => ({ name, make: () => kinds()[index]! })))('$name: schema versions', ({ make }) => {
	it('an older shape becomes today’s, step by step, and is saved so', async () => {
		const storage = make().open<never>();
		await save<V1>(storage, '7', { darkMode: true }, { schemaVersion: 1 });
		const { cache } = cacheIn<V3>(storage, { migration });
		const migrated: MigrationResult<V3>[] = [];
		cache.on('migrated', (result) => migrated.push(result));
		const today: V3 = { theme: 'dark', language: 'en' };
		expect(await cache.load()).toEqual(snapshot('7', today));
		expect(migrated).toEqual([{ success: true, data: today, fromVersion: 1, toVersion: 3 }]);
		cache.save(snapshot('7', today));
		await cache.flush();
		expect((await storage.loadWithMetadata())?.metadata.schemaVersion).toBe(3);
		await cache.load();
		expect(migrated, 'today’s shape is not migrated').toHaveLength(1);
	});

	it('a migration that fails is told, and leaves what is there', async () => {
		const kind = make();
		await save<unknown>(kind.open(), '7', { darkMode: true }, { schemaVersion: 1 });
		const before = await kind.read();
		const broken: [MigrationHandler<unknown>['migrations'], string][] = [
			[{}, 'there is no migration from schema version 1 to 2 (there are: none)'],
			[{ 1: () => ({}), 3: () => ({}) }, 'there is no migration from schema version 2 to 3 (there are: 1, 3)'],
			[{ 1: () => undefined, 2: () => ({}) }, 'the migration from schema version 1 returned nothing'],
			[{ 1: (v1) => v1.a.b }, "Cannot read properties of undefined (reading 'b')"],
			[{ 1: () => { throw 'text'; } }, 'text'],
			[{ 1: () => { throw null; } }, 'null'],
		];
		for (const [migrations, why] of broken) {
			const { cache, heard } = cacheIn<unknown>(kind.open(), { migration: { currentVersion: 3, migrations } });
			expect(await cache.load()).toBeNull();
			expect(heard.faults).toEqual(['migrate migration']);
			expect(heard.message).toContain(`from schema version 1 to 3: ${why}`);
			expect(await kind.read()).toBe(before);
			cache.dispose();
		}
	});

	it('what a newer program has saved is told, kept, and not overwritten', async () => {
		const kind = make();
		await save<unknown>(kind.open(), '7', 'new', { schemaVersion: 4 });
		const before = await kind.read();
		const { cache, heard } = cacheIn<unknown>(kind.open(), { migration: migration as MigrationHandler<unknown> });
		expect(await cache.load()).toBeNull();
		cache.save(snapshot('8', 'old'));
		await cache.flush();
		expect(heard.faults).toEqual(['load newer', 'save newer']);
		expect(heard.message).toContain('with schema version 4, this one knows 3');
		expect(await kind.read()).toBe(before);
		expect(cache.hasPendingSave(), 'there is no use in waiting').toBe(false);
		await cache.clear();
		cache.save(snapshot('8', 'old'));
		await cache.flush();
		expect((await cache.load())?.data, 'given up, it makes room').toBe('old');
	});
});

describe('migrateData', () => {
	it('says what it did, and never throws', () => {
		expect(migrateData({ darkMode: false }, 1, migration)).toEqual({
			success: true, data: { theme: 'light', language: 'en' }, fromVersion: 1, toVersion: 3,
		});
		const future = migrateData({}, 9, migration);
		expect([future.success, future.error?.message]).toEqual([false, 'schema version 9 is of a newer program: this one knows up to 3']);
	});

	it('validates what comes out, also of today’s version', () => {
		const strict = createSimpleMigration<string>({
			currentVersion: 2,
			migrations: { 1: (old) => old.name },
			validate: (data): data is string => typeof data === 'string',
		});
		expect(migrateData({ name: 'a' }, 1, strict)).toMatchObject({ success: true, data: 'a' });
		expect(migrateData({ name: 7 }, 1, strict).error?.message).toBe('the data is not valid in schema version 2');
		expect(migrateData(7, 2, strict).success).toBe(false);
		const built = createMigrationBuilder<string>().withValidator((data): data is string => data === 'x').build(1);
		expect([migrateData('x', 1, built).success, migrateData('y', 1, built).success]).toEqual([true, false]);
	});
});

describe('what is read', () => {
	it('is shown only if the validator takes it', async () => {
		const storage = createSharedMemoryStorage<unknown>().getBackend('place');
		await save(storage, '1', { theme: 7 });
		const applier = { apply: () => {} };
		const validator = (data: unknown): data is unknown => typeof (data as V3).theme === 'string';
		const heard = new Heard();
		expect(await loadPersistedSnapshot(storage, applier, { validator, onError: heard.listener })).toBeNull();
		expect(heard.faults).toEqual(['load invalid']);
		const throws = (): never => { throw new Error('a bug of the validator'); };
		expect(await loadPersistedSnapshot(storage, applier, heard.listener, { validator: throws as never })).toBeNull();
		expect(heard.message).toContain('a bug of the validator');
		expect(await loadPersistedSnapshot(storage, applier, { validator, validate: false })).not.toBeNull();
	});

	it('of no known schema, as it is', async () => {
		const storage = createSharedMemoryStorage<unknown>().getBackend('place');
		await save(storage, '1', 'a', { schemaVersion: 9 });
		expect((await loadPersistedSnapshot(storage, { apply: () => {} }))?.data).toBe('a');
	});

	it('without a checksum, if none was written or it is not to be verified', async () => {
		const [kind] = kinds();
		await save(kind!.open(), '1', { theme: 'dark' }, { enableHash: false });
		expect(await kind!.read()).toMatch(/^revgate\/1 -{8} /);
		expect((await cacheIn(kind!.open()).cache.load())?.data).toEqual({ theme: 'dark' });
		await save(kind!.open(), '2', { theme: 'dark' });
		await kind!.write(((await kind!.read()) as string).replace('dark', 'bark'));
		expect(await cacheIn(kind!.open()).cache.load()).toBeNull();
		expect((await cacheIn(kind!.open()).cache.load({ verifyHash: false }))?.data).toEqual({ theme: 'bark' });
	});

	it('without a checksum, what was cut off is known by its length', async () => {
		const [kind] = kinds();
		await save(kind!.open(), '1', [1, 2, 3], { enableHash: false });
		const whole = (await kind!.read()) as string;
		await kind!.write(`${whole} `);
		const { cache, heard } = cacheIn(kind!.open());
		expect(await cache.load()).toBeNull();
		await kind!.write(whole.slice(0, -1));
		expect(await cache.load()).toBeNull();
		expect(heard.faults).toEqual(['load damaged', 'load damaged']);
		expect(heard.message).toContain('it has 6 of 7 characters');
	});

	it('from a head that lies, without reaching any prototype', () => {
		const odd: Encoded['odd'] = [
			['NaN', '__proto__', 'toString'],
			['NaN', 'constructor', 'name'],
			['NaN', 'list', 'length'],
			['NaN', 'none', 0],
		];
		const data = decode({ text: '{"list":[]}', odd: odd.filter(([, first]) => first !== 'list') });
		expect(data).toEqual({ list: [] });
		expect(typeof Object.prototype.toString).toBe('function');
		expect(Object.name).toBe('Object');
		expect(() => decode({ text: '{"list":[]}', odd })).toThrow(RangeError); // Read as damaged.
	});

	it('its checksum is the CRC-32 of everybody', () => {
		// As Python's zlib.crc32 has it, of the text in UTF-16 with the low byte first.
		expect(crc32('123456789')).toBe('a290e877');
		expect(crc32('')).toBe('00000000');
		expect(crc32('a')).not.toBe(crc32('\u0161'));
	});
});

describe.each(kinds().map(({ name }, index) => ({ name, make: () => kinds()[index]! })))('$name: compression', ({ make }) => {
	it('makes it smaller, and nobody has to know', async () => {
		const kind = make();
		const text = 'העיר 日本 🙈 '.repeat(2000);
		await save(kind.open(), '1', { text }, { compression: createLZCompressionAdapter() });
		expect(((await kind.read()) as string).length).toBeLessThan(text.length / 20);
		expect((await kind.open<{ text: string }>().loadWithMetadata())?.metadata).toMatchObject({ compressed: true, sizeBytes: text.length + 11 });
		expect((await cacheIn<{ text: string }>(kind.open()).cache.load())?.data.text === text).toBe(true);
	});

	it('leaves alone what it would not make smaller', async () => {
		const kind = make();
		await save(kind.open(), '1', 'short', { compression: createCompressionStreamAdapter() });
		expect(await kind.read()).toMatch(/\n"short"$/);
	});

	it('a platform without it saves uncompressed, and tells what it cannot read', async () => {
		const kind = make();
		const compression = createCompressionStreamAdapter();
		await save(kind.open(), '1', 'a'.repeat(5000), { compression });
		vi.stubGlobal('CompressionStream', undefined);
		vi.stubGlobal('DecompressionStream', undefined);
		const { cache, heard } = cacheIn<string>(kind.open(), { compression });
		expect(await cache.load()).toBeNull();
		expect(heard.faults).toEqual(['load damaged']);
		cache.save(snapshot('2', 'b'.repeat(5000)));
		await cache.flush();
		vi.unstubAllGlobals();
		expect(await kind.read()).toMatch(/b{5000}"$/);
	});

	it('an adapter of the app’s own is known again by its name', async () => {
		const kind = make();
		const rle: CompressionAdapter = {
			algorithm: 'runs',
			compress: (text) => text.replace(/a{9}/g, '9'),
			decompress: (text) => text.replace(/9/g, 'aaaaaaaaa'),
		};
		await save(kind.open(), '1', 'a'.repeat(900), { compression: rle });
		const { cache, heard } = cacheIn<string>(kind.open());
		expect(await cache.load()).toBeNull();
		expect(heard.message).toContain('it was compressed by `runs`; pass that adapter as `compression`');
		expect((await cache.load({ compression: rle }))?.data).toHaveLength(900);
		const failing = { ...rle, decompress: () => Promise.reject(new Error('out of tune')) };
		expect(await cache.load({ compression: failing })).toBeNull();
		expect(heard.message).toContain('it cannot be decompressed by `runs`: out of tune');
	});

	it('one that fails is told, and the state stays to be saved', async () => {
		const kind = make();
		const compression = { algorithm: 'x', compress: () => Promise.reject(new Error('full')), decompress: String };
		const { cache, heard } = cacheIn<string>(kind.open(), { compression });
		cache.save(snapshot('1', 'a'));
		await cache.flush();
		expect(heard.contexts).toMatchObject([{ operation: 'save', willRetry: true, nextDelayMs: 500 }]);
		expect(cache.hasPendingSave()).toBe(true);
		cache.dispose();
	});
});

it('createPersistenceApplier finds the adapter for whoever loads', async () => {
	const storage = createSharedMemoryStorage<string>().getBackend('place');
	const compression: CompressionAdapter = { algorithm: 'x', compress: () => '', decompress: () => '"whole"' };
	const inner = { apply: () => {} };
	createPersistenceApplier({ storage, applier: inner, compression });
	await save(storage, '1', 'whole', { compression });
	expect((await loadPersistedSnapshot(storage, inner))?.data).toBe('whole');
});

describe('a storage of the app\'s own', () => {
	const save = async (): Promise<void> => undefined;
	const whole = snapshot('1', 'a');
	const metadata = { savedAt: 0, schemaVersion: 1, sizeBytes: 3, compressed: false };
	const withMetadata = (kept: unknown): SnapshotCacheOptions<string>['storage'] =>
		({ save, load: save, saveWithMetadata: save, loadWithMetadata: async () => kept }) as never;

	it.each([[{ revision: '1' }], [{ data: 'a' }], ['text'], [7], [{}]])('that loads what is no snapshot has it told, and not shown: %j', async (kept) => {
		for (const storage of [{ save, load: async () => kept } as never, withMetadata({ snapshot: kept, metadata })]) {
			const { cache, heard } = cacheIn<string>(storage);
			expect(await cache.load()).toBeNull();
			expect(heard.faults).toEqual(['load damaged']);
			expect(heard.message).toContain("what the app's own storage has loaded is no snapshot");
			cache.dispose();
		}
	});

	it.each([[{}], [{ ...metadata, savedAt: 'now' }], [{ ...metadata, schemaVersion: NaN }], [{ ...metadata, ttlMs: NaN }]])(
		'that loads metadata which say nothing has them told, and nothing shown: %j',
		async (metadata) => {
			const { cache, heard } = cacheIn<string>(withMetadata({ snapshot: whole, metadata }));
			expect(await cache.load()).toBeNull();
			expect(heard.faults).toEqual(['load damaged']);
			cache.dispose();
		},
	);

	it.each([null, undefined])('may say by %s that there is nothing', async (nothing) => {
		for (const storage of [{ save, load: async () => nothing } as never, withMetadata(nothing), withMetadata({ snapshot: nothing })]) {
			const { cache, heard } = cacheIn<string>(storage);
			expect([await cache.load(), heard.faults]).toEqual([null, []]);
			cache.dispose();
		}
	});
});

describe.each(kinds().map(({ name }, index) => ({ name, make: () => kinds()[index]! })))('$name: a cache of the first shape', ({ make }) => {
	it('shows nothing of a newer one, which it would not save over either', async () => {
		const storage = make().open<string>();
		await save(storage, '1', 'of tomorrow', { schemaVersion: 3 });
		const { cache, heard } = cacheIn(storage);
		expect([await cache.load(), heard.faults]).toEqual([null, ['load newer']]);
		expect(heard.message).toContain('with schema version 3, this one knows 1');
		cache.dispose();
	});
});

describe('options of a load', () => {
	it.each([
		[{ ignoreTtl: true }, '`options` has no `ignoreTtl`: it has migration,validate,validator,ignoreTTL,verifyHash,compression,onError'],
		[{ validator: 5 }, '`validator` must be a function, not 5'],
		[{ verifyHash: 'no' }, "`verifyHash` must be true or false, not 'no'"],
		[{ migration: {} }, '`migration.currentVersion` must be a whole number from 0 on, not undefined'],
		[5, '`options` must be an object, not 5'],
	])('that make no sense are refused by name: %j', async (options, message) => {
		const storage = createSharedMemoryStorage<string>().getBackend('place');
		const { cache } = cacheIn(storage);
		await expect(cache.load(options as never)).rejects.toThrow(message);
		await expect(loadPersistedSnapshot(storage, { apply: () => undefined }, options as never)).rejects.toThrow(message);
		cache.dispose();
	});

	it('that are null or undefined are not given', async () => {
		const storage = createSharedMemoryStorage<string>().getBackend('place');
		await save(storage, '1', 'a');
		const migration: MigrationHandler<string> = { currentVersion: 2, migrations: { 1: (old: string) => `${old}!` } };
		const { cache } = cacheIn(storage, { migration });
		expect((await cache.load({ migration: undefined, onError: null } as never))?.data).toBe('a!');
		cache.dispose();
	});
});
