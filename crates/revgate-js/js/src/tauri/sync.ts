import { createRevisionSync, type RevisionSyncHandle, type RevisionSyncOptions } from '../sync/sync.js';
import { createTauriSnapshotProvider, type TauriSnapshotProviderOptions } from './provider.js';
import { createTauriInvalidationSubscriber, type TauriInvalidationSubscriberOptions } from './subscriber.js';

/** What {@link createTauriRevisionSync} keeps in sync, and how. */
export interface CreateTauriRevisionSyncOptions<T>
	extends Omit<RevisionSyncOptions<T>, 'subscriber' | 'provider'>,
		TauriInvalidationSubscriberOptions,
		TauriSnapshotProviderOptions {}

/**
 * {@link createRevisionSync} over Tauri's events and commands: for a backend written by hand. With
 * the plugin `tauri-plugin-revgate`, `createTopic` is shorter and does more.
 *
 * @example
 * import { createTauriRevisionSync } from 'revgate';
 * import { createZustandSnapshotApplier } from 'revgate/zustand';
 * import { listen } from '@tauri-apps/api/event';
 * import { invoke } from '@tauri-apps/api/core';
 * const sync = createTauriRevisionSync({
 *   topic: 'settings',
 *   listen,
 *   invoke,
 *   eventName: 'settings:invalidated',
 *   commandName: 'get_settings',
 *   applier: createZustandSnapshotApplier(useSettingsStore, { omitKeys: ['isLoading'] }),
 *   throttling: { debounceMs: 50 },
 *   onError: (context) => console.error(`[sync] phase=${context.phase}`, context.error),
 * });
 * await sync.start();
 */
export function createTauriRevisionSync<T>({
	listen,
	eventName,
	invoke,
	commandName,
	args,
	...options
}: CreateTauriRevisionSyncOptions<T>): RevisionSyncHandle {
	return createRevisionSync<T>({
		...options,
		subscriber: createTauriInvalidationSubscriber({ listen, eventName }),
		provider: createTauriSnapshotProvider<T>({ invoke, commandName, args }),
	});
}
