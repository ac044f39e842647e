import { type Candidate, Gate, type GateOptions, type Output, type Version } from '../gate/gate.js';
import type { Logger, SyncErrorContext, SyncPhase } from '../types.js';
import { Alarm } from './alarm.js';
import { Applying, type Ended } from './applying.js';
import { attempt, isThenable, quietly } from './guard.js';
import { type Host, platform } from './host.js';
import { isOfInterest, newsOf } from './hearing.js';
import { Kept, type Material } from './kept.js';
import { type Fields, fieldsOf, ProtocolError, topicOf, versionOf } from './messages.js';
import { openGate } from './opening.js';
import { type Extra, Reporter } from './report.js';
import { Subscription } from './subscription.js';
import type { Done, Sink, Status, Transport } from './transport.js';
import { Turns } from './turns.js';
import { Waiting } from './waiting.js';

/** How long a fetch, a subscription or an apply may take by default. */
const LIMIT_MS = 10_000;

/** A delivery that pacing held back and that comes later than this is worth a word. */
const LATE_MS = 1000;

interface Payload {
	readonly version: Version;
	readonly material: Material | undefined;
}

/** What a driver is made of. */
export interface DriverOptions<T> {
	readonly topic: string;
	readonly transport: Transport;
	readonly sink: Sink<T>;
	readonly gate?: GateOptions | undefined;
	readonly logger?: Logger | undefined;
	/** The clock and the timers. Default: the platform's. */
	readonly host?: Host | undefined;
}

/**
 * The run loop of the gate for one topic. What decides is the gate, in Rust; this carries out what
 * it says and tells it what came of that.
 *
 * Nothing that anybody else's code does gets out of it: what throws, rejects, answers twice, late,
 * never or with nonsense is reported, and the driver goes on.
 */
export class Driver<T> {
	readonly #sink: Sink<T>;
	readonly #topic: string;
	readonly #host: Host;
	readonly #transport: Transport;
	readonly #options: GateOptions;
	readonly #limit: number;
	readonly #report: Reporter;
	readonly #subscription: Subscription;
	readonly #applying: Applying;
	readonly #alarm: Alarm;
	readonly #turns = new Turns((error) => this.fail('refresh', error));
	readonly #kept = new Kept();
	readonly #waiting = new Waiting();
	/** There while the driver lives, once the module is loaded. */
	#gate: Gate | undefined;
	#isOpening = false;
	/** Whether the gate was told to start, and whether anybody asked to listen. */
	#hasBegun = false;
	#isListening = false;
	/** Whether a subscription has stood since. */
	#hasStood = false;
	#hasEnded = false;
	#status: Status = { type: 'loading' };
	/** What came with the input just handled: a state, or why it was a failure. */
	#payload: Payload | undefined;
	#fault: SyncErrorContext | undefined;
	/** The gate's next deadline. */
	#deadline: number | undefined;

	/** @throws RangeError if options contradict each other, where that can be told yet. */
	constructor({ topic, transport, sink, gate, logger, host = platform }: DriverOptions<T>) {
		const enter = (call: () => void) => this.enter(call);
		const repeat = (apply: () => unknown) =>
			this.enter(() => quietly(apply, (error) => this.fail('apply', error)));
		this.#topic = topic;
		this.#transport = transport;
		this.#sink = sink;
		this.#host = host;
		this.#options = { fetchTimeoutMs: LIMIT_MS, ...gate };
		this.#limit = this.#options.fetchTimeoutMs ?? LIMIT_MS;
		this.#report = new Reporter(topic, logger, (failure) => sink.failed?.(failure));
		this.#applying = new Applying(host, this.#limit, repeat);
		this.#alarm = new Alarm(host, () => this.enter(this.#tick));
		this.#subscription = new Subscription(transport, this.#report, {
			enter,
			announced: (message) => this.#enter(this.#hear, message),
			stood: () => this.#handle((gate, now) => {
				this.#hasStood = true;
				gate.subscribed(now);
			}),
			failed: (error) => this.#handle((gate, now) => {
				this.#fault = this.failure('subscribe', error);
				gate.subscribeFailed(now);
			}),
			ended: (reason) => this.#handle((gate, now) => {
				this.#fault = this.failure('subscribe', reason);
				gate.subscriptionEnded(now);
			}),
		});
	}

	/** The version that the window shows. */
	get applied(): Version | undefined {
		return this.#report.applied;
	}

	/** How the replica is doing. */
	get status(): Status {
		return this.#status;
	}

	/** Whether it was stopped. */
	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** Listens and fetches. `done` when the first state is applied; what fails on the way is tried again. */
	start(done: Done): void {
		this.#ask('start', done, (gate, now) => {
			const wait = () => this.#waiting.forStart(done);
			if (this.#isListening || !this.#hasBegun) {
				wait();
			} else {
				// It has fetched without listening. It listens from now on, and fetches after that.
				gate.subscriptionEnded(now);
				this.#waiting.postpone(gate.refresh(now), wait);
			}
			this.#isListening = true;
		});
	}

	/**
	 * Fetches now, whatever the pacing. `done` when a state at least as new as this call is applied,
	 * or that has failed. Before the start, it fetches once and does not listen.
	 */
	refresh(done: Done): void {
		this.#ask('refresh', done, (gate, now) => this.#waiting.forRefresh(gate.refresh(now), done));
	}

	/** A version exists and its state is at hand: the answer to a write of the window's own. */
	offer(version: Version, data: T): void {
		this.enter(() => this.#handle((gate, now) => {
			this.#payload = { version, material: { data } };
			gate.offered(now, version);
		}));
	}

	/** Takes an announcement that the sink has held. */
	take(message: object): void {
		this.#enter(this.#announce, message as Fields);
	}

	/** Tells whether the window can be seen. Shown again, it fetches whatever it missed. */
	setVisible(isVisible: boolean): void {
		this.enter(() => this.#handle((gate, now) => (isVisible ? gate.shown(now) : gate.hidden(now))));
	}

	/** Does `call`, now or after the one under way. */
	enter(call: () => void): void {
		this.#enter(call, undefined);
	}

	/** Ends for good: nothing is applied, fetched or reported any more. */
	stop(): void {
		if (!this.#hasEnded) {
			this.#hasEnded = this.#report.hasEnded = true;
			this.#turns.resume(this.#end);
		}
	}

	/** A failure in its context. */
	failure(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		return this.#report.failure(phase, error, extra);
	}

	/** Reports a failure that is not tried again. */
	fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		return this.#report.fail(phase, error, extra);
	}

	#enter<A>(call: (argument: A) => void, argument: A): void {
		this.#turns.enter(call, argument);
	}

	/** Asks for something that needs the gate, which is loaded by the first who does. */
	#ask(phase: SyncPhase, done: Done, call: (gate: Gate, now: number) => void): void {
		if (this.#gate === undefined && !this.#hasEnded && !this.#isOpening) {
			this.#open();
		}
		this.enter(() => {
			const isThere = this.#handle((gate, now) => {
				call(gate, now);
				if (!this.#hasBegun) {
					this.#hasBegun = true;
					gate.start(now);
				}
			});
			if (!isThere) {
				done(this.#hasEnded ? this.#stopped(phase) : this.#report.last);
			}
		});
	}

	#open(): void {
		const failed = (error: unknown) => void this.fail('start', error);
		try {
			const opening = openGate(this.#options);
			if (!isThenable(opening)) {
				this.#gate = opening;
				return;
			}
			const end = (then: () => void) => {
				this.#isOpening = false;
				this.#turns.resume(then);
			};
			this.#isOpening = true;
			this.#turns.hold();
			opening.then(
				(gate) => end(() => (this.#hasEnded ? gate.free() : void (this.#gate = gate))),
				(error) => end(() => failed(error)),
			);
		} catch (error) {
			failed(error);
		}
	}

	readonly #end = (): void => {
		const gate = this.#gate;
		if (gate !== undefined) {
			gate.stop(this.#host.now());
			for (let output = gate.poll(); output.type !== 'wait'; output = gate.poll()) {
				// Whatever else there is was asked for before the stop.
				if (output.type === 'unsubscribe') {
					this.#subscription.drop();
				}
			}
			this.#gate = undefined;
			gate.free();
		}
		this.#alarm.set(undefined);
		this.#applying.stop();
		this.#kept.retain(undefined);
		this.#payload = this.#fault = undefined;
		this.#report.debug('stopped');
		this.#setStatus({ type: 'stopped' });
		this.#waiting.settleRefreshes(Infinity, this.#stopped('refresh'));
		this.#waiting.settleStarts(this.#stopped('start'));
	};

	#stopped(phase: SyncPhase): SyncErrorContext {
		return this.failure(phase, new Error(`topic \`${this.#topic}\` was stopped: no ${phase} after that`));
	}

	/** Hands an input to the gate and does what it then says; whether there is a gate. */
	#handle(input: (gate: Gate, now: number) => void): boolean {
		const gate = this.#gate;
		if (gate === undefined) {
			return false;
		}
		input(gate, this.#host.now());
		this.#drain(gate);
		return true;
	}

	/** Does what the gate says until it waits: after an announcement, most often nothing at all. */
	#drain(gate: Gate, isAnnouncement = false): void {
		let isStirred = !isAnnouncement;
		while (!this.#hasEnded) {
			const output = gate.poll();
			if (output.type === 'wait') {
				this.#payload = this.#fault = undefined;
				if (!this.#kept.isEmpty) {
					this.#kept.retain(gate.kept);
				}
				// A fetch without a start is made once: nothing is due after it.
				const isDriven = this.#isListening || this.#waiting.hasRefreshes;
				this.#deadline = isDriven ? output.deadline : undefined;
				this.#alarm.set(this.#deadline);
				if (isStirred) {
					this.#settle(gate);
				}
				return;
			}
			isStirred = true;
			if (output.type === 'apply') {
				if (!this.#apply(gate, output.candidate)) {
					return;
				}
			} else {
				this.#carryOut(gate, output);
			}
		}
	}

	#carryOut(gate: Gate, output: Exclude<Output, { type: 'wait' | 'apply' }>): void {
		switch (output.type) {
			case 'subscribe':
				if (this.#isListening) {
					this.#report.debug('subscribing');
					return this.#subscription.ask();
				}
				// Only a fetch was asked for.
				return gate.subscribed(this.#host.now());
			case 'unsubscribe':
				return this.#subscription.drop();
			case 'fetch':
				return this.#fetch(output.id);
			case 'report':
				this.#report.tellFault(output, this.#fault, this.#limit);
				this.#fault = undefined;
				return;
			case 'settle':
				return this.#waiting.settleRefreshes(
					output.through,
					output.settlement === 'fresh' ? undefined : this.#report.last,
				);
		}
	}

	/** What may have changed with what was carried out. */
	#settle(gate: Gate): void {
		this.#setStatus(gate.status);
		if (this.applied !== undefined && this.#hasStood) {
			this.#waiting.settleStarts();
		}
	}

	#setStatus(status: Status): void {
		if (!isSame(status, this.#status)) {
			this.#status = status;
			quietly(() => this.#sink.status?.(status), (error) => this.#report.warn('status callback threw', error));
		}
	}

	readonly #tick = (): void => {
		this.#handle((gate, now) => {
			const due = this.#deadline ?? now;
			if (now - due > LATE_MS && gate.pacedUntil === due) {
				const late = Math.round(now - due);
				this.fail('throttle', new Error(`what was held back comes ${late} ms late: timers are slowed down`));
			}
			gate.tick(now);
		});
	};

	#fetch(id: number): void {
		this.#report.debug('fetching');
		attempt(() => this.#transport.fetch(this.applied)).then(
			(answer) => this.enter(() => this.#handle((gate, now) => this.#fetched(gate, now, id, answer))),
			(error) => this.enter(() => this.#handle((gate, now) => {
				this.#fault = this.failure('getSnapshot', error);
				gate.fetchFailed(now, id);
			})),
		);
	}

	#fetched(gate: Gate, now: number, id: number, answer: unknown): void {
		try {
			const snapshot = fieldsOf('a snapshot', answer);
			const version = versionOf(snapshot);
			const material = 'data' in snapshot ? { data: snapshot['data'] } : undefined;
			this.#payload = { version, material };
			gate.fetched(now, id, version);
		} catch (error) {
			this.#fault = this.failure('protocol', error);
			gate.fetchFailed(now, id);
		}
	}

	/** Applies a state; whether that has ended. */
	#apply(gate: Gate, candidate: Candidate): boolean {
		const { version, material } = typeof candidate === 'string'
			? (this.#payload as Payload)
			: { version: candidate, material: this.#kept.take(candidate) };
		const ended: Ended = (failure) => {
			const now = this.#host.now();
			if (failure === undefined) {
				this.#report.applied = version;
				this.#report.debug('applied', version);
				return gate.appliedOne(now);
			}
			const { error } = failure;
			const phase = error instanceof ProtocolError ? 'protocol' : 'apply';
			this.#fault = this.failure(phase, error, { snapshotRevision: version.revision });
			gate.applyFailed(now);
		};
		try {
			const data = this.#stateOf(version, material);
			// Nothing is shown after the stop, should it be made again.
			const apply = () => (this.#hasEnded ? undefined : this.#sink.apply(version, data));
			const later: Ended = (failure) => this.#turns.resume(() => this.#handle(() => ended(failure)));
			const hasEnded = this.#applying.run(apply, later);
			if (hasEnded) {
				ended();
			} else {
				this.#turns.hold();
			}
			return hasEnded;
		} catch (error) {
			ended({ error });
			return true;
		}
	}

	#stateOf(version: Version, material: Material | undefined): T {
		if (material === undefined) {
			throw new ProtocolError(`a snapshot must have \`data\`: revision ${version.revision} is news`);
		}
		return ('data' in material ? material.data : this.#sink.patched?.(material.base, material.patch)) as T;
	}

	readonly #hear = (message: unknown): void => {
		if (this.#hasEnded) {
			return;
		}
		try {
			const event = fieldsOf('an invalidation event', message);
			if (topicOf(event) === this.#topic && isOfInterest(event, this.#sink, this.#report)) {
				this.#announce(event);
			}
		} catch (error) {
			this.fail('protocol', error, { sourceEvent: message });
		}
	};

	readonly #announce = (event: Fields): void => {
		const gate = this.#gate;
		if (gate === undefined || this.#hasEnded) {
			return;
		}
		const version = versionOf(event);
		const material = newsOf(event, this.#sink, this.#report);
		const news = material === undefined ? 'version' : 'data' in material ? 'state' : material.base;
		gate.announced(this.#host.now(), version, news);
		if (material !== undefined) {
			this.#kept.keep(version, news, material, gate.kept);
		}
		this.#drain(gate, true);
	};
}

function isSame(a: Status, b: Status): boolean {
	return a.type === b.type && (a as { attempt?: number }).attempt === (b as { attempt?: number }).attempt;
}
