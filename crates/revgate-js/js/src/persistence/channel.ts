import { decode, type Encoded, encode } from './exact.js';

/** A way to all other tabs of the origin. */
export interface Channel {
	/** @throws if the message cannot be copied. */
	post(message: object): void;
	close(): void;
}

/** Whether tabs can talk directly; if not, they do by events of `localStorage`. */
export function isBroadcastChannelSupported(): boolean {
	return typeof BroadcastChannel === 'function';
}

/** The best channel that the platform has; `undefined` if it has none. */
export function openChannel(name: string, heard: (message: unknown) => void): Channel | undefined {
	try {
		return isBroadcastChannelSupported() ? broadcast(name, heard) : storageEvents(name, heard);
	} catch {
		return undefined; // A frame without an origin has neither.
	}
}

function broadcast(name: string, heard: (message: unknown) => void): Channel {
	const channel = new BroadcastChannel(name);
	channel.onmessage = ({ data }: MessageEvent<unknown>) => heard(data);
	(channel as { unref?: () => void }).unref?.(); // In Node it would keep the process alive.
	return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** A message is a key that is written and at once removed: other windows see both, this one none. */
function storageEvents(name: string, heard: (message: unknown) => void): Channel | undefined {
	if (typeof localStorage === 'undefined' || typeof addEventListener !== 'function') {
		return undefined;
	}
	const key = `revgate.channel.${name}`;
	const listener = (event: StorageEvent) => {
		if (event.key === key && event.newValue !== null && event.storageArea === localStorage) {
			heard(parse(event.newValue));
		}
	};
	addEventListener('storage', listener);
	return {
		post(message) {
			localStorage.setItem(key, JSON.stringify(encode(message)));
			localStorage.removeItem(key);
		},
		close: () => removeEventListener('storage', listener),
	};
}

function parse(text: string): unknown {
	try {
		return decode(JSON.parse(text) as Encoded);
	} catch {
		return undefined;
	}
}
