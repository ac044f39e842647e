/**
 * `revgate/persistence`: a window's last known state, shown before the backend answers.
 *
 * @module
 */

export { createPersistenceApplier, createPersistenceApplierWithDefaults } from './applier.js';
export { isBroadcastChannelSupported } from './channel.js';
export { createCompressionStreamAdapter, createLZCompressionAdapter } from './compression.js';
export {
	type CrossTabMessage,
	type CrossTabSync,
	type CrossTabSyncHandlers,
	createCrossTabSync,
} from './cross-tab.js';
export { PersistenceError, type PersistenceFault } from './errors.js';
export { clearPersistedData, createSnapshotCache, loadPersistedSnapshot } from './load.js';
export { createMigrationBuilder, createSimpleMigration, type MigrationBuilder, migrateData } from './migration.js';
export type { SerializerOptions } from './storage/backend.js';
export { createIndexedDBBackend, type IndexedDBBackendOptions } from './storage/indexed-db.js';
export {
	createMemoryStorageBackend,
	createSharedMemoryStorage,
	type MemoryStorageBackendOptions,
} from './storage/memory.js';
export {
	createLocalStorageBackend,
	createSessionStorageBackend,
	type LocalStorageBackendOptions,
	type SessionStorageBackendOptions,
} from './storage/web-storage.js';
export type * from './types.js';
