import type { SnapshotEnvelope, SnapshotProvider } from '../types.js';
import type { TauriInvoke } from './types.js';

/** Which command returns snapshots. */
export interface TauriSnapshotProviderOptions {
	invoke: TauriInvoke;
	/** The name of the command that returns `{ revision, data }`. */
	commandName: string;
	/** Its arguments, if it takes any. */
	args?: Record<string, unknown> | undefined;
}

/**
 * Snapshots that a Tauri command returns.
 *
 * @example
 * import { createTauriSnapshotProvider } from 'revgate';
 * import { invoke } from '@tauri-apps/api/core';
 * const provider = createTauriSnapshotProvider<Settings>({ invoke, commandName: 'get_settings' });
 */
export function createTauriSnapshotProvider<T>({
	invoke,
	commandName,
	args,
}: TauriSnapshotProviderOptions): SnapshotProvider<T> {
	return { getSnapshot: () => invoke<SnapshotEnvelope<T>>(commandName, args) };
}
