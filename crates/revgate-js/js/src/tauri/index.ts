/**
 * The way to a backend that was written by hand, with Tauri's events and commands.
 *
 * @packageDocumentation
 */

export { createTauriFileBackend, type StorageBackend, type TauriFileBackendOptions } from './file.js';
export { createTauriSnapshotProvider, type TauriSnapshotProviderOptions } from './provider.js';
export {
	createTauriInvalidationSubscriber,
	type TauriInvalidationSubscriberOptions,
} from './subscriber.js';
export { createTauriRevisionSync, type CreateTauriRevisionSyncOptions } from './sync.js';
export type { TauriInvoke, TauriListen } from './types.js';
