import { describe, expect, it } from 'vitest';

import {
	clearPersistedData,
	createPersistenceApplier,
	createPersistenceApplierWithDefaults,
	createSharedMemoryStorage,
	loadPersistedSnapshot,
	type PersistenceApplierOptions,
	type StorageBackend,
} from '../../src/persistence/index.js';
import type { SnapshotEnvelope } from '../../src/types.js';
import { until } from '../until.js';
import { watchErrors } from '../watch.js';
import { createMemoryStorageBackend, snapshot } from './kinds.js';
import { Heard } from './setup.js';

watchErrors();

/** A window: what it shows, in order, and its persistence applier. */
function windowOn<T>(storage: StorageBackend<T>, options: Partial<PersistenceApplierOptions<T>> = {}) {
	const heard = new Heard();
	const shown: string[] = [];
	const inner = {
		apply: ({ epoch, revision }: SnapshotEnvelope<T>): void | Promise<void> => {
			shown.push(epoch === undefined ? revision : `${epoch}.${revision}`);
		},
	};
	const applier = createPersistenceApplier<T>({
		storage,
		applier: inner,
		onPersistenceError: heard.listener,
		...options,
	});
	return { applier, inner, shown, heard };
}

const kept = (version: string, data: unknown = version) =>
	createMemoryStorageBackend<unknown>({ initialSnapshot: snapshot(version, data) });

/** A promise, and what settles it. */
function deferred() {
	let resolve!: () => void;
	const promise = new Promise<void>((done) => {
		resolve = done;
	});
	return { promise, resolve };
}

describe('before the backend answers', () => {
	it('the last known state is shown, marked as cached until the backend has answered', async () => {
		const { applier, shown } = windowOn(kept('5', { theme: 'dark' }));
		const marks: boolean[] = [];
		applier.on('cached', (isCached) => marks.push(isCached));
		expect(applier.isCached).toBe(false);
		expect(await applier.load()).toEqual(snapshot('5', { theme: 'dark' }));
		expect([shown, applier.isCached]).toEqual([['5'], true]);
		await applier.apply(snapshot('6', { theme: 'light' }));
		expect([shown, applier.isCached, marks]).toEqual([['5', '6'], false, [true, false]]);
	});

	it('the cached state never takes the place of one that the backend has sent', async () => {
		const { applier, shown } = windowOn(kept('5'));
		const loading = applier.load();
		applier.apply(snapshot('6', null));
		expect(await loading, 'it was not shown').toBeNull();
		expect([shown, applier.isCached]).toEqual([['6'], false]);
		expect(await applier.load()).toBeNull();
		expect(shown).toEqual(['6']);
	});

	it("the backend's first answer is shown even if it is older than what was kept", async () => {
		const storage = kept('10');
		const { applier, shown, heard } = windowOn(storage);
		await applier.load();
		await applier.apply(snapshot('3', null));
		await applier.flush();
		expect(shown).toEqual(['10', '3']);
		expect((await storage.load())?.revision, '10 is not overwritten by 3').toBe('10');
		expect(heard.faults).toEqual(['save olderBackend']);
		expect(heard.message).toContain("set `olderBackend: 'replace'`");
		await applier.apply(snapshot('4', null));
		await applier.flush();
		expect(heard.faults, 'told once').toHaveLength(1);
	});

	it('versions are told as people read them: the session, what has begun anew in it, the revision', async () => {
		const { applier, heard } = windowOn(kept('8589934593.10'));
		await applier.load();
		await applier.apply(snapshot('4294967296.14', null));
		await applier.flush();
		expect(heard.message).toMatch(/version 1\.0\.14, and .* version 2\.1\.10 from before/s);
	});

	it("with olderBackend: 'replace', what was loaded gives way, and what another tab has saved does not", async () => {
		const memory = createSharedMemoryStorage<unknown>();
		const [storage, other] = [memory.getBackend('place'), memory.getBackend('place')];
		await other.save(snapshot('10', 'of the last run'));
		const first = windowOn(storage, { olderBackend: 'replace' });
		const second = windowOn(other, { olderBackend: 'replace' });
		await first.applier.load();
		await second.applier.load();
		await first.applier.apply(snapshot('4', 'of this run'));
		await first.applier.flush();
		expect(await storage.load()).toEqual(snapshot('4', 'of this run'));
		await second.applier.apply(snapshot('3', 'earlier in this run'));
		await second.applier.flush();
		expect((await storage.load())?.revision).toBe('4');
		expect([...first.heard.faults, ...second.heard.faults]).toEqual([]);
	});

	it('what another tab has saved since the backend answered is no older backend', async () => {
		const memory = createSharedMemoryStorage<unknown>();
		const { applier, heard } = windowOn(memory.getBackend('place'), { olderBackend: 'replace' });
		const quiet = windowOn(memory.getBackend('place'));
		for (const window of [applier, quiet.applier]) {
			await window.apply(snapshot('1', null));
			await window.flush();
		}
		await memory.getBackend('place').save(snapshot('9', 'of another tab'));
		for (const window of [applier, quiet.applier]) {
			await window.load();
			await window.apply(snapshot('2', null));
			await window.flush();
		}
		expect((await memory.getBackend('place').load())?.revision).toBe('9');
		expect([...heard.faults, ...quiet.heard.faults]).toEqual([]);
	});

	it('a slow inner applier of the cached state does not end last', async () => {
		const { applier, inner, shown } = windowOn(kept('5'));
		const slow = deferred();
		const apply = inner.apply;
		inner.apply = async (state) => {
			if (state.revision === '5') {
				await slow.promise;
			}
			apply(state);
		};
		const loading = applier.load();
		await new Promise((resolve) => setTimeout(resolve));
		const applying = applier.apply(snapshot('6', null));
		slow.resolve();
		expect((await loading)?.revision).toBe('5');
		await applying;
		expect([shown, applier.isCached]).toEqual([['5', '6'], false]);
	});

	it('an inner applier that fails for the cached state is told, and the next state is shown', async () => {
		for (const fail of [() => Promise.reject(new Error('no store')), () => { throw new Error('no store'); }]) {
			const { applier, inner, shown, heard } = windowOn(kept('5'));
			const apply = inner.apply;
			inner.apply = fail;
			expect(await applier.load()).toBeNull();
			expect([applier.isCached, heard.faults]).toEqual([false, ['load failed']]);
			expect(heard.message).toBe('applying the last known state failed: no store');
			inner.apply = apply;
			await applier.apply(snapshot('6', null));
			expect(shown).toEqual(['6']);
		}
	});

	it('loading twice shows it twice, and never an older one', async () => {
		const memory = createSharedMemoryStorage<unknown>();
		const { applier, shown } = windowOn(memory.getBackend('place'));
		await memory.getBackend('place').save(snapshot('5', null));
		await applier.load();
		await memory.getBackend('place').save(snapshot('6', null));
		expect((await applier.load())?.revision).toBe('6');
		memory.clearAll();
		await memory.getBackend('place').save(snapshot('2', null));
		expect(await applier.load()).toBeNull();
		expect(shown).toEqual(['5', '6']);
	});
});

describe('an applier that keeps what it applies', () => {
	it('applies at once where the inner one does, and saves', async () => {
		const storage = createMemoryStorageBackend<string>();
		const { applier, shown } = windowOn(storage);
		expect(applier.apply(snapshot('1', 'a'))).toBeUndefined();
		expect(shown).toEqual(['1']);
		await applier.flush();
		expect(await storage.load()).toEqual(snapshot('1', 'a'));
	});

	it('what the inner applier refuses is the caller’s to know, and is not kept', async () => {
		const storage = createMemoryStorageBackend<string>();
		const { applier, inner } = windowOn(storage);
		inner.apply = () => {
			throw new Error('refused');
		};
		expect(() => applier.apply(snapshot('1', 'a'))).toThrow('refused');
		inner.apply = () => Promise.reject(new Error('refused later'));
		await expect(applier.apply(snapshot('2', 'b'))).rejects.toThrow('refused later');
		await applier.flush();
		expect(await storage.load()).toBeNull();
		expect(applier.isCached).toBe(false);
	});

	it('keeps a state as it was applied, whatever the store does to the object', async () => {
		const storage = createMemoryStorageBackend<{ nested: { x: number } }>();
		const { applier, inner } = windowOn(storage, { throttling: { debounceMs: 60_000 } });
		const sent = snapshot('1', { nested: { x: 1 } });
		inner.apply = (state) => {
			state.data.nested.x = 2;
		};
		applier.apply(sent);
		sent.data.nested.x = 3;
		await applier.flush();
		expect((await storage.load())?.data).toEqual({ nested: { x: 1 } });
	});

	it('a state that cannot be kept is shown all the same, and told by its path', async () => {
		const storage = createMemoryStorageBackend<unknown>();
		const { applier, shown, heard } = windowOn(storage);
		await applier.apply(snapshot('1', { seen: new Map() }));
		await applier.flush();
		expect([shown, heard.faults, await storage.load()]).toEqual([['1'], ['save unstorable'], null]);
		expect(heard.message).toContain('`data.seen` is a Map');
		expect(heard.contexts[0]).toMatchObject({ willRetry: false, snapshot: { revision: '1' } });
	});

	it('events and counts tell what happened', async () => {
		const storage = createMemoryStorageBackend<string>({ maxSizeBytes: 400 });
		const { applier, heard } = windowOn(storage);
		const events: string[] = [];
		applier.on('saveStart', ({ revision }) => events.push(`start ${revision}`));
		const end = applier.on('saveComplete', ({ revision }, ms) => events.push(`complete ${revision} ${ms >= 0}`));
		applier.on('saveError', (error, { revision }) => events.push(`error ${revision} ${(error as Error).name}`));
		applier.on('cleared', () => events.push('cleared'));
		applier.on('loadComplete', (state, ms) => events.push(`load ${state?.revision} ${ms >= 0}`));
		applier.on('saveStart', () => {
			throw new Error('a listener that fails');
		});
		applier.on('saveStart', (() => Promise.reject(new Error('later'))) as () => void);
		expect(applier.getStats()).toEqual({
			saveCount: 0, saveErrorCount: 0, totalBytesSaved: 0, lastSaveAt: null, lastSaveDurationMs: null, throttledCount: 0,
		});
		await applier.apply(snapshot('1', 'a'));
		await applier.flush();
		await applier.apply(snapshot('2', 'b'.repeat(400)));
		await applier.flush();
		expect(heard.faults).toEqual(['save quota']);
		await clearPersistedData(storage);
		await applier.load();
		end();
		await applier.apply(snapshot('3', 'c'));
		await applier.flush();
		expect(events).toEqual([
			'start 1', 'complete 1 true', 'start 2', 'error 2 PersistenceError', 'cleared', 'load undefined true', 'start 3',
		]);
		expect(applier.getStats()).toMatchObject({ saveCount: 2, saveErrorCount: 1, totalBytesSaved: 6, throttledCount: 0 });
		expect(applier.getStats().lastSaveAt).toBeGreaterThan(0);
	});

	it('after dispose it still applies, keeps nothing, and shows nothing cached', async () => {
		const storage = kept('1');
		const { applier, shown } = windowOn(storage, { throttling: { debounceMs: 60_000 } });
		await applier.apply(snapshot('2', null));
		expect(applier.hasPendingSave()).toBe(true);
		applier.dispose();
		applier.dispose();
		expect(applier.hasPendingSave()).toBe(false);
		await applier.apply(snapshot('3', null));
		await applier.flush();
		expect(await applier.load()).toBeNull();
		expect(shown).toEqual(['2', '3']);
		expect((await storage.load())?.revision).toBe('1');
	});

	it('a listener that throws or rejects, and a storage that does, reach nobody', async () => {
		const boom = () => {
			throw { toString: () => { throw new Error('worse'); } };
		};
		const storage: StorageBackend<unknown> = { save: boom, load: boom, clear: boom };
		for (const onPersistenceError of [boom, (() => Promise.reject(new Error('later'))) as () => void]) {
			const { applier, shown } = windowOn(storage, { onPersistenceError });
			expect(await applier.load()).toBeNull();
			await applier.apply(snapshot('1', null));
			await applier.flush();
			expect(shown).toEqual(['1']);
			applier.dispose();
		}
		await expect(clearPersistedData(storage)).rejects.toMatchObject({ name: 'PersistenceError', fault: 'failed' });
	});

	it('options that make no sense are refused by their names', () => {
		const refused = (options: Partial<PersistenceApplierOptions<unknown>>, message: string) =>
			expect(() => windowOn(kept('1'), options)).toThrow(new RangeError(message));
		refused({ throttling: { maxWaitMs: 5 } }, '`maxWaitMs` has no meaning without `debounceMs`');
		refused({ debounceMs: 50, throttling: { maxWaitMs: 20 } }, '`maxWaitMs` must not be shorter than `debounceMs`');
		refused({ ttlMs: Number.NaN }, '[revgate] `ttlMs` must be milliseconds from 0 on, not NaN');
		refused({ schemaVersion: 1.5 }, '[revgate] `schemaVersion` must be a whole number from 0 on, not 1.5');
		refused(
			{ schemaVersion: 1, migration: { currentVersion: 2, migrations: {} } },
			'`schemaVersion` (1) is not the `currentVersion` of `migration` (2): give one of them',
		);
	});

	it.each([Infinity, null, undefined])('with the time to live %s, what is saved can be loaded', async (ttlMs) => {
		const storage = createMemoryStorageBackend<unknown>();
		const { applier } = windowOn(storage, { ttlMs: ttlMs as number });
		await applier.apply(snapshot('1', 'one'));
		await applier.flush();
		const next = windowOn(storage, { ttlMs: ttlMs as number });
		expect([await next.applier.load(), next.heard.faults]).toEqual([snapshot('1', 'one'), []]);
	});

	it('with defaults, a burst is saved once', async () => {
		const storage = createMemoryStorageBackend<number>();
		const applier = createPersistenceApplierWithDefaults({ storage, applier: { apply: () => {} } });
		for (let revision = 1; revision <= 50; revision++) {
			await applier.apply(snapshot(`${revision}`, revision));
		}
		await applier.flush();
		expect((await storage.load())?.data).toBe(50);
		expect(applier.getStats()).toMatchObject({ saveCount: 1, throttledCount: 49 });
		applier.dispose();
	});
});

describe("a storage of the app's own", () => {
	it('gets the newest, one save at a time, and never an older one', async () => {
		let held: SnapshotEnvelope<unknown> | null = snapshot('10', 'ten');
		const gates: ReturnType<typeof deferred>[] = [];
		let running = 0;
		const storage: StorageBackend<unknown> = {
			async save(state) {
				expect(++running).toBe(1);
				const gate = deferred();
				gates.push(gate);
				await gate.promise;
				held = state;
				running--;
			},
			load: async () => held,
		};
		const { applier } = windowOn(storage);
		await applier.apply(snapshot('3', 'three'));
		await applier.flush();
		expect(gates, '10 is newer').toHaveLength(0);
		await applier.apply(snapshot('11', 'eleven'));
		await until(() => expect(gates).toHaveLength(1));
		await applier.apply(snapshot('12', 'twelve'));
		await applier.apply(snapshot('13', 'thirteen'));
		gates[0]?.resolve();
		await until(() => expect(gates).toHaveLength(2));
		gates[1]?.resolve();
		await applier.flush();
		expect([held?.revision, gates.length]).toEqual(['13', 2]);
	});

	it('with metadata it has a time to live and schema versions as the four', async () => {
		let held: unknown = null;
		const storage = {
			save: () => Promise.reject(new Error('not this one')),
			load: () => Promise.reject(new Error('not this one')),
			saveWithMetadata: async (state: unknown) => {
				held = state;
			},
			loadWithMetadata: async () => held as never,
		};
		const { applier } = windowOn<unknown>(storage, { ttlMs: 1000, schemaVersion: 3 });
		await applier.apply(snapshot('1', 'a'));
		await applier.flush();
		expect(held).toMatchObject({ snapshot: { revision: '1' }, metadata: { ttlMs: 1000, schemaVersion: 3, compressed: false } });
		const other = windowOn<unknown>(storage, { schemaVersion: 2 });
		expect(await other.applier.load()).toBeNull();
		expect(other.heard.faults).toEqual(['load newer']);
	});

	it('one that answers with nonsense shows nothing', async () => {
		for (const nonsense of [undefined, 7, 'text', [], {}, { revision: 7, data: 1 }, { revision: '042', data: 1 }, { revision: '1', epoch: 'x', data: 1 }]) {
			const heard = new Heard();
			const storage = { save: async () => {}, load: async () => nonsense as never };
			expect(await loadPersistedSnapshot(storage, { apply: () => expect.fail('shown') }, heard.listener)).toBeNull();
			expect(heard.faults, JSON.stringify(nonsense)).toEqual(nonsense === undefined ? [] : ['load damaged']);
		}
	});
});

describe('loadPersistedSnapshot', () => {
	it('knows what the persistence applier knows, given that or what it wraps', async () => {
		for (const given of ['applier', 'inner'] as const) {
			const storage = kept('5');
			const made = windowOn(storage, { schemaVersion: 0 });
			expect(await loadPersistedSnapshot(storage, made[given]), 'schema version 1 is newer').toBeNull();
			expect(made.heard.faults, 'told to the listener of the applier').toEqual(['load newer']);
			const late = windowOn(storage);
			await late.applier.apply(snapshot('4', null));
			expect(await loadPersistedSnapshot(storage, late[given])).toBeNull();
			expect(late.shown, 'the backend was faster').toEqual(['4']);
		}
	});

	it('through a wrapped applier, another storage’s state is shown as cached, and not saved', async () => {
		const storage = createMemoryStorageBackend<unknown>();
		const { applier, shown } = windowOn(storage);
		expect((await loadPersistedSnapshot(kept('5'), applier))?.revision).toBe('5');
		await applier.flush();
		expect([shown, applier.isCached, await storage.load()]).toEqual([['5'], true, null]);
	});

	it('an applier that fails is told, and nothing is returned', async () => {
		const heard = new Heard();
		const applier = { apply: () => Promise.reject(new Error('no store')) };
		expect(await loadPersistedSnapshot(kept('5'), applier, heard.listener)).toBeNull();
		expect(heard.message).toBe('applying the last known state failed: no store');
	});
});

describe('clearPersistedData', () => {
	it('drops also what waits to be saved', async () => {
		const storage = kept('1');
		const { applier } = windowOn(storage, { throttling: { debounceMs: 60_000 } });
		await applier.apply(snapshot('2', null));
		await clearPersistedData(storage);
		await applier.flush();
		expect([await storage.load(), applier.hasPendingSave()]).toEqual([null, false]);
	});
});
