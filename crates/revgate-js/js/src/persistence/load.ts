import type { SnapshotApplier, SnapshotEnvelope } from '../types.js';
import { wrapperOf } from './applier.js';
import { Cache, cachesOf } from './cache.js';
import { createCrossTabSync } from './cross-tab.js';
import { asPersistenceError } from './errors.js';
import { loadOptionsOf } from './options.js';
import { recall } from './recall.js';
import { report } from './reporting.js';
import { keeperOf } from './storage/backend.js';
import type {
	CrossTabSyncOptions,
	LoadOptions,
	PersistenceErrorContext,
	SnapshotCache,
	SnapshotCacheOptions,
	StorageBackend,
} from './types.js';

/**
 * Keeps a window's last known state, for whoever shows states by other means than an applier:
 * `createTopic` takes one as its `cache`.
 *
 * @example
 * const cache = createSnapshotCache<Settings>({ storage: createLocalStorageBackend({ key: 'settings' }) });
 * const settings = createTopic('settings', { cache });
 *
 * @throws TypeError | RangeError for options that make no sense, naming them.
 */
export function createSnapshotCache<T>(options: SnapshotCacheOptions<T>): SnapshotCache<T> {
	return new Cache(options);
}

/**
 * Shows the last known state, before the backend answers. It resolves with what it has shown, or
 * with `null`: there is none, it cannot be shown, or the backend was faster. It rejects for nothing but
 * options that make no sense, with a TypeError or RangeError that names them.
 *
 * If `applier` is a persistence applier, or wrapped in one, what that knows holds here too: its
 * migrations, its compression, its listeners, and whether the backend has answered.
 *
 * @example
 * const shown = await loadPersistedSnapshot(storage, applier, { migration, onError });
 */
export async function loadPersistedSnapshot<T>(
	storage: StorageBackend<T>,
	applier: SnapshotApplier<T>,
	onErrorOrOptions: ((context: PersistenceErrorContext) => void) | LoadOptions<T> = {},
	loadOptions: LoadOptions<T> = {},
): Promise<SnapshotEnvelope<T> | null> {
	const options = loadOptionsOf(
		typeof onErrorOrOptions === 'function' ? { ...loadOptions, onError: onErrorOrOptions } : onErrorOrOptions,
	);
	const wrapper = wrapperOf(applier);
	if (wrapper?.cache.storage === storage) {
		return wrapper.load(options);
	}
	const failed = (context: PersistenceErrorContext) => report(options.onError, context);
	const snapshot = await recall(keeperOf(storage), options, { failed });
	if (!snapshot) {
		return null;
	}
	if (wrapper) {
		return (await wrapper.show(snapshot)) ? snapshot : null;
	}
	try {
		await applier.apply(snapshot);
		return snapshot;
	} catch (thrown) {
		const error = asPersistenceError(thrown, 'applying the last known state');
		failed({ operation: 'load', error, snapshot, willRetry: false });
		return null;
	}
}

/**
 * Empties a storage, and drops what waits to be saved there, here and, with `crossTabOptions`, tells
 * the other tabs. It rejects if the storage cannot be emptied.
 *
 * @example
 * await clearPersistedData(storage); // the user signs out
 */
export async function clearPersistedData<T>(
	storage: StorageBackend<T>,
	crossTabOptions?: CrossTabSyncOptions,
): Promise<void> {
	const caches = cachesOf(storage);
	await Promise.all(caches.map((cache) => cache.forget()));
	try {
		await keeperOf(storage).clear();
	} catch (error) {
		throw asPersistenceError(error, 'emptying the storage');
	}
	for (const cache of caches) {
		cache.wasCleared();
	}
	if (crossTabOptions) {
		const tabs = createCrossTabSync(crossTabOptions);
		tabs.notifyClear();
		tabs.dispose();
	}
}
