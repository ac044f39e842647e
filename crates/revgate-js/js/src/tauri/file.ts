import { check, FUNCTION, maybe, OBJECT, TEXT } from '../gate/check.js';
import type { SnapshotEnvelope } from '../types.js';
import type { TauriInvoke } from './types.js';

/** Where a snapshot is kept from one run to the next: the shape that `revgate/persistence` takes. */
export interface StorageBackend<T> {
	save(snapshot: SnapshotEnvelope<T>): Promise<void>;
	load(): Promise<SnapshotEnvelope<T> | null>;
	clear?(): Promise<void>;
}

/** Which commands keep a snapshot. */
export interface TauriFileBackendOptions {
	invoke: TauriInvoke;
	/** The command that takes `{ snapshot }` besides `args`. */
	saveCommand: string;
	/** The command that returns what was saved, or null. */
	loadCommand: string;
	/** The command that forgets it. Without one, {@link StorageBackend.clear} does nothing. */
	clearCommand?: string | undefined;
	/** Further arguments of each of these commands. */
	args?: Record<string, unknown> | undefined;
}

/**
 * A storage in a file that the backend writes, by commands of the app's own.
 *
 * @throws TypeError if an option is missing or of the wrong kind.
 *
 * @example
 * import { createTauriFileBackend } from 'revgate';
 * import { invoke } from '@tauri-apps/api/core';
 * const storage = createTauriFileBackend<Settings>({
 *   invoke,
 *   saveCommand: 'save_settings',
 *   loadCommand: 'load_settings',
 * });
 * const lastKnown = await storage.load();
 */
export function createTauriFileBackend<T>(options: TauriFileBackendOptions): StorageBackend<T> {
	check(options, {
		invoke: FUNCTION,
		saveCommand: TEXT,
		loadCommand: TEXT,
		clearCommand: maybe(TEXT),
		args: maybe(OBJECT),
	});
	const { invoke, saveCommand, loadCommand, clearCommand, args } = options;
	return {
		async save(snapshot) {
			await invoke(saveCommand, { ...args, snapshot });
		},
		async load() {
			return (await invoke<SnapshotEnvelope<T> | null | undefined>(loadCommand, args)) ?? null;
		},
		async clear() {
			if (clearCommand !== undefined) {
				await invoke(clearCommand, args);
			}
		},
	};
}
