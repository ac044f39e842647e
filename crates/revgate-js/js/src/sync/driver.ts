import type { GateLoadError } from '../gate/compile.js';
import type { Candidate, Gate, GateOptions, Output, Version } from '../gate/gate.js';
import type { Logger, SyncErrorContext, SyncPhase } from '../types.js';
import { createAlarm } from './alarm.js';
import { createApplying, type Ended } from './applying.js';
import { attempt, isThenable, quietly } from './guard.js';
import { isOfInterest, newsOf } from './hearing.js';
import { type Host, platform } from './host.js';
import { checkTopic, type Fields, fieldsOf, isSame, type Material, ProtocolError, versionOf } from './messages.js';
import { checkOptions, openGate } from './opening.js';
import { createReporter, type Extra } from './report.js';
import { createSubscription } from './subscription.js';
import type { Done, Sink, Status, Transport } from './transport.js';
import { createTurns } from './turns.js';

/** How long a fetch, a subscription or an apply may take by default. */
const LIMIT_MS = 10_000;

/** A delivery that pacing held back and that comes later than this is worth a word. */
const LATE_MS = 1000;

/** When to try again to apply what another apply, late, has overwritten. */
const AGAIN_MS = 1000;

/** The ticket of those who wait for the start: of no refresh. */
const START = Infinity;

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
export interface Driver<T> {
	/** The version that the window shows. */
	readonly applied: Version | undefined;
	/** How the replica is doing. */
	readonly status: Status;
	/** Whether it was stopped. */
	readonly hasEnded: boolean;
	/** Listens and fetches. `done` when the first state is applied; what fails on the way is tried again. */
	start(done: Done): void;
	/**
	 * Fetches now, whatever the pacing. `done` when a state at least as new as this call is applied,
	 * or that has failed. Before the start, it fetches once and does not listen.
	 */
	refresh(done: Done): void;
	/** A version exists and its state is at hand: the answer to a write of the window's own. */
	offer(version: Version, data: T): void;
	/** Takes an announcement that the sink has held. */
	take(message: object): void;
	/** Tells whether the window can be seen. Shown again, it fetches whatever it missed. */
	setVisible(isVisible: boolean): void;
	/** Does `call`, now or after the one under way. */
	enter(call: () => void): void;
	/** Ends for good: nothing is applied, fetched or reported any more. */
	stop(): void;
	/** Reports a failure that is not tried again. */
	fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext;
}

interface Payload {
	readonly version: Version;
	readonly material: Material | undefined;
}

/** @throws RangeError if options contradict each other, where that can be told yet. */
export function createDriver<T>(options: DriverOptions<T>): Driver<T> {
	const { topic, transport, sink, host = platform } = options;
	const gateOptions = { fetchTimeoutMs: LIMIT_MS, ...options.gate };
	const limitMs = gateOptions.fetchTimeoutMs;
	checkOptions(gateOptions);
	const report = createReporter(topic, options.logger, (failure) => sink.failed?.(failure));
	const { failure, log } = report;
	const turns = createTurns((error) => fail('refresh', error));
	const enter = (call: () => void) => turns.enter(call, undefined);
	const alarm = createAlarm(host, () => enter(tick));
	const applying = createApplying(host, limitMs, () => enter(applyAgain));
	const subscription = createSubscription(transport, {
		enter,
		announced: (message) => turns.enter(hear, message),
		stood: () =>
			handle((gate, now) => {
				hasStood = true;
				gate.subscribed(now);
			}),
		failed: (error) =>
			report.applied === undefined && transport.isHopeless?.(error)
				? giveUp('subscribe', error)
				: handle((gate, now) => {
						fault = failure('subscribe', error);
						gate.subscribeFailed(now);
					}),
		ended: (error) =>
			handle((gate, now) => {
				fault = failure('subscribe', error);
				gate.subscriptionEnded(now);
			}),
		lingers: (error) => log('warn', 'a subscription may still stand', { error }),
	});

	/** There while the driver lives, once the module is loaded. */
	let gate: Gate | undefined;
	let isOpening = false;
	/** Whether a start was asked for, be there a gate or not. */
	let isAwaited = false;
	/** Whether the gate was told to start, and whether anybody asked to listen. */
	let hasBegun = false;
	let isListening = false;
	/** Whether a subscription has stood since, and whether that fetch is awaited which begins after. */
	let hasStood = false;
	let isCatchingUp = false;
	let hasEnded = false;
	/** Why it was given up, until it is begun anew. */
	let hopeless: SyncErrorContext | undefined;
	let status: Status = { type: 'loading' };
	/** What came with the input just handled: a state, or why it was a failure. */
	let payload: Payload | undefined;
	let fault: SyncErrorContext | undefined;
	/** The news that announcements brought, until they are applied: those the gate counts on. */
	let news: Payload[] = [];
	/** What was applied since an apply was given up. */
	let again: { readonly version: Version; readonly data: T } | undefined;
	let cancelAgain: (() => void) | undefined;
	/** What the gate waits for, and until when this waits. */
	let rested: Output | undefined;
	let deadline: number | undefined;
	/** Who waits for a start or a refresh. */
	let waiting: { readonly phase: SyncPhase; readonly ticket: number; readonly done: Done }[] = [];

	function fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		return report.tell(failure(phase, error, extra));
	}

	/** Asks for something that needs the gate, which is opened by the first who does. */
	function ask(phase: SyncPhase, done: Done, call: (gate: Gate, now: number) => number): void {
		if (gate === undefined && !hasEnded && !isOpening) {
			open();
		}
		enter(() => {
			const isThere = handle((gate, now) => {
				const ticket = call(gate, now);
				waiting.push({ phase, ticket, done });
				if (!hasBegun) {
					hasBegun = true;
					gate.start(now);
				}
			});
			if (!isThere) {
				done(hasEnded ? stopped(phase) : hopeless);
			}
		});
	}

	function open(): void {
		const opened = (it: Gate) => {
			if (hasEnded) {
				it.free();
			} else {
				gate = it;
			}
		};
		const later = <A>(then: (it: A) => void) => (it: A) => {
			isOpening = false;
			turns.resume(() => then(it));
		};
		const opening = openGate(gateOptions);
		if (isThenable(opening)) {
			isOpening = true;
			turns.hold();
			opening.then(
				later(opened),
				later((error: Partial<GateLoadError>) => {
					giveUp('start', error);
					void error.mended?.then(() => isAwaited && start(() => {}));
				}),
			);
		} else {
			gate = opening;
		}
	}

	function start(done: Done): void {
		isAwaited = true;
		ask('start', done, (gate, now) => {
			if (hasBegun && !isListening) {
				// It has fetched without listening. It listens from now on, and fetches after that.
				gate.subscriptionEnded(now);
				const ticket = gate.refresh(now);
				const caughtUp = () => {
					isCatchingUp = false;
				};
				isCatchingUp = true;
				waiting = [...waiting, { phase: 'start' as const, done: caughtUp }].map((it) => ({ ...it, ticket }));
			}
			isListening = true;
			return START;
		});
	}

	/** Hands an input to the gate and does what it then says; whether there is a gate. */
	function handle(input: (gate: Gate, now: number) => void): boolean {
		if (gate !== undefined) {
			input(gate, host.now());
			drain(gate, true);
		}
		return gate !== undefined;
	}

	/** Does what the gate says until it waits: after an announcement, most often nothing at all. */
	function drain(gate: Gate, isStirred: boolean): void {
		while (!hasEnded) {
			const output = gate.poll();
			if (output.type === 'wait') {
				// The gate waits as before: most often, that is all there is to an announcement.
				if (isStirred || output !== rested || news.length > 0) {
					rested = output;
					rest(gate, output.deadline, isStirred);
				}
				return;
			}
			isStirred = true;
			if (output.type !== 'apply') {
				carryOut(gate, output);
			} else if (!apply(gate, output.candidate)) {
				return;
			}
		}
	}

	function rest(gate: Gate, until: number | undefined, isStirred: boolean): void {
		payload = fault = undefined;
		if (news.length > 0) {
			const counted = gate.kept;
			if (counted === undefined) {
				news.length = 0;
			} else {
				news = news.filter(({ version }) => isSame(version, counted));
			}
		}
		// A fetch without a start is made once: nothing is due after it.
		deadline = isListening || waiting.length > 0 ? until : undefined;
		alarm(deadline);
		if (isStirred) {
			setStatus(gate.status);
			if (waiting.length > 0 && hasStood && !isCatchingUp && report.applied !== undefined) {
				settle((ticket) => ticket === START);
			}
		}
	}

	function carryOut(gate: Gate, output: Exclude<Output, { type: 'wait' | 'apply' }>): void {
		switch (output.type) {
			case 'subscribe':
				// Before the start, only a fetch was asked for.
				return isListening ? subscription.ask() : gate.subscribed(host.now());
			case 'unsubscribe':
				return subscription.drop();
			case 'fetch':
				return fetch(output.id);
			case 'report':
				report.tellReport(output, fault, limitMs);
				fault = undefined;
				return;
			case 'settle':
				settle((ticket) => ticket <= output.through, output.settlement === 'fresh' ? undefined : report.last);
		}
	}

	function settle(isMeant: (ticket: number) => boolean, failure?: SyncErrorContext): void {
		const settled = waiting.filter(({ ticket }) => isMeant(ticket));
		waiting = waiting.filter(({ ticket }) => !isMeant(ticket));
		settled.forEach(({ done }) => done(failure));
	}

	function stopped(phase: SyncPhase): SyncErrorContext {
		return failure(phase, new Error(`topic \`${topic}\` was stopped: no ${phase} after that`));
	}

	function setStatus(next: Status): void {
		if (next.type !== status.type || (next.type === 'retrying' && next.attempt !== (status as typeof next).attempt)) {
			status = next;
			quietly(() => sink.status?.(next), (error) => log('error', 'status callback threw', { error }));
		}
	}

	/** Nothing is tried again, unless somebody asks anew. */
	function giveUp(phase: SyncPhase, error: unknown): void {
		if (!hasEnded) {
			const failed = (hopeless = fail(phase, error));
			hasBegun = false;
			end({ type: 'failed' }, () => failed);
		}
	}

	function end(status: Status, why: (phase: SyncPhase) => SyncErrorContext): void {
		if (gate !== undefined) {
			gate.stop(host.now());
			for (let output = gate.poll(); output.type !== 'wait'; output = gate.poll()) {
				// Whatever else there is was asked for before the stop.
				if (output.type === 'unsubscribe') {
					subscription.drop();
				}
			}
			gate.free();
		}
		subscription.giveUp();
		gate = payload = fault = again = undefined;
		news = [];
		alarm(undefined);
		applying.stop();
		cancelAgain?.();
		log('debug', status.type);
		setStatus(status);
		const left = waiting;
		waiting = [];
		left.forEach(({ phase, done }) => done(why(phase)));
	}

	function tick(): void {
		handle((gate, now) => {
			const late = now - (deadline ?? now);
			if (late > LATE_MS && gate.pacedUntil === deadline) {
				fail('throttle', new Error(`held back ${Math.round(late)} ms too long: timers are slowed down`));
			}
			gate.tick(now);
		});
	}

	function fetch(id: number): void {
		const failed = (phase: SyncPhase, error: unknown) => (gate: Gate, now: number) => {
			fault = failure(phase, error);
			gate.fetchFailed(now, id);
		};
		const fetching = attempt(() => transport.fetch(report.applied));
		log('debug', 'fetching');
		fetching.then(
			(answer) =>
				enter(() =>
					handle((gate, now) => {
						try {
							const snapshot = fieldsOf('a snapshot', answer);
							payload = { version: versionOf(snapshot), material: 'data' in snapshot ? { data: snapshot['data'] } : undefined };
							gate.fetched(now, id, payload.version);
						} catch (error) {
							failed('protocol', error)(gate, now);
						}
					}),
				),
			(error) => enter(() => handle(failed(phaseOf(error, 'getSnapshot'), error))),
		);
	}

	/** Applies a state; whether that has ended. */
	function apply(gate: Gate, candidate: Candidate): boolean {
		const { version, material } = (
			typeof candidate === 'string' ? payload : news.find(({ version }) => isSame(version, candidate))
		) as Payload;
		try {
			if (material === undefined) {
				throw new ProtocolError(`a snapshot must have \`data\`: revision ${version.revision} is news`);
			}
			const data = ('data' in material ? material.data : sink.patched?.(material.base, material.patch)) as T;
			const answer = sink.apply(version, data);
			if (isThenable(answer)) {
				const ended: Ended = (failed) =>
					handle((gate) => (failed ? notApplied(gate, version, failed.error) : applied(gate, version, data)));
				applying.wait(answer, (failed) => turns.resume(() => ended(failed)));
				turns.hold();
				return false;
			}
			applied(gate, version, data);
		} catch (error) {
			notApplied(gate, version, error);
		}
		return true;
	}

	function applied(gate: Gate, version: Version, data: T): void {
		report.applied = version;
		again = applying.isOverdue ? { version, data } : undefined;
		log('debug', 'applied', version);
		gate.appliedOne(host.now());
	}

	/** One that was given up has ended, maybe on top of what was applied since: that is applied again. */
	function applyAgain(): void {
		if (again === undefined) {
			return;
		}
		const { version, data } = again;
		const failed = (error: unknown) => {
			cancelAgain?.();
			cancelAgain = host.after(AGAIN_MS, () => enter(applyAgain));
			const extra = { snapshotRevision: version.revision, willRetry: true, nextDelayMs: AGAIN_MS };
			fail('apply', error, extra);
		};
		try {
			const answer = sink.apply(version, data);
			if (isThenable(answer)) {
				applying.wait(answer, (failure) => turns.resume(() => hasEnded || (failure && failed(failure.error))));
				turns.hold();
			}
		} catch (error) {
			failed(error);
		}
	}

	function notApplied(gate: Gate, version: Version, error: unknown): void {
		fault = failure(phaseOf(error, 'apply'), error, { snapshotRevision: version.revision });
		gate.applyFailed(host.now());
	}

	/** Only what is of another topic may be of none. */
	const isWanted = (event: Fields) =>
		event['topic'] === topic ? isOfInterest(event, sink, report) : checkTopic(event);

	function hear(message: unknown): void {
		if (!hasEnded) {
			announce(message, isWanted);
		}
	}

	function announce(message: unknown, isWanted: (event: Fields) => boolean): void {
		const now = host.now();
		try {
			const event = fieldsOf('an invalidation event', message);
			if (gate === undefined || !isWanted(event)) {
				return;
			}
			const version = versionOf(event);
			const material = newsOf(event, sink, report);
			if (material === undefined) {
				gate.announced(now, version, 'version');
			} else {
				const isState = 'data' in material;
				gate.announced(now, version, isState ? 'state' : material.base);
				// Of the same version, the gate goes by what came first, unless it is the whole state.
				const at = news.findIndex((other) => isSame(other.version, version));
				if (at < 0) {
					news.push({ version, material });
				} else if (isState) {
					news[at] = { version, material };
				}
			}
		} catch (error) {
			fail('protocol', error, { sourceEvent: message });
			return;
		}
		drain(gate, false);
	}

	return {
		get applied() {
			return report.applied;
		},
		get status() {
			return status;
		},
		get hasEnded() {
			return hasEnded;
		},
		start,
		refresh: (done) => ask('refresh', done, (gate, now) => gate.refresh(now)),
		offer: (version, data) =>
			enter(() =>
				handle((gate, now) => {
					payload = { version, material: { data } };
					gate.offered(now, version);
				}),
			),
		take: (message) => turns.enter((event) => announce(event, () => true), message),
		setVisible: (isVisible) =>
			enter(() => handle((gate, now) => (isVisible ? gate.shown(now) : gate.hidden(now)))),
		enter,
		stop() {
			if (!hasEnded) {
				hasEnded = report.isQuiet = true;
				turns.resume(() => end({ type: 'stopped' }, stopped));
			}
		},
		fail,
	};
}

/** The phase of what may be the message's fault. */
function phaseOf(error: unknown, otherwise: SyncPhase): SyncPhase {
	return error instanceof ProtocolError ? 'protocol' : otherwise;
}
