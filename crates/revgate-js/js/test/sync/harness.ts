import { expect, vi } from 'vitest';

import type { Host } from '../../src/sync/host.js';
import {
	createRevisionSync,
	type InvalidationEvent,
	type InvalidationSubscriber,
	type Revision,
	type RevisionSyncHandle,
	type RevisionSyncOptions,
	type SnapshotEnvelope,
	type SnapshotProvider,
	type Status,
	type SyncErrorContext,
} from '../../src/index.js';
import { watch } from '../watch.js';

export const TOPIC = 'settings';

export const revision = (number: number | string) => String(number) as Revision;

export interface Settings {
	theme: string;
}

/** A promise that is settled by hand. */
export interface Deferred<T> {
	readonly promise: Promise<T>;
	resolve(value: T): void;
	reject(reason: unknown): void;
}

export function deferred<T = void>(): Deferred<T> {
	let resolve!: (value: T) => void;
	let reject!: (reason: unknown) => void;
	const promise = new Promise<T>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	return { promise, resolve, reject };
}

/** A backend written by hand, as the reference document has it: a state, a revision, an event. */
export class Backend {
	revision = 1;
	epoch: string | undefined;
	theme = 'system';
	/** How often it was asked for a snapshot, and to announce. */
	fetches = 0;
	subscriptions = 0;
	/** What the next calls get in place of an answer, first come, first served. */
	readonly answers: (() => unknown)[] = [];
	readonly listening: (() => unknown)[] = [];
	readonly #handlers = new Set<(event: InvalidationEvent) => void>();

	readonly subscriber: InvalidationSubscriber = {
		subscribe: (handler) => {
			this.subscriptions++;
			const answer = this.listening.shift();
			const end = () => void this.#handlers.delete(listener);
			// Each has its own, were it the same function twice.
			const listener = (event: InvalidationEvent) => handler(event);
			if (answer === undefined) {
				this.#handlers.add(listener);
				return Promise.resolve(end);
			}
			const answered = answer() as Promise<unknown>;
			return Promise.resolve(answered).then(() => {
				this.#handlers.add(listener);
				return end;
			});
		},
	};

	readonly provider: SnapshotProvider<Settings> = {
		getSnapshot: () => {
			this.fetches++;
			const answer = this.answers.shift() ?? (() => this.snapshot());
			return answer() as Promise<SnapshotEnvelope<Settings>>;
		},
	};

	get listeners(): number {
		return this.#handlers.size;
	}

	/** Ends every subscription, and says so to nobody. */
	forgetListeners(): void {
		this.#handlers.clear();
	}

	async snapshot(): Promise<SnapshotEnvelope<Settings>> {
		const { epoch, theme } = this;
		return { revision: revision(this.revision), ...(epoch && { epoch }), data: { theme } };
	}

	/** Writes, and announces that. */
	write(theme: string, extra: object = {}): void {
		this.writeSilently(theme);
		this.announce(this.event(extra));
	}

	writeSilently(theme: string): void {
		this.revision++;
		this.theme = theme;
	}

	event(extra: object = {}): object {
		const epoch = this.epoch && { epoch: this.epoch };
		return { topic: TOPIC, revision: revision(this.revision), ...epoch, ...extra };
	}

	/** Sends whatever it is to whoever listens. */
	announce(message: unknown): void {
		for (const handler of [...this.#handlers]) {
			handler(message as InvalidationEvent);
		}
	}
}

/** A window: what it shows, and what it was told. */
export class Window {
	readonly shown: Settings[] = [];
	readonly revisions: string[] = [];
	readonly errors: SyncErrorContext[] = [];
	readonly statuses: Status[] = [];
	readonly sync: RevisionSyncHandle;

	constructor(backend: Backend, options: Partial<RevisionSyncOptions<Settings>> = {}) {
		this.sync = createRevisionSync<Settings>({
			topic: TOPIC,
			subscriber: backend.subscriber,
			provider: backend.provider,
			applier: {
				apply: ({ revision, data }) => {
					this.shown.push(data);
					this.revisions.push(revision);
				},
			},
			onError: (context) => this.errors.push(context),
			onStatus: (status) => this.statuses.push(status),
			// Without jitter, so that times are known.
			gate: { backoff: {} },
			...options,
		});
		opened.push(this.sync);
	}

	get theme(): string | undefined {
		return this.shown.at(-1)?.theme;
	}

	get phases(): string[] {
		return this.errors.map(({ phase }) => phase);
	}

	get onlyError(): SyncErrorContext {
		expect(this.errors).toHaveLength(1);
		return this.errors[0]!;
	}
}

/** A window that shows the backend's first state. */
export async function live(options: Partial<RevisionSyncOptions<Settings>> = {}): Promise<[Backend, Window]> {
	const backend = new Backend();
	const window = new Window(backend, options);
	await window.sync.start();
	return [backend, window];
}

/** How a promise has ended so far. */
export interface Outcome {
	state: 'pending' | 'resolved' | 'rejected';
	error?: unknown;
}

/** Looks at how a promise ends. */
export function outcome(promise: Promise<unknown>): Outcome {
	const outcome: Outcome = { state: 'pending' };
	promise.then(
		() => {
			outcome.state = 'resolved';
		},
		(error) => Object.assign(outcome, { state: 'rejected', error }),
	);
	return outcome;
}

/** Lets everything happen that is due within so many milliseconds. */
export const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** Time that passes only when told to, and that can be slept through. */
export class VirtualHost implements Host {
	breaksDown = false;
	#now = 0;
	readonly #timers = new Set<{ readonly at: number; readonly call: () => void }>();

	now(): number {
		if (this.breaksDown) {
			throw new Error('the clock has stopped');
		}
		return this.#now;
	}

	after(delayMs: number, call: () => void): () => void {
		const timer = { at: this.#now + delayMs, call };
		this.#timers.add(timer);
		return () => void this.#timers.delete(timer);
	}

	get timers(): number {
		return this.#timers.size;
	}

	/** Time goes on, and no timer is called though some fall due. */
	sleepThrough(ms: number): void {
		this.#now += ms;
	}

	async pass(ms: number): Promise<void> {
		const end = this.#now + ms;
		await pass();
		for (;;) {
			const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (due === undefined) {
				break;
			}
			this.#timers.delete(due);
			this.#now = Math.max(this.#now, due.at);
			due.call();
			await pass();
		}
		this.#now = Math.max(this.#now, end);
	}
}

const opened: RevisionSyncHandle[] = [];

/** See {@link watch}. */
export function watchEverything(): void {
	watch(() => {
		opened.splice(0).forEach((sync) => sync.stop());
		return pass();
	});
}
