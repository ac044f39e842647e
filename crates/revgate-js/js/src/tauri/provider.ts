import { check, FUNCTION, maybe, OBJECT, TEXT } from '../gate/check.js';
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
 * @throws TypeError if an option is missing or of the wrong kind.
 *
 * @example
 * import { createTauriSnapshotProvider } from 'revgate';
 * import { invoke } from '@tauri-apps/api/core';
 * const provider = createTauriSnapshotProvider<Settings>({ invoke, commandName: 'get_settings' });
 */
export function createTauriSnapshotProvider<T>(options: TauriSnapshotProviderOptions): SnapshotProvider<T> {
	check(options, { invoke: FUNCTION, commandName: TEXT, args: maybe(OBJECT) });
	const { invoke, commandName, args } = options;
	return { getSnapshot: () => invoke<SnapshotEnvelope<T>>(commandName, args) };
}
