import type { GateLoadError } from '../gate/compile.js';
import { Candidate, type Gate, Input, Look, Output, type Version } from '../gate/gate.js';
import type { SyncErrorContext, SyncPhase } from '../types.js';
import { say, Word } from '../words/say.js';
import { createAlarm } from './alarm.js';
import { createApplying } from './applying.js';
import { attempt, quietly } from './guard.js';
import { createHearing } from './hearing.js';
import { platform } from './host.js';
import { fieldsOf, type Payload, ProtocolError, versionOf } from './messages.js';
import { checkOptions, openGate } from './opening.js';
import { createReporter, type Extra } from './report.js';
import { createSubscription } from './subscription.js';
import type { Done, Driver, DriverOptions, Status } from './transport.js';
import { createTurns } from './turns.js';

export type { Driver } from './transport.js';

/** How long a fetch, a subscription or an apply may take by default. */
const LIMIT_MS = 10_000;

/** A delivery that pacing held back and that comes later than this is worth a word. */
const LATE_MS = 1000;

/** The ticket of those who wait for the start: of no refresh. */
const START = Infinity;

/** By the gate's number for it; above, it tries again. */
const STATUSES = ['loading', 'live', 'stopped'] as const;

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
	const applying = createApplying(host, limitMs, turns, sink, report);
	const hearing = createHearing(topic, host, sink, report);
	const subscription = createSubscription(transport, {
		enter,
		announced: (message) => turns.enter(hear, message),
		stood(fetch) {
			hasStood ||= gate !== undefined;
			came = isOvertaken ? undefined : fetch;
			handle(Input.Subscribed);
			came = undefined;
			return gate !== undefined;
		},
		failed: (error) =>
			report.applied === undefined && transport.isHopeless?.(error)
				? giveUp('subscribe', error)
				: failed(Input.SubscribeFailed, failure('subscribe', error)),
		ended: (error) => failed(Input.SubscriptionEnded, failure('subscribe', error)),
		lingers: (error) => log('warn', say(Word.Lingers), { error }),
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
	/** Gives the state that came with the subscription that has just come to stand. */
	let came: (() => Promise<unknown>) | undefined;
	/** Whether, since that was asked for, news were heard, a newer state was wanted or made, or its time has passed. */
	let isOvertaken = false;
	let hasEnded = false;
	/** Why it was given up, until it is begun anew. */
	let hopeless: SyncErrorContext | undefined;
	let status: Status = { type: 'loading' };
	/** The gate's number for it. */
	let seen = 0;
	/** What came with the input just handled: a state, or why it was a failure. */
	let brought: Payload | undefined;
	let fault: SyncErrorContext | undefined;
	/** Until when the gate waits, and until when this does. */
	let rested = Infinity;
	let deadline = Infinity;
	/** Who waits for a start or a refresh. */
	let waiting: { readonly phase: SyncPhase; ticket: number; readonly done: Done }[] = [];

	function fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		return report.tell(failure(phase, error, extra));
	}

	/** Asks for something that needs the gate, which is opened by the first who does. */
	function ask(phase: SyncPhase, done: Done, call: (gate: Gate) => number): void {
		if (gate === undefined && !hasEnded && !isOpening) {
			open();
		}
		enter(() => {
			if (gate === undefined) {
				return done(hasEnded ? stopped(phase) : hopeless);
			}
			const ticket = call(gate);
			waiting.push({ phase, ticket, done });
			if (!hasBegun) {
				hasBegun = true;
				gate.handle(host.now(), Input.Start);
			}
			drain(true);
		});
	}

	function open(): void {
		isOpening = true;
		openGate(
			gateOptions,
			turns,
			(opened) => {
				isOpening = false;
				hasEnded ? opened.free() : (gate = opened);
			},
			(error) => {
				isOpening = false;
				giveUp('start', error);
				void (error as Partial<GateLoadError>).mended?.then(() => isAwaited && start(() => {}));
			},
		);
	}

	function start(done: Done): void {
		isAwaited = true;
		ask('start', done, (gate) => {
			if (hasBegun && !isListening) {
				// It has fetched without listening. It listens from now on, and fetches after that.
				gate.handle(host.now(), Input.SubscriptionEnded);
				const ticket = refresh(gate);
				isCatchingUp = true;
				waiting.push({ phase: 'start', ticket, done: () => void (isCatchingUp = false) });
				waiting.forEach((it) => {
					it.ticket = ticket;
				});
			}
			isListening = true;
			return START;
		});
	}

	/** The ticket of a refresh. */
	function refresh(gate: Gate): number {
		isOvertaken = true;
		gate.handle(host.now(), Input.Refresh);
		return gate.look(Look.Ticket);
	}

	/** Hands an input to the gate, if there is one, and does what it then says. */
	function handle(input: Input, version?: Version, id?: number): void {
		gate?.handle(host.now(), input, version, id);
		drain(true);
	}

	function failed(input: Input, failure: SyncErrorContext, id?: number): void {
		fault = gate && failure;
		handle(input, undefined, id);
	}

	/** Does what the gate says until it waits. */
	function drain(isStirred: boolean): void {
		for (; gate !== undefined && !hasEnded; isStirred = true) {
			const output = gate.poll();
			if (output === Output.Wait) {
				return rest(gate, isStirred);
			}
			if (!carryOut(gate, output)) {
				return;
			}
		}
	}

	function rest(gate: Gate, isStirred: boolean): void {
		brought = fault = undefined;
		rested = gate.deadline;
		// A fetch without a start is made once: nothing is due after it.
		deadline = isListening || waiting.length > 0 ? rested : Infinity;
		alarm(deadline);
		if (!isStirred) {
			return;
		}
		hearing.tidy(gate);
		const number = gate.look(Look.Status);
		if (number !== seen) {
			seen = number;
			const type = STATUSES[number];
			setStatus(type ? { type } : { type: 'retrying', attempt: number - 2 });
		}
		if (waiting.length > 0 && hasStood && !isCatchingUp && report.applied !== undefined) {
			settle((ticket) => ticket === START);
		}
	}

	/** Does what the gate asks for; whether that has ended. */
	function carryOut(gate: Gate, output: Output): boolean {
		switch (output) {
			case Output.Subscribe:
				// Before the start, only a fetch was asked for.
				if (isListening) {
					isOvertaken = false;
					subscription.ask(report.applied);
				} else {
					gate.handle(host.now(), Input.Subscribed);
				}
				break;
			case Output.Fetch:
				fetch(gate.numbers[1]!);
				break;
			case Output.Apply:
				return apply(gate.numbers[2] === Candidate.Kept);
			case Output.Report:
				isOvertaken = true;
				report.tellReport(gate, fault, limitMs);
				fault = undefined;
				break;
			case Output.Settle: {
				const [, through, how] = gate.numbers;
				settle((ticket) => ticket <= through!, how ? report.last : undefined);
			}
		}
		return true;
	}

	function settle(isMeant: (ticket: number) => boolean, failure?: SyncErrorContext): void {
		const settled = waiting.filter(({ ticket }) => isMeant(ticket));
		waiting = waiting.filter(({ ticket }) => !isMeant(ticket));
		settled.forEach(({ done }) => done(failure));
	}

	const stopped = (phase: SyncPhase) =>
		failure(phase, new Error(say(Word.Stopped, topic, phase)));

	function setStatus(next: Status): void {
		if (next.type !== status.type || next.type === 'retrying') {
			status = next;
			quietly(() => sink.status?.(next), (error) => log('error', say(Word.StatusThrew), { error }));
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
		gate?.free();
		hearing.forget();
		gate = brought = fault = undefined;
		subscription.giveUp();
		subscription.drop();
		alarm(Infinity);
		applying.stop();
		log('debug', status.type);
		seen = Number.NaN;
		setStatus(status);
		const left = waiting;
		waiting = [];
		left.forEach(({ phase, done }) => done(why(phase)));
	}

	function tick(): void {
		const late = host.now() - deadline;
		if (late > LATE_MS && gate?.look(Look.PacedUntil) === deadline) {
			fail('throttle', new Error(say(Word.HeldBack, Math.round(late))));
		}
		handle(Input.Tick);
	}

	function fetch(id: number): void {
		const failing = (phase: SyncPhase) => (error: unknown) =>
			failed(Input.FetchFailed, failure(error instanceof ProtocolError ? 'protocol' : phase, error), id);
		const fetching = attempt(came ?? (() => transport.fetch(report.applied)));
		log('debug', 'fetching');
		fetching.then(
			(answer) =>
				enter(() => {
					try {
						const snapshot = fieldsOf(Word.SnapshotNotObject, answer);
						brought = { version: versionOf(snapshot), material: 'data' in snapshot ? { data: snapshot['data'] } : undefined };
						gate?.handle(host.now(), Input.Fetched, brought.version, id);
					} catch (error) {
						return failing('protocol')(error);
					}
					drain(true);
				}),
			(error) => enter(() => failing('getSnapshot')(error)),
		);
	}

	/** Applies what was kept, or what was just brought; whether that has ended. */
	function apply(isKept: boolean): boolean {
		const { version, material } = (isKept ? hearing.take() : brought) as Payload;
		return applying.apply(
			version,
			() => {
				if (material === undefined) {
					throw new ProtocolError(say(Word.NoData, version.revision));
				}
				return ('data' in material ? material.data : sink.patched?.(material.base, material.patch)) as T;
			},
			(failed) => {
				if (failed) {
					const phase = failed.error instanceof ProtocolError ? 'protocol' : 'apply';
					fault = failure(phase, failed.error, { snapshotRevision: version.revision });
				} else {
					report.applied = version;
					log('debug', 'applied', version);
				}
				gate?.handle(host.now(), failed ? Input.ApplyFailed : Input.Applied);
			},
			() => drain(true),
		);
	}

	function hear(message: unknown, isReleased = false): void {
		if (gate !== undefined && !hasEnded) {
			isOvertaken = true;
			hearing.hear(gate, message, isReleased);
			// It waits as before: most often, that is all there is to an announcement.
			if (gate.deadline !== rested) {
				drain(false);
			}
		}
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
		refresh: (done) => ask('refresh', done, refresh),
		offer: (version, data) =>
			enter(() => {
				isOvertaken = true;
				brought = { version, material: { data } };
				handle(Input.Offered, version);
			}),
		take: (message) => enter(() => hear(message, true)),
		setVisible: (isVisible) => enter(() => handle(isVisible ? Input.Shown : Input.Hidden)),
		resume: () =>
			enter(() => {
				if (isListening) {
					subscription.giveUp();
					subscription.drop();
					// Of these two, the gate takes the one that fits.
					gate?.handle(host.now(), Input.SubscribeFailed);
					gate?.handle(host.now(), Input.SubscriptionEnded);
					handle(Input.Refresh);
				}
			}),
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
