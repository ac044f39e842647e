/** A topic's state in one page, kept the same as the backend's. */

import { compareVersions, type GateOptions, type Version } from '../gate/gate.js';
import { loadGateSync } from '../gate/source.js';
import { createDriver, type Driver } from '../sync/driver.js';
import { quietly } from '../sync/guard.js';
import { type Host, platform } from '../sync/host.js';
import { ProtocolError } from '../sync/messages.js';
import { checkVersion } from '../sync/revision.js';
import type { Done, Status } from '../sync/transport.js';
import { NoBackendError } from '../tauri/ipc.js';
import type { InvalidationEvent, Logger, SyncErrorContext, Unsubscribe } from '../types.js';
import type { TopicBackend, Written } from './backend.js';
import { Barrier, isTelling } from './barrier.js';
import { TopicError } from './error.js';
import { parse, type Place, rootPlace, take, takeParsed } from './exact/index.js';
import { Listeners } from './listeners.js';
import { type Edit, type Layer, Optimistic } from './optimistic.js';
import { type TopicCache, type TopicOptions, warnings } from './options.js';
import { followPage } from './page.js';
import { applyPatch } from './patch.js';
import { plugin } from './plugin.js';
import { failedBy, lastingOf } from './refusal.js';
import { type Replicated, Writer } from './writer.js';

/** How long after the last answer a window looks again, should the last announcement be lost. */
const RESYNC_MS = 30_000;
const WRITE_TIMEOUT_MS = 10_000;
const MAX_REBASES = 100;

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
	readonly #cache: TopicCache | undefined;
	readonly #logger: Logger;
	/** What is shown. */
	#shown: Layer | undefined;
	#pending = 0;
	#error: TopicError | undefined;
	/** Whether it has stopped while edits were under way, which are still written. */
	#isLingering = false;
	/** Who waits for the first state. */
	readonly #starting: Done[] = [];
	/** The announcement of what may be the window's own write, until that is answered. */
	#echo: object | undefined;

	/** @throws {RangeError} if an option makes no sense. */
	constructor(topic: string, options: TopicOptions) {
		const { bigints = [], logger = warnings, host = platform, backend = plugin } = options;
		this.topic = topic;
		this.place = rootPlace(bigints);
		this.host = host;
		this.writeTimeoutMs = options.writeTimeoutMs ?? WRITE_TIMEOUT_MS;
		this.maxRebases = options.maxRebases ?? MAX_REBASES;
		this.#backend = backend;
		this.#cache = options.cache;
		this.#logger = logger;
		const failed = (error: unknown): void => void this.#driver.fail('apply', error);
		this.states = new Listeners(failed);
		this.statuses = new Listeners(failed);
		// Whoever is told of failures and fails makes no circle.
		this.errors = new Listeners((error) => logger.warn(`[revgate] topic \`${topic}\`: onError threw`, error));
		this.pendings = new Listeners(failed);
		this.#edits = new Optimistic(this.place, isNewer);
		this.#writer = new Writer(this, this.#edits);
		this.#driver = createDriver<unknown>({
			topic,
			transport: {
				subscribe: (listener) => backend.subscribe(topic, listener),
				fetch: async (known) => read(await backend.fetch(topic, known)),
				isHopeless: (error) => error instanceof NoBackendError,
			},
			sink: {
				apply: (version, data) => this.#apply(version, data),
				patched: (base, patch) => this.#patched(base, patch),
				holds: (event, message) => this.#holds(event, message),
				failed: (context) => this.#failed(context),
				status: (status) => {
					if (status.type === 'live') this.#error = undefined;
					this.statuses.tell(status);
				},
			},
			gate: gateOptions(options),
			logger,
			host,
		});
		this.#start();
		this.#leavePage = followPage(
			(isVisible) => this.#driver.setVisible(isVisible),
			() => this.enter(() => this.#writer.flush()),
		);
		if (options.cache) void this.#recall(options.cache);
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
		this.#hasten();
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

	check(version: Version): void {
		checkVersion(version);
	}

	/** Makes an edit. */
	edit(edit: Edit): void {
		const barred = this.#driver.hasEnded ? 'the topic was stopped' : this.#barrier.admit();
		if (barred !== undefined) return this.refuse(edit, barred);
		this.enter(() => this.#writer.take(edit));
		if (!this.#edits.top) this.#hasten();
	}

	/** Ends an edit that is not even looked at. */
	refuse(edit: Edit, reason: string): void {
		const error = this.#writer.failure('notSent', { reason });
		// To tell listeners of what one of them has made might make it the next of a circle.
		if (isTelling()) quietly(() => this.#logger.error(`[revgate] ${error.message}`, error));
		else this.enter(() => this.tell(error));
		edit.failed(error);
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
		this.#keep((cache) => cache.flush());
	}

	send(change: Written): Promise<string> {
		return this.#backend.write(this.topic, change);
	}

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

	answered(): void {
		const echo = this.#echo;
		this.#echo = undefined;
		if (echo) this.#driver.take(echo);
	}

	tell(error: TopicError): void {
		this.#driver.fail('write', error);
	}

	/** What is left to do after every call. */
	#finish(): void {
		const { hasEnded } = this.#driver;
		this.show();
		this.#writer.tellFallen();
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
		this.#keep((cache) => cache.save({ ...version, data: state }));
	}

	/** Has the cache, which may be anybody's, do something. */
	#keep(call: (cache: TopicCache) => unknown): void {
		const cache = this.#cache;
		if (!cache) return;
		quietly(
			() => call(cache),
			(error) => this.#logger.warn(`[revgate] topic \`${this.topic}\`: the state is not kept`, error),
		);
	}

	/** Shows the last known state, unless there is a better one by then. Edits wait as ever. */
	async #recall(cache: TopicCache): Promise<void> {
		try {
			const kept = await cache.load();
			if (!kept) return;
			const { data, ...version } = kept;
			const state = take(data, this.place);
			this.enter(() => {
				if (this.#shown !== undefined || this.#driver.hasEnded) return;
				this.#shown = { version, data: state };
				this.states.tell(state, version);
			});
		} catch (error) {
			this.#logger.warn(`[revgate] topic \`${this.topic}\`: the last known state cannot be shown`, error);
		}
	}

	#patched(base: Version, patch: unknown): unknown {
		const layer = this.#edits.at(base);
		if (layer) return applyPatch(layer.data, patch);
		throw new ProtocolError(`a patch on revision ${base.revision}, which is not at hand`);
	}

	/** Whether the version alone is announced, and is the one that the write under way would make. */
	#holds(event: InvalidationEvent, message: unknown): boolean {
		const base = this.#edits.writtenOn;
		const { data, patch } = message as { data?: unknown; patch?: unknown };
		if (base === undefined || data !== undefined || patch !== undefined) return false;
		const isNext = BigInt(base.revision) + 1n === BigInt(event.revision);
		if (!isNext || (base.epoch ?? '0') !== (event.epoch ?? '0')) return false;
		// The answer brings this state, or a newer one: it need not be fetched.
		this.#echo = message as object;
		return true;
	}

	#start(): void {
		this.#driver.start((failure) => {
			for (const done of this.#starting.splice(0)) done(failure);
		});
	}

	/** Tries at once what is to be tried again: somebody waits for the first state. */
	#hasten(): void {
		const { type } = this.status;
		if (type === 'failed') this.#start();
		if (type === 'retrying') this.#driver.refresh(() => undefined);
	}

	#failed(context: SyncErrorContext): void {
		const error = (this.#error = this.errorOf(context));
		this.errors.tell(error);
		const failed = this.#edits.top ? undefined : lastingOf(context);
		if (!failed) return;
		this.enter(() => this.#writer.abandon(failed));
		for (const done of this.#starting.splice(0)) done(context);
	}
}

/** @throws {ProtocolError} if an answer is no JSON: then the state cannot be read, as when it has no version. */
function read(answer: string): unknown {
	try {
		return parse(answer);
	} catch (cause) {
		throw new ProtocolError(`the answer is no JSON: ${(cause as Error).message}`, { cause });
	}
}

/** The gate's own options, and what a window of an app adds to them. */
function gateOptions({ gate, resyncMs = RESYNC_MS, throttling }: TopicOptions): GateOptions {
	const jitterSeed = BigInt(Math.floor(Math.random() * 2 ** 53));
	const pacing = throttling === undefined ? {} : { pacing: throttling };
	return { resyncMs, ...pacing, ...gate, backoff: { jitterSeed, ...gate?.backoff } };
}

/** The gate's order. Versions come when the gate is there, and with it its module. */
function isNewer(one: Version, other: Version): boolean {
	const module = loadGateSync();
	return module !== undefined && compareVersions(module, one, other) > 0;
}
