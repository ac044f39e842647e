import { backoffDelay, Pacer } from '../gate/gate.js';
import { platform } from '../sync/host.js';
import type { SnapshotEnvelope } from '../types.js';
import { asPersistenceError, type PersistenceError, type PersistenceFault } from './errors.js';
import type { Encoded } from './exact.js';
import { versionOf } from './record.js';
import type { SaveThrottlingOptions } from './types.js';
import type { Versions } from './versions.js';

/** A snapshot on its way to the storage. */
export interface Item<T> {
	readonly snapshot: SnapshotEnvelope<T>;
	/** Its text, if that was taken already. */
	readonly body?: Encoded;
	/** Why it could not be. */
	readonly fault?: PersistenceError;
}

/** What the saver asks of the cache. */
export interface Sink<T> {
	write(item: Item<T>): Promise<void>;
	/** For a page that is about to go. */
	writeNow(item: Item<T>): void | Promise<void>;
	/** `nextDelayMs`: when it is tried again by itself, if it is. */
	failed(error: PersistenceError, item: Item<T>, nextDelayMs?: number): void;
}

/** What may be gone the next time. A full storage is not tried again, but by the next save. */
const PASSING: readonly PersistenceFault[] = ['blocked', 'failed'];
const MAX_RETRIES = 5;
const BACKOFF = { firstMs: 500, capMs: 30_000 };

/**
 * Brings the newest snapshot to the storage: one save at a time, as often as the pacing allows.
 *
 * ```text
 *            save                  due                 done
 *  nothing ───────▶ pending ─────────────▶ writing ─────────▶ nothing
 *                      ▲   a newer one takes its place   │
 *                      └──── failed, and none newer ─────┘
 * ```
 */
export class Saver<T> {
	/** How many snapshots gave way to a newer one before their turn. */
	superseded = 0;
	readonly #versions: Versions;
	readonly #pacer: Pacer;
	readonly #sink: Sink<T>;
	#pending: Item<T> | undefined;
	#writing: Item<T> | undefined;
	/** What was under way when it was to be given up. */
	#dropped: Item<T> | undefined;
	#running: Promise<void> | undefined;
	#cancel: () => void = () => {};
	#retryAt: number | undefined;
	#failures = 0;
	#stopped = false;

	/** @throws RangeError for options that contradict each other. */
	constructor(versions: Versions, pacing: SaveThrottlingOptions, sink: Sink<T>) {
		this.#versions = versions;
		this.#pacer = new Pacer(versions.module, pacing);
		this.#sink = sink;
	}

	/** Whether the newest snapshot is not in the storage yet. */
	get isPending(): boolean {
		return this.#pending !== undefined || this.#writing !== undefined;
	}

	save(item: Item<T>): void {
		if (this.#stopped) {
			return;
		}
		if (this.#pending) {
			if (this.#versions.isOlder(versionOf(item.snapshot), versionOf(this.#pending.snapshot))) {
				return;
			}
			this.superseded++;
		}
		this.#pending = item;
		this.#retryAt = undefined;
		this.#pacer.event(platform.now());
		this.#arm();
	}

	/** Saves what waits. Resolves once that is done, or has failed. */
	async flush(): Promise<void> {
		const underWay = this.#writing;
		await this.#running;
		if (this.#pending && this.#pending !== underWay && !this.#running) {
			this.#run(this.#pending);
		}
		await this.#running;
	}

	/** Saves what waits or is under way, without waiting for anything. */
	flushNow(): void {
		const item = this.#pending ?? this.#writing;
		if (!item) {
			return;
		}
		const failed = (error: unknown) => this.#failed(error, item);
		try {
			const saved = this.#sink.writeNow(item);
			this.drop();
			saved?.catch(failed);
		} catch (error) {
			failed(error);
		}
	}

	/** Gives up what waits, and what is under way if it fails. */
	drop(): void {
		this.#dropped = this.#writing;
		this.#cancel();
		this.#pending = undefined;
		this.#retryAt = undefined;
		if (!this.#stopped) {
			this.#pacer.forget();
		}
	}

	/** What is under way, if anything. */
	async settled(): Promise<void> {
		await this.#running;
	}

	stop(): void {
		if (!this.#stopped) {
			this.drop();
			this.#stopped = true;
			this.#pacer.free();
		}
	}

	#arm(): void {
		this.#cancel();
		if (!this.#pending || this.#running || this.#stopped) {
			return;
		}
		const due = this.#retryAt ?? this.#pacer.deadline();
		if (due === undefined) {
			return; // It has failed, and waits for the next save or flush.
		}
		const wait = due - platform.now();
		if (wait <= 0) {
			this.#run(this.#pending);
		} else {
			this.#cancel = platform.after(wait, () => this.#arm());
		}
	}

	#run(item: Item<T>): void {
		this.#pending = undefined;
		this.#retryAt = undefined;
		this.#writing = item;
		this.#pacer.delivered(platform.now());
		this.#running = this.#sink
			.write(item)
			.then(
				() => {
					this.#failures = 0;
				},
				(error) => this.#failed(error, item),
			)
			.finally(() => {
				this.#writing = undefined;
				this.#running = undefined;
				this.#arm();
			});
	}

	#failed(thrown: unknown, item: Item<T>): void {
		const error = asPersistenceError(thrown, 'saving the state');
		const isPassing = PASSING.includes(error.fault);
		if (this.#stopped || this.#pending || item === this.#dropped || (!isPassing && error.fault !== 'quota')) {
			this.#sink.failed(error, item);
			return;
		}
		this.#pending = item;
		this.#failures++;
		if (!isPassing || this.#failures > MAX_RETRIES) {
			this.#sink.failed(error, item);
			return;
		}
		const delay = backoffDelay(this.#versions.module, BACKOFF, this.#failures);
		this.#retryAt = platform.now() + delay;
		this.#sink.failed(error, item, delay);
		this.#arm();
	}
}
