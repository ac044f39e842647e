import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createSnapshotCache, PersistenceError, type SnapshotCacheOptions, type StorageBackend } from '../../src/persistence/index.js';
import type { SnapshotEnvelope } from '../../src/types.js';
import { snapshot } from './kinds.js';
import { Heard } from './setup.js';

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

/** A storage that counts, and fails as it is told. */
class Counting implements StorageBackend<string> {
	readonly saves: string[] = [];
	held: SnapshotEnvelope<string> | null = null;
	failure: unknown;

	async save(state: SnapshotEnvelope<string>): Promise<void> {
		this.saves.push(state.revision);
		if (this.failure !== undefined) {
			throw this.failure;
		}
		this.held = state;
	}

	async load(): Promise<SnapshotEnvelope<string> | null> {
		return this.held;
	}
}

function make(options: Partial<SnapshotCacheOptions<string>> = {}) {
	const storage = new Counting();
	const heard = new Heard();
	const cache = createSnapshotCache<string>({ storage, onPersistenceError: heard.listener, ...options });
	return { storage, heard, cache };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('saves', () => {
	it('without pacing: the first at once, then the newest of those that came meanwhile', async () => {
		const { storage, cache } = make();
		for (const revision of ['1', '2', '3']) {
			cache.save(snapshot(revision, ''));
		}
		await pass(0);
		expect(storage.saves).toEqual(['1', '3']);
		expect(cache.getStats().throttledCount).toBe(1);
	});

	it('with a debounce: once it is quiet', async () => {
		const { storage, cache } = make({ debounceMs: 100 });
		for (let revision = 1; revision <= 5; revision++) {
			cache.save(snapshot(`${revision}`, ''));
			await pass(99);
		}
		expect([storage.saves, cache.hasPendingSave()]).toEqual([[], true]);
		await pass(1);
		expect([storage.saves, cache.hasPendingSave()]).toEqual([['5'], false]);
	});

	it('a sustained burst is saved at least every maxWaitMs', async () => {
		const { storage, cache } = make({ throttling: { debounceMs: 100, maxWaitMs: 250 } });
		for (let revision = 1; revision <= 20; revision++) {
			cache.save(snapshot(`${revision}`, ''));
			await pass(50);
		}
		expect(storage.saves).toEqual(['5', '10', '15', '20']);
	});

	it('with a throttle: the first at once, the last always', async () => {
		const { storage, cache } = make({ throttling: { throttleMs: 1000 } });
		for (let revision = 1; revision <= 30; revision++) {
			cache.save(snapshot(`${revision}`, ''));
			await pass(50);
		}
		await pass(1000);
		expect(storage.saves).toEqual(['1', '20', '30']);
	});

	it('leading: the first of a burst at once, though debounced', async () => {
		const { storage, cache } = make({ throttling: { debounceMs: 100, leading: true } });
		cache.save(snapshot('1', ''));
		await pass(0);
		cache.save(snapshot('2', ''));
		await pass(0);
		expect(storage.saves).toEqual(['1']);
		await pass(100);
		expect(storage.saves).toEqual(['1', '2']);
	});

	it('an older snapshot takes no newer one’s place', async () => {
		const { storage, cache } = make({ debounceMs: 100 });
		cache.save(snapshot('1.10', ''));
		cache.save(snapshot('1.3', ''));
		cache.save(snapshot('99', ''));
		await pass(100);
		expect(storage.held).toEqual(snapshot('1.10', ''));
	});

	it('a jump of the wall clock changes nothing', async () => {
		const { storage, cache } = make({ debounceMs: 100 });
		cache.save(snapshot('1', ''));
		vi.setSystemTime(0);
		await pass(99);
		expect(storage.saves).toEqual([]);
		vi.setSystemTime(4e12);
		await pass(1);
		expect(storage.saves).toEqual(['1']);
	});

	it('flush saves at once, and resolves when it is done', async () => {
		const { storage, cache } = make({ debounceMs: 60_000 });
		cache.save(snapshot('1', ''));
		await cache.flush();
		expect(storage.held?.revision).toBe('1');
		await cache.flush();
		await pass(60_000);
		expect(storage.saves).toEqual(['1']);
	});

	it('dispose drops what waits, and no timer is left', async () => {
		const { storage, cache } = make({ debounceMs: 100 });
		cache.save(snapshot('1', ''));
		cache.dispose();
		cache.save(snapshot('2', ''));
		expect(vi.getTimerCount()).toBe(0);
		await pass(1000);
		expect(storage.saves).toEqual([]);
	});
});

describe('a save that fails', () => {
	it('is tried again with backoff, a few times, and told each time', async () => {
		const { storage, heard, cache } = make();
		storage.failure = new Error('the disk is away');
		cache.save(snapshot('1', ''));
		await pass(0);
		expect(heard.contexts).toMatchObject([
			{ operation: 'save', willRetry: true, nextDelayMs: 500, snapshot: { revision: '1' } },
		]);
		expect(heard.message).toBe('saving the state failed: the disk is away');
		await pass(499);
		expect(storage.saves).toHaveLength(1);
		await pass(1);
		expect([storage.saves.length, heard.contexts[1]?.nextDelayMs]).toEqual([2, 1000]);
		await pass(1e6);
		expect([storage.saves.length, heard.contexts.at(-1)?.willRetry]).toEqual([6, false]);
		expect([cache.hasPendingSave(), vi.getTimerCount()], 'it waits for the next save').toEqual([true, 0]);
		storage.failure = undefined;
		await cache.flush();
		expect([storage.held?.revision, cache.hasPendingSave()]).toEqual(['1', false]);
	});

	it('gives way to a newer one', async () => {
		const { storage, cache } = make();
		storage.failure = new Error('the disk is away');
		cache.save(snapshot('1', ''));
		await pass(0);
		storage.failure = undefined;
		cache.save(snapshot('2', ''));
		await pass(0);
		expect(storage.held?.revision).toBe('2');
		await pass(1e6);
		expect(storage.saves).toEqual(['1', '2']);
	});

	it('for want of room waits for the next save or flush', async () => {
		const { storage, heard, cache } = make();
		storage.failure = new PersistenceError('quota', 'full');
		cache.save(snapshot('1', ''));
		await pass(1e6);
		expect([storage.saves, heard.contexts[0]?.willRetry]).toEqual([['1'], false]);
		expect(cache.hasPendingSave()).toBe(true);
		storage.failure = undefined;
		await cache.flush();
		expect(storage.held?.revision).toBe('1');
	});

	it('for good is given up', async () => {
		for (const fault of ['unstorable', 'newer', 'unavailable'] as const) {
			const { storage, heard, cache } = make();
			storage.failure = new PersistenceError(fault, 'no way');
			cache.save(snapshot('1', ''));
			await pass(1e6);
			expect([storage.saves, heard.faults, cache.hasPendingSave()]).toEqual([['1'], [`save ${fault}`], false]);
		}
	});

	it('after dispose is told to nobody’s timer', async () => {
		const { storage, cache } = make();
		storage.failure = new Error('the disk is away');
		cache.save(snapshot('1', ''));
		cache.dispose();
		await pass(1e6);
		expect([storage.saves, vi.getTimerCount()]).toEqual([['1'], 0]);
	});

	it('of no version is refused', async () => {
		const { heard, cache } = make();
		cache.save(snapshot('042', ''));
		cache.save(null as never);
		await pass(0);
		expect(heard.faults).toEqual(['save unstorable', 'save failed']);
		expect(heard.contexts[0]?.error.message).toContain('`042` is malformed: it has a leading zero');
	});
});

describe('a storage that never answers', () => {
	const never = () => new Promise<never>(() => {});

	it('keeps no window from starting: what was to be loaded is told and gone without', async () => {
		const heard = new Heard();
		const cache = createSnapshotCache({ storage: { save: never, load: never }, onPersistenceError: heard.listener });
		const loading = cache.load();
		await pass(4_999);
		expect(heard.faults).toEqual([]);
		await pass(1);
		expect([await loading, heard.faults]).toEqual([null, ['load blocked']]);
		expect(heard.message).toContain("the app's own storage has not answered within 5000 ms");
	});

	it('is asked again for a save, never for two at once', async () => {
		const asked: string[] = [];
		let answer = () => {};
		const storage: StorageBackend<string> = {
			load: async () => null,
			save: (state) => {
				asked.push(state.revision);
				return new Promise<void>((resolve) => {
					answer = resolve;
				});
			},
		};
		const heard = new Heard();
		const cache = createSnapshotCache({ storage, onPersistenceError: heard.listener });
		cache.save(snapshot('1', ''));
		await pass(5_000);
		expect(heard.contexts).toMatchObject([{ operation: 'save', error: { fault: 'blocked' }, willRetry: true }]);
		cache.save(snapshot('2', ''));
		await pass(4_000);
		expect(asked).toEqual(['1']);
		answer();
		await pass(0);
		expect(asked).toEqual(['1', '2']);
		answer();
		await pass(0);
		expect(cache.hasPendingSave()).toBe(false);
		cache.dispose();
	});
});
