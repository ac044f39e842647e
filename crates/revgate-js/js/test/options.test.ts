import { describe, expect, it, vi } from 'vitest';

import {
	createRevisionSync,
	createTauriFileBackend,
	createTauriInvalidationSubscriber,
	createTauriRevisionSync,
	createTauriSnapshotProvider,
	createThrottledHandler,
	createTopic,
	noopLogger,
	tagLogger,
	withRetry,
	withRetryReporting,
} from '../src/index.js';
import {
	createCrossTabSync,
	createIndexedDBBackend,
	createLocalStorageBackend,
	createMemoryStorageBackend,
	createPersistenceApplier,
	createPersistenceApplierWithDefaults,
	createSessionStorageBackend,
	createSnapshotCache,
} from '../src/persistence/index.js';

/** What options may have that makes no sense, and the words for it. */
type Wrong = [options: Record<string, unknown>, words: string];

const none = (): never => {
	throw new Error('nothing is asked of it');
};
const subscriber = { subscribe: none };
const provider = { getSnapshot: none };
const applier = { apply: none };
const tauri = { listen: none, invoke: none, eventName: 'changed', commandName: 'get' };

const THROTTLING: Wrong[] = [
	[{ debounceMs: NaN }, '`debounceMs` must be milliseconds from 0 on, not NaN'],
	[{ debounceMs: '50' }, "`debounceMs` must be milliseconds from 0 on, not '50'"],
	[{ throttleMs: -5 }, '`throttleMs` must be milliseconds from 0 on, not -5'],
	[{ throttleMs: 5, maxWaitMs: {} }, '`maxWaitMs` must be milliseconds from 0 on, not object'],
	[{ debounceMs: 5, leading: 'no' }, "`leading` must be true or false, not 'no'"],
	[{ debounce: 50 }, '`throttling` has no `debounce`: it has debounceMs,maxWaitMs,throttleMs,leading,trailing'],
	[{ constructor: 50 }, '`throttling` has no `constructor`'],
];
const within = (name: string, wrong: Wrong[]): Wrong[] => wrong.map(([options, words]) => [{ [name]: options }, words]);

const PACED: Wrong[] = [
	[{ throttling: '50' }, "`throttling` must be an object, not '50'"],
	[{ throttling: 50 }, '`throttling` must be an object, not 50'],
	...within('throttling', THROTTLING),
];

const GATED: Wrong[] = [
	[{ gate: '5' }, "`gate` must be an object, not '5'"],
	...within('gate', [
		[{ fetchTimeout: 5 }, '`gate` has no `fetchTimeout`: it has pacing,fetchTimeoutMs,backoff,resyncMs,pauseWhileHidden'],
		[{ fetchTimeoutMs: NaN }, '`fetchTimeoutMs` must be milliseconds from 0 on, not NaN'],
		[{ pauseWhileHidden: 1 }, '`pauseWhileHidden` must be true or false, not 1'],
		[{ backoff: 5 }, '`backoff` must be an object, not 5'],
		...within('backoff', [
			[{ first: 5 }, '`backoff` has no `first`: it has firstMs,capMs,jitterSeed'],
			[{ capMs: -1 }, '`backoff.capMs` must be milliseconds from 0 on, not -1'],
			[{ jitterSeed: 5 }, '`backoff.jitterSeed` must be a BigInt, not 5'],
		]),
	]),
];

const COMMON: Wrong[] = [
	...PACED,
	...GATED,
	[{ logger: { debug: none } }, '`logger` must be an object with debug, warn, error, not object'],
];

const SYNC: Wrong[] = [
	...COMMON,
	[{ topic: undefined }, '`topic` must be a non-empty string, not undefined'],
	[{ topic: ' ' }, "`topic` must be a non-empty string, not ' '"],
	[{ applier: undefined }, '`applier` must be an object with apply, not undefined'],
	[{ applier: none }, '`applier` must be an object with apply, not function'],
	[{ shouldRefresh: true }, '`shouldRefresh` must be a function, not true'],
	[{ onError: 'log' }, "`onError` must be a function, not 'log'"],
	[{ onStatus: {} }, '`onStatus` must be a function, not object'],
	[{ applyPatch: [] }, '`applyPatch` must be a function, not object'],
];

const LISTEN: Wrong[] = [
	[{ listen: undefined }, '`listen` must be a function, not undefined'],
	[{ listen: {} }, '`listen` must be a function, not object'],
	[{ eventName: undefined }, '`eventName` must be a non-empty string, not undefined'],
	[{ eventName: '' }, "`eventName` must be a non-empty string, not ''"],
];

const COMMAND: Wrong[] = [
	[{ invoke: null }, '`invoke` must be a function, not null'],
	[{ commandName: undefined }, '`commandName` must be a non-empty string, not undefined'],
	[{ args: 'x' }, "`args` must be an object, not 'x'"],
];

/** Without a name of its own, each would have the same. */
const NAMED = (name: string): Wrong[] => [
	[{ [name]: undefined }, `\`${name}\` must be a non-empty string, not undefined`],
	[{ [name]: ' ' }, `\`${name}\` must be a non-empty string, not ' '`],
];

const RETRY: Wrong[] = [
	[{ maxAttempts: NaN }, '`maxAttempts` must be a number from 1 on, not NaN'],
	[{ maxAttempts: '5' }, "`maxAttempts` must be a number from 1 on, not '5'"],
	[{ initialDelayMs: NaN }, '`initialDelayMs` must be milliseconds from 0 on, not NaN'],
	[{ maxDelayMs: '5' }, "`maxDelayMs` must be milliseconds from 0 on, not '5'"],
	[{ backoffMultiplier: -1 }, '`backoffMultiplier` must be a number from 0 on, not -1'],
	[{ attempts: 5 }, '`policy` has no `attempts`: it has maxAttempts,initialDelayMs,backoffMultiplier,maxDelayMs'],
];

const TOPIC: Wrong[] = [
	[{ host: {} }, '`host` must be an object with now, after, not object'],
	...COMMON,
	[{ writeTimeoutMs: NaN }, '`writeTimeoutMs` must be milliseconds from 1 on, not NaN'],
	[{ writeTimeoutMs: -5 }, '`writeTimeoutMs` must be milliseconds from 1 on, not -5'],
	[{ writeTimeoutMs: '5' }, "`writeTimeoutMs` must be milliseconds from 1 on, not '5'"],
	[{ maxRebases: NaN }, '`maxRebases` must be a number from 0 on, not NaN'],
	[{ resyncMs: -1 }, '`resyncMs` must be milliseconds from 0 on, not -1'],
	[{ bigints: 'yes' }, "`bigints` must be a list of JSON pointers, not 'yes'"],
	[{ bigints: [5] }, '`bigints` must be a list of JSON pointers, not object'],
	[{ bigints: ['songs/*'] }, 'bigints: `songs/*` is no place: write a JSON pointer'],
	[{ backend: none }, '`backend` must be an object with subscribe, fetch, write, not function'],
	[{ cache: {} }, '`cache` must be an object with load, save, flush, not object'],
	[{ writeTimeout: 5 }, '`options` has no `writeTimeout`: it has bigints,writeTimeoutMs,'],
];

const CHANNEL: Wrong[] = [
	...NAMED('channelName'),
	[{ receiveUpdates: 'no' }, "`receiveUpdates` must be true or false, not 'no'"],
	[{ broadcastSaves: 0 }, '`broadcastSaves` must be true or false, not 0'],
	[{ channel: 'x' }, 'has no `channel`: it has channelName,receiveUpdates,broadcastSaves'],
];

const CACHE: Wrong[] = [
	...PACED,
	[{ storage: undefined }, '`storage` must be an object with save, load, not undefined'],
	[{ storage: { save: none } }, '`storage` must be an object with save, load, not object'],
	[{ debounceMs: '50' }, "`debounceMs` must be milliseconds from 0 on, not '50'"],
	[{ ttl: 5 }, '`options` has no `ttl`: it has storage,throttling,'],
	[{ ttlMs: '5' }, "`ttlMs` must be milliseconds from 0 on, not '5'"],
	[{ ttlMs: -1 }, '`ttlMs` must be milliseconds from 0 on, not -1'],
	[{ schemaVersion: -1 }, '`schemaVersion` must be a whole number from 0 on, not -1'],
	[{ migration: [] }, '`migration.currentVersion` must be a whole number from 0 on, not undefined'],
	[{ migration: { currentVersion: 2 } }, '`migration.migrations` must be an object, not undefined'],
	[{ migration: { currentVersion: 2, migrations: {}, validator: none } }, '`migration` has no `validator`: it has currentVersion,migrations,validate'],
	[{ compression: 'gzip' }, "`compression` must be an object with compress, decompress, not 'gzip'"],
	[{ compression: { compress: none, decompress: none } }, '`compression.algorithm` must be a non-empty string, not undefined'],
	[{ olderBackend: 'replcae' }, "`olderBackend` must be 'keep' or 'replace', not 'replcae'"],
	[{ onPersistenceError: 5 }, '`onPersistenceError` must be a function, not 5'],
	[{ enableHash: 'no' }, "`enableHash` must be true or false, not 'no'"],
	[{ crossTabSync: true }, '`crossTabSync` must be an object, not true'],
	[{ crossTabSync: { channelName: '' } }, "`crossTabSync.channelName` must be a non-empty string, not ''"],
	[{ crossTabSync: { channelName: 'x', broadcast: true } }, '`crossTabSync` has no `broadcast`'],
];

const WRAPPED: Wrong[] = [
	...CACHE,
	[{ applier: undefined }, '`applier` must be an object with apply, not undefined'],
	[{ applier: none }, '`applier` must be an object with apply, not function'],
];

const wrong: [name: string, make: (options: never) => unknown, wrong: Wrong[]][] = [
	['createRevisionSync', (it: object) => createRevisionSync({ topic: 'x', subscriber, provider, applier, ...it }), SYNC],
	['createRevisionSync', (it: object) => createRevisionSync({ topic: 'x', subscriber, provider, applier, ...it }), [
		[{ subscriber: {} }, '`subscriber` must be an object with subscribe, not object'],
		[{ provider: 5 }, '`provider` must be an object with getSnapshot, not 5'],
	]],
	['createTauriRevisionSync', (it: object) => createTauriRevisionSync({ topic: 'x', ...tauri, applier, ...it }), [...SYNC, ...LISTEN, ...COMMAND]],
	['createTauriInvalidationSubscriber', (it: object) => createTauriInvalidationSubscriber({ ...tauri, ...it }), LISTEN],
	['createTauriSnapshotProvider', (it: object) => createTauriSnapshotProvider({ ...tauri, ...it }), COMMAND],
	['createTauriFileBackend', (it: object) => createTauriFileBackend({ invoke: none, saveCommand: 'save', loadCommand: 'load', ...it }), [
		[{ invoke: 5 }, '`invoke` must be a function, not 5'],
		[{ saveCommand: '' }, "`saveCommand` must be a non-empty string, not ''"],
		[{ loadCommand: undefined }, '`loadCommand` must be a non-empty string, not undefined'],
		[{ clearCommand: 5 }, '`clearCommand` must be a non-empty string, not 5'],
		[{ args: 'x' }, "`args` must be an object, not 'x'"],
	]],
	['createThrottledHandler', (it: object) => createThrottledHandler(none, it), THROTTLING.map(([it, words]) => [it, words.replace('`throttling`', '`options`')])],
	['withRetry', (it: object) => withRetry(provider, it), RETRY],
	['withRetryReporting', (policy: object) => withRetryReporting(provider, { topic: 'x', policy }), RETRY],
	['withRetryReporting', (it: object) => withRetryReporting(provider, { topic: 'x', ...it }), [
		[{ topic: '' }, "`topic` must be a non-empty string, not ''"],
		[{ logger: noopLogger.warn }, '`logger` must be an object with debug, warn, error, not function'],
		[{ onError: 'log' }, "`onError` must be a function, not 'log'"],
		[{ policy: 5 }, '`policy` must be an object, not 5'],
	]],
	['createTopic', (it: object) => createTopic('options', it), TOPIC],
	['createLocalStorageBackend', (it: object) => createLocalStorageBackend({ key: 'x', ...it }), NAMED('key')],
	['createSessionStorageBackend', (it: object) => createSessionStorageBackend({ key: 'x', ...it }), NAMED('key')],
	['createIndexedDBBackend', (it: object) => createIndexedDBBackend({ dbName: 'x', storeName: 'y', ...it }), [
		...NAMED('dbName'),
		...NAMED('storeName'),
		[{ recordKey: '' }, "`recordKey` must be a non-empty string, not ''"],
	]],
	['createCrossTabSync', (it: object) => createCrossTabSync({ channelName: 'x', ...it }), [
		...CHANNEL,
		[{ migration: {} }, '`migration.currentVersion` must be a whole number from 0 on, not undefined'],
		[{ onSnapshot: 5 }, '`onSnapshot` must be a function, not 5'],
		[{ onClear: 'x' }, "`onClear` must be a function, not 'x'"],
	]],
	['createSnapshotCache', (it: object) => createSnapshotCache({ storage: createMemoryStorageBackend(), ...it }), CACHE],
	['createPersistenceApplier', (it: object) => createPersistenceApplier({ storage: createMemoryStorageBackend(), applier, ...it }), WRAPPED],
	['createPersistenceApplierWithDefaults', (it: object) => createPersistenceApplierWithDefaults({ storage: createMemoryStorageBackend(), applier, ...it }), [
		...WRAPPED,
		[{ enableCrossTab: 'yes', topic: 'x' }, "`enableCrossTab` must be true or false, not 'yes'"],
		[{ enableCrossTab: true }, '`topic` must be a non-empty string, not undefined'],
		[{ topic: 5 }, '`topic` must be a non-empty string, not 5'],
	]],
];

describe.each(wrong)('what makes no sense is refused by %s when it is made, by name', (_, make, wrong) => {
	it.each(wrong)('%o', (options, words) => {
		const error = thrownBy(() => make(options as never));
		expect(error.message).toContain(words);
		expect(error.name).toBe(/, not (NaN|-?\d+)$|no place/.test(words) ? 'RangeError' : 'TypeError');
	});
});

it('what is given besides options is looked at, too', () => {
	const say = (make: () => unknown): string => thrownBy(make).message;
	expect(say(() => createTopic(''))).toContain("`name` must be a non-empty string, not ''");
	expect(say(() => createTopic(undefined as never))).toContain('`name` must be a non-empty string, not undefined');
	expect(say(() => createTopic('options', null as never))).toContain('`options` must be an object, not null');
	expect(say(() => createThrottledHandler('save' as never))).toContain("`onRefresh` must be a function, not 'save'");
	expect(say(() => createThrottledHandler(none, '50' as never))).toContain("`options` must be an object, not '50'");
	expect(say(() => createRevisionSync(undefined as never))).toContain('`topic` must be a non-empty string, not undefined');
	expect(say(() => createTauriSnapshotProvider(null as never))).toContain('`invoke` must be a function, not undefined');
	expect(say(() => withRetry({} as never))).toContain('`provider` must be an object with getSnapshot, not object');
	expect(say(() => withRetry(provider, {}, 'log' as never))).toContain("`onRetry` must be a function, not 'log'");
	expect(say(() => createPersistenceApplier(undefined as never))).toContain('`options` must be an object, not undefined');
	expect(say(() => createPersistenceApplierWithDefaults(undefined as never))).toContain('`options` must be an object, not undefined');
	expect(say(() => createSnapshotCache(null as never))).toContain('`options` must be an object, not null');
	expect(say(() => createCrossTabSync(null as never))).toContain('`options` must be an object, not null');
	expect(say(() => tagLogger({} as never, {}))).toContain('`base` must be an object with debug, warn, error, not object');
});

it('nothing is left of what was refused: the same name can be used after it', () => {
	vi.useFakeTimers();
	expect(() => createTopic('options', { maxRebases: NaN })).toThrow(RangeError);
	createTopic('options', { maxRebases: 5, logger: noopLogger }).stop();
	expect(vi.getTimerCount()).toBe(0);
	vi.useRealTimers();
});

it('what is given as undefined, or null, is not given', () => {
	const options = { throttling: undefined, gate: undefined, logger: undefined, onError: undefined, onStatus: undefined, host: undefined };
	createRevisionSync({ topic: 'x', subscriber, provider, applier, ...options }).stop();
	createRevisionSync({ topic: 'x', subscriber, provider, applier, throttling: null as never, gate: { backoff: null as never } }).stop();
	withRetry(provider, { maxAttempts: undefined as never });
	const absent = { throttling: null, ttlMs: null, schemaVersion: null, migration: undefined, compression: null, olderBackend: null };
	createPersistenceApplier({ storage: createMemoryStorageBackend(), applier, ...(absent as object) }).dispose();
});

it('a sync takes what an app hands in besides', () => {
	createRevisionSync({ topic: 'x', subscriber, provider, applier, ...{ name: 'mine' } }).stop();
});

function thrownBy(make: () => unknown): Error {
	try {
		make();
	} catch (error) {
		return error as Error;
	}
	throw new Error('it was taken');
}
