/** What a page follows of the backend: a topic, or a family as a whole. */

import type { GateOptions, Version } from '../gate/gate.js';
import { createDriver, type Driver } from '../sync/driver.js';
import { type Host, platform } from '../sync/host.js';
import type { Done, Listener, Sink, Status } from '../sync/transport.js';
import { NoBackendError } from '../tauri/ipc.js';
import type { Logger, SyncErrorContext, Unsubscribe } from '../types.js';
import type { Followed, TopicBackend } from './backend.js';
import { TopicError } from './error.js';
import { gateOptions } from './gating.js';
import { Listeners } from './listeners.js';
import { type TopicOptions, warnings } from './options.js';
import { followPage } from './page.js';
import { ownBackend } from './plugin.js';
import { type Failed, failedBy, lastingOf } from './refusal.js';

/** Drives the gate, and tells how that goes. All handles of a name in a page share one. */
export abstract class Following<Data> {
	readonly statuses: Listeners<[status: Status]>;
	readonly errors: Listeners<[error: TopicError]>;
	readonly host: Host;
	protected backend!: TopicBackend;
	protected driver!: Driver<Data>;
	protected gateOptions!: GateOptions;
	protected logger!: Logger;
	readonly #scope: string;
	/** Of the link, until it is seen to be there. */
	#error: TopicError | undefined;
	/** Of a write, until the next one. */
	#refused: TopicError | undefined;
	#isFetching = false;
	/** Who waits for the first state. */
	readonly #starting: Done[] = [];
	#going: () => void = () => undefined;
	#leavePage: Unsubscribe = () => undefined;

	/**
	 * @param topic the name under which news come
	 * @param scope the name by which the backend is asked
	 * @throws {RangeError} if an option makes no sense.
	 */
	constructor(
		readonly topic: string,
		options: TopicOptions,
		scope = topic,
	) {
		const backend = options.backend ?? ownBackend();
		this.host = options.host ?? backend.host ?? platform;
		this.#scope = scope;
		this.statuses = this.listeners();
		// Whoever is told of failures and fails makes no circle.
		this.errors = new Listeners((error) => this.logger.warn(`[revgate] topic \`${topic}\`: onError threw`, error));
		Object.assign(this, this.#way(options, backend));
	}

	/** A driver, which does not begin yet, and what else hangs on how it is followed. */
	#way(options: TopicOptions, backend: TopicBackend) {
		const { topic, host } = this;
		const scope = this.#scope;
		const logger = options.logger ?? warnings;
		const gate = gateOptions(options);
		const driver: Driver<Data> = createDriver<Data>({
			topic,
			transport: {
				subscribe: async (listener, known) => {
					// Where there is nothing to wait for, it is asked for at once.
					const awaited = this.isThere ? undefined : this.recallEarly();
					if (awaited) await awaited;
					if (listener.signal.aborted) throw new Error('it was given up');
					const answer = await backend.subscribe(scope, this.#hastened(listener), known ?? this.early);
					const { end, fetched } = (answer ?? {}) as Partial<Followed>;
					return fetched === undefined ? (answer as Unsubscribe) : { end: end as Unsubscribe, fetch: async () => this.read(fetched) };
				},
				fetch: async (known) => {
					this.#isFetching = true;
					const fetched = await backend.fetch(scope, known ?? this.early);
					this.#isFetching = false;
					return this.read(fetched);
				},
				isHopeless: (error) => error instanceof NoBackendError,
			},
			sink: {
				...this.sink(),
				failed: (context) => this.#failed(context),
				status: (status) => {
					if (this.driver !== driver) return;
					if (status.type === 'live') this.#error = undefined;
					this.statuses.tell(status);
				},
			},
			gate,
			logger,
			host,
		});
		return { driver, backend, logger, gateOptions: gate };
	}

	/** What makes a state of what came. It is called before the subclass is there: what it returns is not. */
	protected abstract sink(): Pick<Sink<Data>, 'apply' | 'patched' | 'holds'>;

	/** The fields of the answer to a fetch. */
	protected abstract read(answer: string): unknown;

	/** Whether the first state is there. */
	protected abstract get isThere(): boolean;

	/** Shows what the page had before this, if it had anything; a promise if that is on its way. */
	protected recallEarly(): Promise<void> | undefined {
		return undefined;
	}

	/** The version of that, while the gate has none. */
	protected get early(): Version | undefined {
		return undefined;
	}

	/** No first state comes, which is likely to last. */
	protected abandon(_failed: Failed): void {}

	/** Begins; `going` is called when the page is about to go. */
	protected begin(going: () => void): void {
		this.#going = going;
		this.#start();
		this.#leavePage = followPage(this.driver, going);
	}

	/**
	 * What has it begin anew, followed so. **To be called while the driver does nothing.**
	 *
	 * @throws {RangeError} if an option makes no sense.
	 */
	protected anew(options: TopicOptions): () => void {
		const way = this.#way(options, options.backend ?? ownBackend());
		return () => {
			const { driver } = this;
			this.#leavePage();
			Object.assign(this, way);
			this.#isFetching = false;
			driver.stop();
			this.begin(this.#going);
		};
	}

	/** Ends for good: nothing is shown after it. */
	protected end(): void {
		this.#leavePage();
		this.driver.stop();
	}

	/** The first state is shown. */
	protected settleStart(): void {
		for (const done of this.#starting.splice(0)) done();
	}

	/** Listeners whose failures are reported. */
	protected listeners<A extends unknown[]>(): Listeners<A> {
		return new Listeners((error) => void this.driver.fail('apply', error));
	}

	/** A state was shown, so the link is there. */
	protected recovered(): void {
		this.#error = undefined;
	}

	get status(): Status {
		return this.driver.status;
	}

	/** The last failure of a write, else of the link. */
	get error(): TopicError | undefined {
		return this.#refused ?? this.#error;
	}

	/** Something else is written, or somebody has read what has failed. */
	dismissError(): void {
		this.#refused = undefined;
	}

	/** Ends when the first state is shown, or with what says that none will come. */
	started(done: Done): void {
		if (this.driver.hasEnded) return this.driver.start(done);
		if (this.isThere) return done();
		this.#starting.push(done);
		this.hasten();
	}

	refresh(done: Done): void {
		if (this.status.type === 'failed') this.#start();
		this.driver.refresh(done);
	}

	/** Neither a pause, nor pacing, nor that the window is hidden holds back what somebody waits for. */
	hasten(): void {
		// After what is to be heard: that may have it fetched.
		this.driver.enter(() => {
			const { type } = this.status;
			if (type === 'failed') this.#start();
			else if (type !== 'loading' && !this.#isFetching) this.driver.refresh(() => undefined);
		});
	}

	tell(error: TopicError): void {
		this.driver.fail('write', error);
	}

	/** What became of a call, as an error for whoever made it. */
	errorOf(context: SyncErrorContext): TopicError {
		const { phase, error, attempt, nextDelayMs } = context;
		if (error instanceof TopicError) return error;
		const { reason, path, kind } = failedBy(error);
		return new TopicError({ topic: this.topic, phase, reason, path, kind, attempt, retryInMs: nextDelayMs, cause: error });
	}

	/** What is announced is there: no pause is waited for if it was missing before. */
	#hastened(listener: Listener): Listener {
		return {
			...listener,
			announced: (message) => {
				listener.announced(message);
				if (this.#error?.kind === 'unknownTopic') this.hasten();
			},
		};
	}

	#start(): void {
		const { driver } = this;
		driver.start((failure) => {
			// Whoever waits for the first state may have it of the next driver.
			if (this.driver === driver) for (const done of this.#starting.splice(0)) done(failure);
		});
	}

	#failed(context: SyncErrorContext): void {
		this.#isFetching = false;
		const error = this.errorOf(context);
		if (error.fate) this.#refused = error;
		else this.#error = error;
		this.errors.tell(error);
		const failed = this.isThere ? undefined : lastingOf(context);
		if (!failed) return;
		this.abandon(failed);
		for (const done of this.#starting.splice(0)) done(context);
	}
}
