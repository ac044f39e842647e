import { check, FUNCTION, TEXT } from '../gate/check.js';
import type { InvalidationEvent, InvalidationSubscriber } from '../types.js';
import type { TauriListen } from './types.js';

/** Which event announces. */
export interface TauriInvalidationSubscriberOptions {
	listen: TauriListen;
	/** The name of the event whose payload is an announcement. */
	eventName: string;
}

/**
 * Announcements that a backend emits as Tauri events. Their payloads are passed on as they come;
 * the sync checks them.
 *
 * @throws TypeError if an option is missing or of the wrong kind.
 *
 * @example
 * import { createTauriInvalidationSubscriber } from 'revgate';
 * import { listen } from '@tauri-apps/api/event';
 * const subscriber = createTauriInvalidationSubscriber({ listen, eventName: 'settings:invalidated' });
 */
export function createTauriInvalidationSubscriber(
	options: TauriInvalidationSubscriberOptions,
): InvalidationSubscriber {
	check(options, { listen: FUNCTION, eventName: TEXT });
	const { listen, eventName } = options;
	return {
		subscribe: (handler) => listen<InvalidationEvent>(eventName, (event) => handler(event?.payload)),
	};
}
