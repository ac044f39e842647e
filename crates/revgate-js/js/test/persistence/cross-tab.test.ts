import { describe, expect, it, vi } from 'vitest';

import {
	clearPersistedData,
	createCrossTabSync,
	createPersistenceApplier,
	createPersistenceApplierWithDefaults,
	createSharedMemoryStorage,
	type CrossTabSyncHandlers,
	isBroadcastChannelSupported,
	type MigrationHandler,
	type PersistenceApplierOptions,
} from '../../src/persistence/index.js';
import type { SnapshotEnvelope } from '../../src/types.js';
import { watchErrors } from '../watch.js';
import { snapshot } from './kinds.js';
import { Heard } from './setup.js';

watchErrors();

let channels = 0;
const channel = () => `channel-${channels++}-${Math.random()}`;

/** A tab that writes down what it hears. */
function tabOn(channelName: string, options: Partial<CrossTabSyncHandlers<unknown>> = {}) {
	const heard: string[] = [];
	const tab = createCrossTabSync<unknown>({
		channelName,
		onSnapshot: ({ revision, epoch = '0' }) => heard.push(`${epoch}.${revision}`),
		onSyncRequest: () => heard.push('request'),
		onClear: () => heard.push('clear'),
		...options,
	});
	return { tab, heard };
}

/** Until what was posted before has been heard: each listener hears in order, after three rounds all. */
async function delivered(channelName: string): Promise<void> {
	for (let round = 0; round < 3; round++) {
		const [from, to] = [new BroadcastChannel(channelName), new BroadcastChannel(channelName)];
		await new Promise<void>((resolve) => {
			to.onmessage = ({ data }) => data === 'round' && resolve();
			from.postMessage('round');
		});
		from.close();
		to.close();
	}
}

describe('createCrossTabSync', () => {
	it('a newer state is heard, an older one or the same never', async () => {
		const name = channel();
		const [here, there] = [tabOn(name), tabOn(name)];
		const late = tabOn(name);
		here.tab.broadcast(snapshot('1.10', 'ten'));
		here.tab.broadcast(snapshot('1.3', 'three'));
		await delivered(name);
		expect(there.heard).toEqual(['1.10']);
		there.tab.broadcast(snapshot('1.9', 'nine'));
		late.tab.broadcast(snapshot('1.10', 'ten again'));
		late.tab.broadcast(snapshot('2.1', 'restarted'));
		await delivered(name);
		expect([here.heard, there.heard, late.heard]).toEqual([['2.1'], ['1.10', '2.1'], ['1.10']]);
		for (const { tab } of [here, there, late]) {
			tab.dispose();
		}
	});

	it('asks, clears, and is deaf to itself', async () => {
		const name = channel();
		const [here, there] = [tabOn(name), tabOn(name)];
		here.tab.requestSync();
		here.tab.notifyClear();
		await delivered(name);
		expect([here.heard, there.heard]).toEqual([[], ['request', 'clear']]);
		expect(here.tab.getTabId()).not.toBe(there.tab.getTabId());
		here.tab.dispose();
		there.tab.dispose();
	});

	it('hears or tells nothing, if so told, and after dispose', async () => {
		const name = channel();
		const deaf = tabOn(name, { receiveUpdates: false });
		const mute = tabOn(name, { broadcastSaves: false });
		const other = tabOn(name);
		mute.tab.broadcast(snapshot('1', null));
		other.tab.broadcast(snapshot('2', null));
		await delivered(name);
		expect([deaf.heard, mute.heard, other.heard]).toEqual([[], ['0.2'], []]);
		mute.tab.dispose();
		other.tab.broadcast(snapshot('3', null));
		mute.tab.requestSync();
		await delivered(name);
		expect([mute.heard, other.heard]).toEqual([['0.2'], []]);
		expect([mute.tab.isSupported(), other.tab.isSupported()]).toEqual([false, true]);
		deaf.tab.dispose();
		other.tab.dispose();
	});

	it('what is no message of ours is passed over', async () => {
		const name = channel();
		const { tab, heard } = tabOn(name);
		const stranger = new BroadcastChannel(name);
		for (const message of [
			null, 7, 'text', [], {}, { type: 'snapshot' }, { type: 'snapshot', tabId: 'x' }, { type: 'other', tabId: 'x' },
			{ type: 'snapshot', tabId: 'x', payload: null }, { type: 'snapshot', tabId: 'x', payload: { revision: '1' } },
			{ type: 'snapshot', tabId: 'x', payload: { revision: 7, data: 1 } },
			{ type: 'snapshot', tabId: 'x', payload: { revision: '042', data: 1 } },
			{ type: 'snapshot', tabId: 'x', payload: { revision: '1', epoch: 1, data: 1 } },
			{ type: 'clear', tabId: 7 },
		]) {
			stranger.postMessage(message);
		}
		await delivered(name);
		expect(heard).toEqual([]);
		stranger.close();
		tab.dispose();
	});

	it('what cannot be sent, and handlers that fail, disturb nobody', async () => {
		const name = channel();
		const here = tabOn(name);
		const there = tabOn(name, {
			onSnapshot: () => Promise.reject(new Error('later')) as never,
			onSyncRequest: () => {
				throw new Error('now');
			},
		});
		here.tab.broadcast(snapshot('1', () => 'a function'));
		here.tab.broadcast(snapshot('042', null));
		here.tab.broadcast(snapshot('2', null));
		here.tab.requestSync();
		await delivered(name);
		here.tab.dispose();
		there.tab.dispose();
	});

	it('without any way to other tabs it says so, and does nothing', () => {
		vi.stubGlobal('BroadcastChannel', undefined);
		vi.stubGlobal('localStorage', undefined);
		expect(isBroadcastChannelSupported()).toBe(false);
		const { tab } = tabOn(channel());
		expect(tab.isSupported()).toBe(false);
		tab.broadcast(snapshot('1', null));
		tab.requestSync();
		tab.dispose();
		vi.unstubAllGlobals();
	});
});

describe('two windows with one storage', () => {
	function windowIn(
		storage: ReturnType<ReturnType<typeof createSharedMemoryStorage<unknown>>['getBackend']>,
		channelName: string,
		options: Pick<PersistenceApplierOptions<unknown>, 'schemaVersion' | 'migration' | 'throttling'> = {},
	) {
		const heard = new Heard();
		const shown: [string, unknown][] = [];
		const applier = createPersistenceApplier<unknown>({
			storage,
			applier: {
				apply: ({ revision, data }: SnapshotEnvelope<unknown>) => {
					shown.push([revision, data]);
				},
			},
			onPersistenceError: heard.listener,
			crossTabSync: { channelName },
			...options,
		});
		return { applier, shown, heard };
	}

	/** A program of the second schema version, and one of the first. */
	function olderAndNewer(name: string, first: { schemaVersion?: number }) {
		const storage = () => createSharedMemoryStorage<unknown>().getBackend('place');
		const migration: MigrationHandler<unknown> = {
			currentVersion: 2,
			migrations: { 1: ({ darkMode }) => ({ theme: ({ true: 'dark', false: 'light' } as Record<string, string>)[darkMode] }) },
			validate: (data): data is unknown => typeof (data as { theme?: unknown }).theme === 'string',
		};
		const [older, newer] = [windowIn(storage(), name, first), windowIn(storage(), name, { migration })];
		const say = async (from: typeof older, version: string, data: unknown) => {
			await from.applier.apply(snapshot(version, data));
			await from.applier.flush();
			await delivered(name);
		};
		const end = () => [older, newer].forEach(({ applier }) => applier.dispose());
		return { older, newer, say, end };
	}

	it.each([{ schemaVersion: 1 }, {}])('a state of an older program (%o) is migrated, one of a newer passed over', async (first) => {
		const { older, newer, say, end } = olderAndNewer(channel(), first);
		await say(older, '10', { darkMode: true });
		expect(newer.shown).toEqual([['10', { theme: 'dark' }]]);
		await say(newer, '11', { theme: 'light' });
		expect(older.shown).toEqual([['10', { darkMode: true }]]);
		await say(older, '12', { darkMode: false });
		expect(newer.shown.at(-1)).toEqual(['12', { theme: 'light' }]);
		expect([...older.heard.faults, ...newer.heard.faults]).toEqual([]);
		end();
	});

	it('what another tab sends and is not of today’s shape is told, and not shown; the same version may come anew', async () => {
		const name = channel();
		const { older, newer, say, end } = olderAndNewer(name, { schemaVersion: 1 });
		await say(older, '10', { darkMode: 'perhaps' });
		expect([newer.shown, newer.heard.faults]).toEqual([[], ['migrate migration']]);
		expect(newer.heard.message).toBe(
			'the state that another tab has sent cannot be brought from schema version 1 to 2: ' +
				'the data is not valid in schema version 2. It is not shown here.',
		);
		const { tab } = tabOn(name, { schemaVersion: 2 });
		tab.broadcast(snapshot('10', { colour: 'red' }));
		await delivered(name);
		expect([newer.shown, newer.heard.faults], 'told once').toEqual([[], ['migrate migration']]);
		const other = tabOn(name, { schemaVersion: 2 });
		other.tab.broadcast(snapshot('10', { theme: 'red' }));
		await delivered(name);
		expect(newer.shown).toEqual([['10', { theme: 'red' }]]);
		tab.dispose();
		other.tab.dispose();
		end();
	});

	it('what says a shape that is none is passed over, and what says none is of the first', async () => {
		const name = channel();
		const { older, newer, end } = olderAndNewer(name, {});
		const stranger = new BroadcastChannel(name);
		for (const schemaVersion of ['2', NaN, 1.5, null, {}]) {
			stranger.postMessage({ type: 'snapshot', tabId: 'x', payload: snapshot('9', { theme: 'x' }), schemaVersion });
		}
		stranger.postMessage({ type: 'snapshot', tabId: 'x', payload: snapshot('8', { darkMode: true }) });
		await delivered(name);
		expect([newer.shown, older.shown]).toEqual([[['8', { theme: 'dark' }]], [['8', { darkMode: true }]]]);
		stranger.close();
		end();
	});

	it('what one saves the other shows, and neither goes back', async () => {
		const name = channel();
		const memory = createSharedMemoryStorage<unknown>();
		const here = windowIn(memory.getBackend('place'), name);
		const there = windowIn(memory.getBackend('place'), name);
		await here.applier.apply(snapshot('10', { a: [-0, undefined] }));
		await here.applier.flush();
		await delivered(name);
		expect(there.shown).toStrictEqual([['10', { a: [-0, undefined] }]]);
		expect(there.applier.isCached, 'its own backend has not answered').toBe(true);
		await there.applier.apply(snapshot('3', null));
		await there.applier.flush();
		expect(there.shown, '3 comes too late').toHaveLength(1);
		expect(there.applier.isCached).toBe(false);
		expect((await memory.getBackend('place').load())?.revision).toBe('10');
		await there.applier.apply(snapshot('11', 'eleven'));
		await there.applier.flush();
		await delivered(name);
		expect(here.shown.at(-1)).toEqual(['11', 'eleven']);
		expect([...here.heard.faults, ...there.heard.faults]).toEqual([]);
		here.applier.dispose();
		there.applier.dispose();
	});

	it('one that opens later asks for what the others have saved', async () => {
		const name = channel();
		const here = windowIn(createSharedMemoryStorage<unknown>().getBackend('place'), name);
		await here.applier.apply(snapshot('10', 'ten'));
		await here.applier.flush();
		const there = windowIn(createSharedMemoryStorage<unknown>().getBackend('place'), name);
		await delivered(name);
		await delivered(name);
		expect(there.shown).toEqual([['10', 'ten']]);
		here.applier.dispose();
		there.applier.dispose();
	});

	it('what is sent is what was applied, whatever the store has done to it since', async () => {
		const name = channel();
		const here = windowIn(createSharedMemoryStorage<unknown>().getBackend('place'), name);
		const there = windowIn(createSharedMemoryStorage<unknown>().getBackend('place'), name);
		const data = { x: 1 };
		here.applier.apply(snapshot('1', data));
		data.x = 2;
		await here.applier.flush();
		await delivered(name);
		expect(there.shown).toEqual([['1', { x: 1 }]]);
		here.applier.dispose();
		there.applier.dispose();
	});

	it('an inner applier that fails for another tab’s state is told', async () => {
		const name = channel();
		const here = windowIn(createSharedMemoryStorage<unknown>().getBackend('place'), name);
		const heard = new Heard();
		const there = createPersistenceApplierWithDefaults<unknown>({
			storage: createSharedMemoryStorage<unknown>().getBackend('place'),
			applier: { apply: () => Promise.reject(new Error('no store')) },
			onPersistenceError: heard.listener,
			topic: 'settings',
			enableCrossTab: true,
			crossTabSync: { channelName: name },
		});
		await here.applier.apply(snapshot('1', null));
		await here.applier.flush();
		await delivered(name);
		expect(heard.faults).toEqual(['load failed']);
		here.applier.dispose();
		there.dispose();
	});

	it('clearing is told to the others', async () => {
		const name = channel();
		const memory = createSharedMemoryStorage<unknown>();
		const [storage, other] = [memory.getBackend('place'), memory.getBackend('place')];
		const here = windowIn(storage, name);
		const there = windowIn(other, name);
		const cleared: string[] = [];
		here.applier.on('cleared', () => cleared.push('here'));
		there.applier.on('cleared', () => cleared.push('there'));
		await clearPersistedData(storage);
		await delivered(name);
		expect(cleared).toEqual(['here', 'there']);
		here.applier.dispose();
		await clearPersistedData(storage, { channelName: name });
		await delivered(name);
		expect(cleared).toEqual(['here', 'there', 'there']);
		there.applier.dispose();
	});

	it('what waits to be saved elsewhere does not bring back what was cleared', async () => {
		const name = channel();
		const memory = createSharedMemoryStorage<unknown>();
		const [storage, other] = [memory.getBackend('place'), memory.getBackend('place')];
		const here = windowIn(storage, name);
		const there = windowIn(other, name, { throttling: { debounceMs: 60_000 } });
		await there.applier.apply(snapshot('1', { of: 'before' }));
		await clearPersistedData(storage, { channelName: name });
		await delivered(name);
		await there.applier.flush();
		expect(await storage.load()).toBeNull();
		await there.applier.apply(snapshot('2', { of: 'after' }));
		await there.applier.flush();
		expect(await storage.load()).toMatchObject({ data: { of: 'after' } });
		here.applier.dispose();
		there.applier.dispose();
	});
});
