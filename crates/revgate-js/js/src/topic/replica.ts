/** A topic's state in one page, kept the same as the backend's. */

import { backoffDelay, type Version } from '../gate/gate.js';
import { quietly } from '../sync/guard.js';
import { ProtocolError } from '../sync/messages.js';
import { checkVersion, gateNow } from '../sync/revision.js';
import type { Sink } from '../sync/transport.js';
import { Numbered, type OptimisticAction } from './action.js';
import type { ActionBatch, Written } from './backend.js';
import { Barrier, isTelling } from './barrier.js';
import { Early } from './early.js';
import type { Edit, Fault, Layer, Waiting } from './edit.js';
import { Echo } from './echo.js';
import { type Place, rootPlace, takeParsed } from './exact/index.js';
import { Following } from './following.js';
import { isNewer, readFetched } from './gating.js';
import { Kept } from './kept.js';
import type { Listeners } from './listeners.js';
import { Optimistic } from './optimistic.js';
import { DEFAULTS, type TopicOptions } from './options.js';
import { applyPatch } from './patch.js';
import { type Failed, wordsOf } from './refusal.js';
import type { Replicated } from './replicated.js';
import { Writer } from './writer.js';

/** Shows the state of a topic, and makes the edits. */
export class Replica extends Following<unknown> implements Replicated {
	readonly states: Listeners<[state: unknown, version: Version]>;
	readonly pendings: Listeners<[pending: number]>;
	readonly place: Place;
	writeTimeoutMs!: number;
	maxRebases!: number;
	readonly #edits: Optimistic;
	readonly #writer: Writer;
	readonly #barrier = new Barrier();
	#kept!: Kept;
	readonly #early: Early;
	readonly #actions = new Numbered();
	/** What is shown. */
	#shown: Layer | undefined;
	#pending = 0;
	/** Whether it has stopped while edits were under way, which are still written. */
	#isLingering = false;
	readonly #echo = new Echo();

	/** @throws {RangeError} if an option makes no sense. */
	constructor(topic: string, options: TopicOptions) {
		super(topic, options);
		this.place = rootPlace(options.bigints ?? DEFAULTS.bigints);
		this.#early = new Early(topic, this.backend, this.place, this.logger);
		this.states = this.listeners();
		this.pendings = this.listeners();
		this.#edits = new Optimistic(this.place, isNewer);
		this.#writer = new Writer(this, this.#edits, this.#actions.source);
		this.#take(options);
		this.begin(() => this.enter(() => this.#writer.flush()));
	}

	/**
	 * Is followed so from now on. What is shown stays, and what is under way goes on.
	 *
	 * @throws {RangeError} if an option makes no sense.
	 */
	follow(options: TopicOptions): void {
		const begin = this.anew(options);
		// By then no call of the driver's is under way, behind which others might wait.
		queueMicrotask(() => {
			if (this.driver.hasEnded) return;
			this.#kept.flush();
			begin();
			this.#take(options);
		});
	}

	/** Takes what is no business of the driver's. */
	#take({ writeTimeoutMs, maxRebases, cache }: TopicOptions): void {
		this.writeTimeoutMs = writeTimeoutMs ?? DEFAULTS.writeTimeoutMs;
		this.maxRebases = maxRebases ?? DEFAULTS.maxRebases;
		this.#kept = new Kept(this.topic, cache, this.logger);
		void this.#kept.recall(this.place, (layer) => this.enter(() => this.#showKept(layer)));
	}

	protected override sink(): Pick<Sink<unknown>, 'apply' | 'patched' | 'holds'> {
		return {
			apply: (version, data) => this.#apply(version, data),
			patched: (base, patch) => this.#patched(base, patch),
			holds: (message) => this.#echo.holds(this.#edits.writtenOn, message),
		};
	}

	protected override read(answer: string): unknown {
		return this.#early.whole(readFetched(answer));
	}

	protected override get isThere(): boolean {
		return this.#edits.top !== undefined;
	}

	protected override recallEarly(): Promise<void> | undefined {
		return this.#early.recall((layer) => this.#showEarly(layer));
	}

	protected override get early(): Version | undefined {
		return this.#early.version;
	}

	protected override abandon(failed: Failed): void {
		this.enter(() => this.#writer.abandon(failed));
	}

	get shown(): Layer | undefined {
		return this.#shown;
	}

	/** Whether what is shown is of before, and the backend has not answered. */
	get isCached(): boolean {
		return this.#shown !== undefined && this.#edits.top === undefined;
	}

	get pending(): number {
		return this.#edits.pending;
	}

	/** Whether nothing of the window's own is on its way. */
	get isAtRest(): boolean {
		return this.#edits.isAtRest;
	}

	/** This is a state of the backend's, known by another way: nobody waits until it comes by this one. */
	know(layer: Layer): void {
		this.enter(() => this.#edits.learn(layer));
	}

	/** Listens and fetches anew, at once, whatever was under way. */
	listenAnew(): void {
		this.driver.resume();
	}

	/** Does `call` when its turn comes, and what follows from it. */
	readonly enter = (call: () => void): void => {
		this.driver.enter(() => {
			call();
			this.#finish();
		});
	};

	readonly check = checkVersion;

	/** Asks for an action, of which `shown` is what is shown. */
	act(action: unknown, shown: OptimisticAction<unknown, unknown> | undefined, waiting: Waiting): void {
		if (!this.backend.act) {
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
		const barred = this.driver.hasEnded ? 'the topic was stopped' : this.#barrier.admit();
		if (barred !== undefined) return this.refuse(edit, { reason: barred });
		this.enter(() => this.#writer.take(edit));
		if (!this.#edits.top) this.hasten();
	}

	/** Ends an edit that is not even looked at; if it is one of a handle's that has ended, in silence. */
	refuse({ failed }: Waiting, fault: Pick<Fault, 'reason'> & Partial<Fault>, isHeard = true): void {
		const error = this.#writer.failure('notSent', fault);
		// To tell listeners of what one of them has made might make it the next of a circle.
		if (isTelling() || !isHeard) quietly(() => this.logger.error(`[revgate] ${error.message}`, error));
		else this.enter(() => this.tell(error));
		failed(error);
	}

	/**
	 * Ends for good: nothing is shown after it. Edits of which some are under way are written as
	 * ever, and whoever waits for them is told how that ended; others are not sent.
	 */
	stop(): void {
		this.end();
		this.#isLingering = this.#edits.isWriting;
		this.enter(() => undefined);
		this.#kept.flush();
	}

	send(change: Written): Promise<string> {
		return this.backend.write(this.topic, change);
	}

	sendActions(batch: ActionBatch): Promise<string> {
		// Nothing is asked for where there is no such function.
		return this.backend.act!(this.topic, batch);
	}

	backoff(failures: number): number {
		return backoffDelay(gateNow(), this.gateOptions.backoff ?? {}, failures);
	}

	readonly hearOf = (version: Version): void => this.driver.take({ topic: this.topic, ...version });

	show(): void {
		const top = this.#edits.top;
		const before = this.#shown;
		if (top === undefined || top === before || this.driver.hasEnded) return;
		this.#shown = top;
		this.recovered();
		if (before?.data !== top.data) this.states.tell(top.data, top.version);
	}

	offer({ version, data }: Layer): void {
		this.driver.offer(version, data);
	}

	answered(): void {
		const echo = this.#echo.take();
		if (echo) this.driver.take(echo);
	}

	/** What is left to do after every call. */
	#finish(): void {
		const { hasEnded } = this.driver;
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
		const state = this.#early.data === data ? data : takeParsed(data, this.place);
		this.#early.forget();
		const { isAtRest } = this;
		this.#edits.learn({ version, data: state });
		this.show();
		// Else it may be what an edit waits for.
		if (!isAtRest) this.enter(() => undefined);
		this.#kept.save({ version, data: state });
	}

	/** It was the backend's: edits may be made on it. Whether it is the newest, the subscription says. */
	#showEarly(layer: Layer): boolean {
		if (this.#edits.top || this.driver.hasEnded) return false;
		this.enter(() => {
			this.#edits.learn(layer);
			this.show();
			this.settleStart();
		});
		return true;
	}

	/** Shows the last known state, unless there is a better one by then. Edits wait as ever. */
	#showKept(layer: Layer): void {
		if (this.#shown !== undefined || this.driver.hasEnded) return;
		this.#edits.recall(layer.data);
		this.#shown = layer;
		this.states.tell(layer.data, layer.version);
	}

	#patched(base: Version, patch: unknown): unknown {
		const layer = this.#edits.at(base);
		if (layer) return applyPatch(layer.data, patch);
		throw new ProtocolError(`a patch on revision ${base.revision}, which is not at hand`);
	}
}
