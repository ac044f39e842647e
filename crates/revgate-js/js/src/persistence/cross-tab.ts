import { FUNCTION, maybe, only } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import { quietly } from '../sync/guard.js';
import type { SnapshotEnvelope } from '../types.js';
import { type Channel, openChannel } from './channel.js';
import { versionOf } from './record.js';
import { CHANNEL } from './options.js';
import type { CrossTabSyncOptions } from './types.js';
import { type Versions, versions, versionsNow } from './versions.js';

/** What tabs say to each other. */
export type CrossTabMessage<T> =
	| { type: 'snapshot'; payload: SnapshotEnvelope<T>; tabId: string }
	| { type: 'request-sync'; tabId: string }
	| { type: 'clear'; tabId: string };

/** @see createCrossTabSync */
export interface CrossTabSyncHandlers<T> extends CrossTabSyncOptions {
	/** A newer state than any that this tab has sent or received. */
	onSnapshot?: (snapshot: SnapshotEnvelope<T>, fromTabId: string) => void;
	/** A tab that has just begun asks for the newest state. */
	onSyncRequest?: (fromTabId: string) => void;
	/** A tab has emptied the storage. */
	onClear?: (fromTabId: string) => void;
}

const handler = maybe(FUNCTION);
const HANDLERS = only({ ...CHANNEL, onSnapshot: handler, onSyncRequest: handler, onClear: handler });

/** Tabs that tell each other their newest state. Nothing of it throws. */
export interface CrossTabSync<T> {
	/** Tells a state, unless a newer one was sent or received. */
	broadcast(snapshot: SnapshotEnvelope<T>): void;
	/** Asks the others for their newest state. */
	requestSync(): void;
	notifyClear(): void;
	/** Whether the platform has any way to other tabs. */
	isSupported(): boolean;
	getTabId(): string;
	dispose(): void;
}

/**
 * Tells other tabs the newest state, and hears it from them, over a `BroadcastChannel`, or where
 * there is none by events of `localStorage`. A state that is not newer than the newest one sent or
 * received is passed over, so that nothing ever goes back.
 *
 * @throws TypeError for options that make no sense, and without a `channelName`: whoever has none would
 * hear each other.
 *
 * @example
 * const tabs = createCrossTabSync<Settings>({
 * 	channelName: 'settings',
 * 	onSnapshot: (snapshot) => applier.apply(snapshot),
 * });
 * tabs.broadcast(snapshot);
 */
export function createCrossTabSync<T>(options: CrossTabSyncHandlers<T>): CrossTabSync<T> {
	HANDLERS(options, 'options');
	return new Tabs(options);
}

class Tabs<T> implements CrossTabSync<T> {
	readonly #options: CrossTabSyncHandlers<T>;
	readonly #tabId = Math.random().toString(36).slice(2) + Date.now().toString(36);
	#channel: Channel | undefined;
	#newest: Version | undefined;

	constructor(options: CrossTabSyncHandlers<T>) {
		this.#options = options;
		this.#channel = openChannel(options.channelName, (message) => this.#heard(message));
	}

	broadcast(snapshot: SnapshotEnvelope<T>): void {
		if (this.#options.broadcastSaves === false) {
			return;
		}
		this.#compared((gate) => {
			const version = versionOf(snapshot);
			if (!gate.faultOf(version) && !(this.#newest && gate.isOlder(version, this.#newest))) {
				this.#newest = version;
				this.#post({ type: 'snapshot', payload: { ...version, data: snapshot.data }, tabId: this.#tabId });
			}
		});
	}

	requestSync(): void {
		this.#post({ type: 'request-sync', tabId: this.#tabId });
	}

	notifyClear(): void {
		this.#post({ type: 'clear', tabId: this.#tabId });
	}

	isSupported(): boolean {
		return this.#channel !== undefined;
	}

	getTabId(): string {
		return this.#tabId;
	}

	dispose(): void {
		this.#channel?.close();
		this.#channel = undefined;
	}

	/** Anybody may talk on the channel: what is not a message is passed over. */
	#heard(message: unknown): void {
		if (typeof message !== 'object' || message === null || this.#options.receiveUpdates === false) {
			return;
		}
		const { type, tabId, payload } = message as Partial<Record<string, unknown>>;
		if (typeof tabId !== 'string' || tabId === this.#tabId) {
			return;
		}
		switch (type) {
			case 'snapshot':
				return this.#offered(payload, tabId);
			case 'request-sync':
				return quietly(() => this.#options.onSyncRequest?.(tabId));
			case 'clear':
				return quietly(() => this.#options.onClear?.(tabId));
		}
	}

	#offered(payload: unknown, tabId: string): void {
		if (typeof payload !== 'object' || payload === null || !('data' in payload)) {
			return;
		}
		const snapshot = payload as SnapshotEnvelope<T>;
		this.#compared((gate) => {
			if (gate.faultOf(snapshot) || (this.#newest && !gate.isOlder(this.#newest, versionOf(snapshot)))) {
				return;
			}
			this.#newest = versionOf(snapshot);
			quietly(() => this.#options.onSnapshot?.(snapshot, tabId));
		});
	}

	/** Compares by the gate, at once if it is there; in the order of the calls if it is not yet. */
	#compared(act: (gate: Versions) => void): void {
		const still = (gate: Versions) => this.#channel && act(gate);
		try {
			const gate = versionsNow();
			if (gate) {
				still(gate);
				return;
			}
		} catch {
			return; // No gate, nothing compared: the driver tells why.
		}
		versions().then(still, () => {});
	}

	#post(message: CrossTabMessage<T>): void {
		quietly(() => this.#channel?.post(message));
	}
}
