import { describe, expect, it } from 'vitest';

import { createMemoryStorageBackend, createSnapshotCache, type StorageBackend } from '../../src/persistence/index.js';
import type { TopicOptions } from '../../src/index.js';
import { snapshot } from '../persistence/kinds.js';
import { Plugin } from './backend.js';
import { ending, FIRST, gatekeeper, live, open, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

const KEPT: Settings = { theme: 'kept', fontSize: 20, tags: [] };

/** A window that opens with a state kept from before, and a backend that answers when it is let. */
function before<T = Settings>(storage: StorageBackend<T>, options: TopicOptions = {}, state = FIRST) {
	const backend = new Plugin('settings', state);
	const { opens: answers, open: answer } = gatekeeper();
	backend.way = async (what, act) => {
		if (what === 'fetch') await answers;
		return act();
	};
	const cache = createSnapshotCache<T>({ storage });
	const topic = open<T>(backend, { cache, ...options });
	return { backend, topic, window: new Window(topic), answer, cache };
}

const kept = (version: string, data: Settings = KEPT) =>
	createMemoryStorageBackend<Settings>({ initialSnapshot: snapshot(version, data) });

describe('a topic with a cache', () => {
	it('shows its last known state before the backend answers, marked, and then the backend’s', async () => {
		const { topic, window, answer } = before(kept('5'));
		await pass();
		expect([topic.get(), topic.isCached(), topic.version(), topic.status().type]).toEqual([KEPT, true, { revision: '5' }, 'loading']);
		answer();
		await pass();
		expect(window.shown.map(({ theme }) => theme), 'revision 1 is the truth, however new the kept one').toEqual(['kept', 'light']);
		expect([topic.isCached(), topic.version(), topic.status().type]).toEqual([false, { revision: '1' }, 'live']);
	});

	it('makes no edit on it: the edit waits for the backend’s state', async () => {
		const { backend, topic, answer } = before(kept('5'));
		await pass();
		const written = topic.update((draft) => {
			draft.fontSize += 1;
		});
		await pass();
		expect([topic.get(), topic.pending(), backend.written]).toEqual([KEPT, 1, []]);
		answer();
		expect(await written).toEqual({ revision: '2' });
		expect(backend.written[0]?.base, 'not on 5').toEqual({ revision: '1' });
		expect(topic.get()).toEqual({ theme: 'light', fontSize: 15, tags: [] });
	});

	it('is not shown once the backend has answered', async () => {
		const { opens: reads, open: read } = gatekeeper();
		const slow: StorageBackend<Settings> = {
			save: async () => {},
			load: async () => {
				await reads;
				return snapshot('5', KEPT);
			},
		};
		const { window, topic, answer } = before(slow);
		answer();
		await pass();
		read();
		await pass();
		expect([window.shown.length, topic.isCached(), topic.get()?.theme]).toEqual([1, false, 'light']);
	});

	it('keeps what the backend has confirmed, and no edit that it has not', async () => {
		const storage = createMemoryStorageBackend<Settings>();
		const { backend, topic, answer } = before(storage);
		answer();
		await pass();
		expect((await storage.load())?.data.theme).toBe('light');
		const { opens: writes, open: write } = gatekeeper();
		backend.way = async (what, act) => {
			if (what === 'write') await writes;
			return act();
		};
		void topic.update((draft) => {
			draft.theme = 'dark';
		});
		await pass();
		expect([topic.get()?.theme, (await storage.load())?.data.theme]).toEqual(['dark', 'light']);
		write();
		await pass();
		expect(await storage.load()).toEqual(snapshot('2', { theme: 'dark', fontSize: 14, tags: [] }));
	});

	it('keeps 64-bit integers, and shows none where the program has none', async () => {
		const storage = createMemoryStorageBackend<{ id: bigint }>();
		const first = before(storage, { bigints: ['/id'] }, '{"id":18446744073709551615}');
		first.answer();
		await pass();
		first.topic.stop();
		const second = before(storage, { bigints: ['/id'] });
		await pass();
		expect(second.topic.get()).toEqual({ id: 18446744073709551615n });
		second.topic.stop();
		const warned: unknown[] = [];
		const logger = { debug: () => {}, warn: (text: string) => void warned.push(text), error: () => {} };
		const third = before(storage, { logger });
		await pass();
		expect([third.topic.get(), warned]).toEqual([undefined, ['[revgate] topic `settings`: the last known state cannot be shown']]);
		third.answer();
		await pass();
		expect(third.topic.status().type).toBe('live');
	});

	it('shows nothing after it was stopped, and saves what waited', async () => {
		const storage = kept('5');
		const stopped = before(storage);
		stopped.topic.stop();
		await pass();
		expect(stopped.window.shown).toEqual([]);
		const cache = createSnapshotCache<Settings>({ storage, debounceMs: 60_000, olderBackend: 'replace' });
		const { topic, answer } = before(storage, { cache });
		await pass();
		answer();
		await pass();
		topic.stop();
		await pass();
		expect((await storage.load())?.revision).toBe('1');
		expect(cache.hasPendingSave()).toBe(false);
	});

	it.each([
		['rejects', () => Promise.reject(new Error('no disk')) as never],
		['throws', () => { throw new Error('no disk'); }],
	])('follows the backend though the cache %s', async (_, fails) => {
		const warned: string[] = [];
		const logger = { debug: () => {}, warn: (text: string) => void warned.push(text), error: () => {} };
		const { topic, window } = await live(FIRST, { cache: { load: fails, save: fails, flush: fails }, logger });
		expect([await topic.ready(), window.errors]).toEqual([JSON.parse(FIRST), []]);
		topic.stop();
		await pass();
		const [unread, unkept] = ['the last known state cannot be shown', 'the state is not kept'];
		expect(warned.sort()).toEqual([unread, unkept, unkept].map((it) => `[revgate] topic \`settings\`: ${it}`));
	});

	it('waits with `ready` for the backend', async () => {
		const { topic, answer } = before(kept('5'));
		const ready = ending(topic.ready());
		await pass();
		expect(ready).toEqual({});
		answer();
		await pass();
		expect(ready.value).toEqual(JSON.parse(FIRST));
	});
});
