import type { Unsubscribe } from '../types.js';

/** What is used of `listen` from `@tauri-apps/api/event`. */
export type TauriListen = <T = unknown>(
	eventName: string,
	handler: (event: { payload: T }) => void,
) => Promise<Unsubscribe>;

/** What is used of `invoke` from `@tauri-apps/api/core`. */
export type TauriInvoke = <T>(commandName: string, args?: Record<string, unknown>) => Promise<T>;
