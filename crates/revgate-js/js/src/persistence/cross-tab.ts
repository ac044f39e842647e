import { check, FUNCTION, maybe, only } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import { quietly } from '../sync/guard.js';
import type { SnapshotEnvelope } from '../types.js';
import { type Channel, openChannel } from './channel.js';
import { PersistenceError, reasonOf } from './errors.js';
import { migrateData } from './migration.js';
import { versionOf } from './record.js';
import { report } from './reporting.js';
import { CHANNEL, SHAPE } from './options.js';
import type { CrossTabSyncOptions, MigrationHandler, PersistenceErrorContext } from './types.js';
import { type Versions, versions, versionsNow } from './versions.js';

/** What tabs say to each other. */
export type CrossTabMessage<T> =
	| { type: 'snapshot'; payload: SnapshotEnvelope<T>; tabId: string; schemaVersion?: number }
	| { type: 'request-sync'; tabId: string }
	| { type: 'clear'; tabId: string };

/** @see createCrossTabSync */
export interface CrossTabSyncHandlers<T> extends CrossTabSyncOptions {
	/** The shape of the data. Default: the `currentVersion` of `migration`, or any. */
	schemaVersion?: number | undefined;
	/** How data of an older shape becomes today's. What is of a newer one is passed over. */
	migration?: MigrationHandler<T> | undefined;
	/** Told what cannot be brought to today's shape. Default: `console.warn`. */
	onError?: ((context: PersistenceErrorContext) => void) | undefined;
	/** A newer state than any that this tab has sent or received. */
	onSnapshot?: (snapshot: SnapshotEnvelope<T>, fromTabId: string) => void;
	/** A tab that has just begun asks for the newest state. */
	onSyncRequest?: (fromTabId: string) => void;
	/** A tab has emptied the storage. */
	onClear?: (fromTabId: string) => void;
}

/** The shape of what says none, as of what was kept without. */
const FIRST_SHAPE = 1;

const handler = maybe(FUNCTION);
const HANDLERS = only({
	...CHANNEL,
	...SHAPE,
	onError: handler,
	onSnapshot: handler,
	onSyncRequest: handler,
	onClear: handler,
});

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
 * received is passed over, so that nothing ever goes back, and so is one that a newer program has sent.
 * One of an older program is migrated, and all are validated, as what was kept is.
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
	check({ options }, { options: HANDLERS });
	return new Tabs(options);
}

class Tabs<T> implements CrossTabSync<T> {
	readonly #options: CrossTabSyncHandlers<T>;
	readonly #tabId = Math.random().toString(36).slice(2) + Date.now().toString(36);
	#channel: Channel | undefined;
	#newest: Version | undefined;
	/** The newest that was told to be of no use: tabs send the same more than once. */
	#told: Version | undefined;
	/** The shape of the data, if it is known. */
	readonly #today: number | undefined;

	constructor(options: CrossTabSyncHandlers<T>) {
		this.#options = options;
		this.#today = options.migration?.currentVersion ?? options.schemaVersion ?? undefined;
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
				const payload = { ...version, data: snapshot.data };
				const shape = this.#today !== undefined && { schemaVersion: this.#today };
				this.#post({ type: 'snapshot', payload, tabId: this.#tabId, ...shape });
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
		const { type, tabId, payload, schemaVersion } = message as Partial<Record<string, unknown>>;
		if (typeof tabId !== 'string' || tabId === this.#tabId) {
			return;
		}
		switch (type) {
			case 'snapshot':
				return this.#offered(payload, tabId, schemaVersion);
			case 'request-sync':
				return quietly(() => this.#options.onSyncRequest?.(tabId));
			case 'clear':
				return quietly(() => this.#options.onClear?.(tabId));
		}
	}

	#offered(payload: unknown, tabId: string, schemaVersion: unknown): void {
		if (typeof payload !== 'object' || payload === null || !('data' in payload)) {
			return;
		}
		const snapshot = payload as SnapshotEnvelope<T>;
		this.#compared((gate) => {
			if (gate.faultOf(snapshot) || (this.#newest && !gate.isOlder(this.#newest, versionOf(snapshot)))) {
				return;
			}
			const readable = this.#inTodaysShape(gate, snapshot, schemaVersion);
			if (readable) {
				this.#newest = versionOf(snapshot);
				quietly(() => this.#options.onSnapshot?.(readable, tabId));
			}
		});
	}

	/** Nothing for what a newer program has sent, or cannot be brought to today's shape. */
	#inTodaysShape(
		gate: Versions,
		snapshot: SnapshotEnvelope<T>,
		then: unknown = FIRST_SHAPE,
	): SnapshotEnvelope<T> | undefined {
		const today = this.#today;
		if (today === undefined) {
			return snapshot;
		}
		if (!Number.isSafeInteger(then) || (then as number) > today) {
			return undefined;
		}
		const { migration, onError } = this.#options;
		const result = migrateData<T>(snapshot.data, then as number, migration ?? { currentVersion: today, migrations: {} });
		if (result.success) {
			return { ...snapshot, data: result.data as T };
		}
		if (this.#told && !gate.isOlder(this.#told, versionOf(snapshot))) {
			return undefined;
		}
		this.#told = versionOf(snapshot);
		const error = new PersistenceError(
			'migration',
			`the state that another tab has sent cannot be brought from schema version ${then} to ${today}: ` +
				`${reasonOf(result.error)}. It is not shown here.`,
			result.error,
		);
		report(onError, { operation: 'migrate', error, snapshot, willRetry: false });
		return undefined;
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
