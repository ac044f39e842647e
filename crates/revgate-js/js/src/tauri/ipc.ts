/**
 * Calls to the backend, and functions that it can call.
 *
 * What `@tauri-apps/api` 2 calls itself: `invoke`, `transformCallback`, `unregisterCallback`. So
 * this package needs no other, and tells the internals' change in one file.
 */

/** Of `window.__TAURI_INTERNALS__`, what is used here. */
interface Internals {
	invoke(command: string, args: Record<string, unknown>): Promise<unknown>;
	transformCallback(callback: (message: unknown) => void, once?: boolean): number;
	unregisterCallback(id: number): void;
	readonly metadata?: { readonly currentWebview?: { readonly label?: string } };
}

/** The page runs outside a Tauri window, so there is no backend, and never will be. */
export class NoBackendError extends Error {
	override readonly name = 'NoBackendError';

	constructor() {
		super(
			'not within a Tauri window, so there is no backend (`__TAURI_INTERNALS__` is missing): let the ' +
				'app open this page, or give the topic a `backend` of its own',
		);
	}
}

/** A function that the backend can call, until it is released. */
export interface Channel {
	/** How a command's argument names it. */
	readonly argument: string;
	/** Takes the function out of the page's table. */
	release(): void;
}

/** What a channel brings. */
export interface Receiver {
	received(message: unknown): void;
	/** The backend has let go of the channel: nothing follows. */
	ended(): void;
}

/**
 * Calls a command. Its promise rejects with whatever the command does, and a
 * {@link NoBackendError} outside Tauri.
 *
 * @example
 * const bytes = await invoke('plugin:revgate|snapshot', { topic: 'settings', form: 'text' });
 */
export function invoke(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
	try {
		return Promise.resolve(internals().invoke(command, args));
	} catch (error) {
		return Promise.reject(error);
	}
}

/**
 * Makes a channel. Messages come as they come: whoever needs their order looks at what they say.
 * Tauri numbers them, but one whose fetch failed would leave a hole that holds up all others.
 *
 * @throws {NoBackendError} outside Tauri.
 *
 * @example
 * const news = openChannel({ received: (message) => hear(message), ended: () => subscribeAgain() });
 * await invoke('plugin:revgate|subscribe', { topic: 'settings', news: news.argument, form: 'text' });
 */
export function openChannel(receiver: Receiver): Channel {
	const tauri = internals();
	let isOpen = true;
	const id = tauri.transformCallback((envelope) => {
		if (!isOpen) return;
		// A channel wraps what it carries as `{index, message}`, and says `{index, end}` at its end.
		const fields = (typeof envelope === 'object' && envelope !== null ? envelope : {}) as Envelope;
		if ('message' in fields) {
			receiver.received(fields.message);
		} else if (fields.end === true) {
			release();
			receiver.ended();
		} else {
			receiver.received(envelope);
		}
	});
	function release(): void {
		if (!isOpen) return;
		isOpen = false;
		tauri.unregisterCallback(id);
	}
	return { argument: `__CHANNEL__:${id}`, release };
}

interface Envelope {
	message?: unknown;
	end?: unknown;
}

function internals(): Internals {
	const found = (globalThis as { __TAURI_INTERNALS__?: Internals }).__TAURI_INTERNALS__;
	if (found === undefined) throw new NoBackendError();
	return found;
}
