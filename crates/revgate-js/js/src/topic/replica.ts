/** A topic's state in one page, kept the same as the backend's. */

import { backoffDelay, type GateOptions, type Version } from '../gate/gate.js';
import { createDriver, type Driver } from '../sync/driver.js';
import { quietly } from '../sync/guard.js';
import { type Host, platform } from '../sync/host.js';
import { ProtocolError } from '../sync/messages.js';
import { checkVersion, gateNow } from '../sync/revision.js';
import type { Done, Status } from '../sync/transport.js';
import { NoBackendError } from '../tauri/ipc.js';
import type { Logger, SyncErrorContext, Unsubscribe } from '../types.js';
import { Numbered, type OptimisticAction } from './action.js';
import type { ActionBatch, Followed, TopicBackend, Written } from './backend.js';
import { Barrier, isTelling } from './barrier.js';
import type { Edit, Fault, Layer, Waiting } from './edit.js';
import { Echo } from './echo.js';
import { TopicError } from './error.js';
import { type Place, rootPlace, takeParsed } from './exact/index.js';
import { gateOptions, isNewer, readFetched } from './gating.js';
import { Kept } from './kept.js';
import { Listeners } from './listeners.js';
import { Optimistic } from './optimistic.js';
import { DEFAULTS, type TopicOptions, warnings } from './options.js';
import { followPage } from './page.js';
import { applyPatch } from './patch.js';
import { plugin } from './plugin.js';
import { failedBy, lastingOf, wordsOf } from './refusal.js';
import type { Replicated } from './replicated.js';
import { Writer } from './writer.js';

/** Drives the gate, shows the state, and makes the edits. All handles of a topic share one. */
export class Replica implements Replicated {
	readonly states: Listeners<[state: unknown, version: Version]>;
	readonly statuses: Listeners<[status: Status]>;
	readonly errors: Listeners<[error: TopicError]>;
	readonly pendings: Listeners<[pending: number]>;
	readonly topic: string;
	readonly place: Place;
	readonly host: Host;
	readonly writeTimeoutMs: number;
	readonly maxRebases: number;
	readonly #backend: TopicBackend;
	readonly #driver: Driver<unknown>;
	readonly #edits: Optimistic;
	readonly #writer: Writer;
	readonly #barrier = new Barrier();
	readonly #leavePage: Unsubscribe;
	readonly #kept: Kept;
	readonly #logger: Logger;
	readonly #gateOptions: GateOptions;
	readonly #actions = new Numbered();
	/** What is shown. */
	#shown: Layer | undefined;
	#pending = 0;
	#error: TopicError | undefined;
	/** Whether it has stopped while edits were under way, which are still written. */
	#isLingering = false;
	#isFetching = false;
	/** Who waits for the first state. */
	readonly #starting: Done[] = [];
	readonly #echo = new Echo();

	/** @throws {RangeError} if an option makes no sense. */
	constructor(topic: string, options: TopicOptions) {
		const [logger, host, backend] = [options.logger ?? warnings, options.host ?? platform, options.backend ?? plugin];
		this.topic = topic;
		this.place = rootPlace(options.bigints ?? DEFAULTS.bigints);
		this.host = host;
		this.writeTimeoutMs = options.writeTimeoutMs ?? DEFAULTS.writeTimeoutMs;
		this.maxRebases = options.maxRebases ?? DEFAULTS.maxRebases;
		this.#backend = backend;
		this.#kept = new Kept(topic, options.cache, logger);
		this.#logger = logger;
		this.#gateOptions = gateOptions(options);
		const failed = (error: unknown): void => void this.#driver.fail('apply', error);
		this.states = new Listeners(failed);
		this.statuses = new Listeners(failed);
		// Whoever is told of failures and fails makes no circle.
		this.errors = new Listeners((error) => logger.warn(`[revgate] topic \`${topic}\`: onError threw`, error));
		this.pendings = new Listeners(failed);
		this.#edits = new Optimistic(this.place, isNewer);
		this.#writer = new Writer(this, this.#edits, this.#actions.source);
		this.#driver = createDriver<unknown>({
			topic,
			transport: {
				subscribe: async (listener, known) => {
					const answer = await backend.subscribe(topic, listener, known);
					const { end, fetched } = (answer ?? {}) as Partial<Followed>;
					return fetched === undefined ? (answer as Unsubscribe) : { end: end as Unsubscribe, fetch: async () => readFetched(fetched) };
				},
				fetch: async (known) => {
					this.#isFetching = true;
					const fetched = await backend.fetch(topic, known);
					this.#isFetching = false;
					return readFetched(fetched);
				},
				isHopeless: (error) => error instanceof NoBackendError,
			},
			sink: {
				apply: (version, data) => this.#apply(version, data),
				patched: (base, patch) => this.#patched(base, patch),
				holds: (event, message) => this.#echo.holds(this.#edits.writtenOn, event, message as object),
				failed: (context) => this.#failed(context),
				status: (status) => {
					if (status.type === 'live') this.#error = undefined;
					this.statuses.tell(status);
				},
			},
			gate: this.#gateOptions,
			logger,
			host,
		});
		this.#start();
		this.#leavePage = followPage(
			this.#driver,
			() => this.enter(() => this.#writer.flush()),
		);
		void this.#kept.recall(this.place, (layer) => this.enter(() => this.#showKept(layer)));
	}

	get shown(): Layer | undefined {
		return this.#shown;
	}

	/** Whether what is shown is of before, and the backend has not answered. */
	get isCached(): boolean {
		return this.#shown !== undefined && this.#edits.top === undefined;
	}

	get status(): Status {
		return this.#driver.status;
	}

	/** The last failure; none once a state or an answer has come after it. */
	get error(): TopicError | undefined {
		return this.#error;
	}

	get pending(): number {
		return this.#edits.pending;
	}

	/** Does `call` when its turn comes, and what follows from it. */
	readonly enter = (call: () => void): void => {
		this.#driver.enter(() => {
			call();
			this.#finish();
		});
	};

	/** Ends when the first state is shown, or with what says that none will come. */
	started(done: Done): void {
		if (this.#edits.top || this.#driver.hasEnded) return this.#driver.start(done);
		this.#starting.push(done);
		this.hasten();
	}

	refresh(done: Done): void {
		if (this.status.type === 'failed') this.#start();
		this.#driver.refresh(done);
	}

	/** What became of a call, as an error for whoever made it. */
	errorOf(context: SyncErrorContext): TopicError {
		const { phase, error, attempt, nextDelayMs } = context;
		if (error instanceof TopicError) return error;
		const { reason, path, kind } = failedBy(error);
		return new TopicError({ topic: this.topic, phase, reason, path, kind, attempt, retryInMs: nextDelayMs, cause: error });
	}

	readonly check = checkVersion;

	/** Asks for an action, of which `shown` is what is shown. */
	act(action: unknown, shown: OptimisticAction<unknown, unknown> | undefined, waiting: Waiting): void {
		if (!this.#backend.act) {
			return this.refuse(waiting, { reason: 'the `backend` of this topic has no `act`, so it takes no actions' });
		}
		try {
			this.edit(this.#actions.edit(action, shown, waiting));
		} catch (cause) {
			this.refuse(waiting, { reason: wordsOf(cause), cause });
		}
	}

	/** Makes an edit. */
	edit(edit: Edit): void {
		const barred = this.#driver.hasEnded ? 'the topic was stopped' : this.#barrier.admit();
		if (barred !== undefined) return this.refuse(edit, { reason: barred });
		this.enter(() => this.#writer.take(edit));
		if (!this.#edits.top) this.hasten();
	}

	/** Ends an edit that is not even looked at; if it is one of a handle's that has ended, in silence. */
	refuse({ failed }: Waiting, fault: Pick<Fault, 'reason'> & Partial<Fault>, isHeard = true): void {
		const error = this.#writer.failure('notSent', fault);
		// To tell listeners of what one of them has made might make it the next of a circle.
		if (isTelling() || !isHeard) quietly(() => this.#logger.error(`[revgate] ${error.message}`, error));
		else this.enter(() => this.tell(error));
		failed(error);
	}

	/**
	 * Ends for good: nothing is shown after it. Edits of which some are under way are written as
	 * ever, and whoever waits for them is told how that ended; others are not sent.
	 */
	stop(): void {
		this.#leavePage();
		this.#driver.stop();
		this.#isLingering = this.#edits.isWriting;
		this.enter(() => undefined);
		this.#kept.flush();
	}

	send(change: Written): Promise<string> {
		return this.#backend.write(this.topic, change);
	}

	sendActions(batch: ActionBatch): Promise<string> {
		// Nothing is asked for where there is no such function.
		return this.#backend.act!(this.topic, batch);
	}

	backoff(failures: number): number {
		return backoffDelay(gateNow(), this.#gateOptions.backoff ?? {}, failures);
	}

	readonly hearOf = (version: Version): void => this.#driver.take({ topic: this.topic, ...version });

	show(): void {
		const top = this.#edits.top;
		const before = this.#shown;
		if (top === undefined || top === before || this.#driver.hasEnded) return;
		this.#shown = top;
		this.#error = undefined;
		if (before?.data !== top.data) this.states.tell(top.data, top.version);
	}

	offer({ version, data }: Layer): void {
		this.#driver.offer(version, data);
	}

	/** Neither a pause, nor pacing, nor that the window is hidden holds back what somebody waits for. */
	hasten(): void {
		// After what is to be heard: that may have it fetched.
		this.#driver.enter(() => {
			const { type } = this.status;
			if (type === 'failed') this.#start();
			else if (type !== 'loading' && !this.#isFetching) this.#driver.refresh(() => undefined);
		});
	}

	answered(): void {
		const echo = this.#echo.take();
		if (echo) this.#driver.take(echo);
	}

	tell(error: TopicError): void {
		this.#driver.fail('write', error);
	}

	/** What is left to do after every call. */
	#finish(): void {
		const { hasEnded } = this.#driver;
		this.show();
		this.#writer.tellEnded();
		if (!hasEnded || this.#isLingering) this.#writer.write();
		if (hasEnded && !this.#edits.isWriting) {
			this.#isLingering = false;
			this.#writer.end();
		}
		const { pending } = this.#edits;
		if (this.#pending !== pending) {
			this.#pending = pending;
			this.pendings.tell(pending);
		}
	}

	#apply(version: Version, data: unknown): void {
		const state = takeParsed(data, this.place);
		this.#edits.learn({ version, data: state });
		this.show();
		this.enter(() => undefined);
		this.#kept.save({ version, data: state });
	}

	/** Shows the last known state, unless there is a better one by then. Edits wait as ever. */
	#showKept(layer: Layer): void {
		if (this.#shown !== undefined || this.#driver.hasEnded) return;
		this.#edits.recall(layer.data);
		this.#shown = layer;
		this.states.tell(layer.data, layer.version);
	}

	#patched(base: Version, patch: unknown): unknown {
		const layer = this.#edits.at(base);
		if (layer) return applyPatch(layer.data, patch);
		throw new ProtocolError(`a patch on revision ${base.revision}, which is not at hand`);
	}

	#start(): void {
		this.#driver.start((failure) => {
			for (const done of this.#starting.splice(0)) done(failure);
		});
	}

	#failed(context: SyncErrorContext): void {
		this.#isFetching = false;
		const error = (this.#error = this.errorOf(context));
		this.errors.tell(error);
		const failed = this.#edits.top ? undefined : lastingOf(context);
		if (!failed) return;
		this.enter(() => this.#writer.abandon(failed));
		for (const done of this.#starting.splice(0)) done(context);
	}
}
