/**
 * The revision gate: decides when to subscribe, when to fetch, and what to apply. All rules are the
 * Rust crate's; here is their way into JavaScript.
 */

import type { SyncPhase } from '../types.js';
import { type Abi, abiOf, type GateModule, OUTPUT, type Version } from './abi.js';
import { type GateOptions, hand } from './options.js';

export type { GateModule, Version } from './abi.js';
export { RevisionError } from './errors.js';
export type { BackoffOptions, GateOptions } from './options.js';
export { Pacer } from './pacer.js';
export { backoffDelay, compareVersions, parseFault } from './rules.js';

/** What an announcement carries besides its version: nothing, the state, or a patch on a base. */
export type News = 'version' | 'state' | Version;

/** Which state to apply: the one just fetched or offered, or the kept news of this version. */
export type Candidate = 'fetched' | 'offered' | Version;

/** What the gate asks of the driver. */
export type Output =
	| { type: 'subscribe' }
	| { type: 'unsubscribe' }
	| { type: 'fetch'; id: number }
	| { type: 'apply'; candidate: Candidate }
	| Report
	| { type: 'settle'; through: number; settlement: Settlement }
	| { type: 'wait'; deadline: number | undefined };

/** How the refreshes up to a ticket ended. */
export type Settlement = 'fresh' | 'failed' | 'stopped';

/** A failure, for logs and error callbacks. */
export interface Report {
	type: 'report';
	phase: SyncPhase;
	cause: 'failed' | 'timedOut' | 'stale';
	/** How many failures in a row this makes. */
	attempt: number;
	/** When the gate tries again, from now; absent if nothing is due any more. */
	retryIn?: number;
	/** Of a stale snapshot: its version. */
	fetched?: Version;
	/** Of a stale snapshot: what had been announced. */
	wanted?: Version;
}

/** How the replica is doing. */
export type GateStatus =
	| { type: 'loading' | 'live' | 'stopped' }
	| { type: 'retrying'; attempt: number };

/** In the order of their numbers, see `src/exchange.rs` and `src/module.rs` of the crate. */
const PHASES: readonly SyncPhase[] = [
	'start',
	'subscribe',
	'invalidation',
	'refresh',
	'protocol',
	'getSnapshot',
	'apply',
	'throttle',
	'write',
];
const CANDIDATES = ['fetched', 'offered'] as const;
const CAUSES = ['failed', 'timedOut', 'stale'] as const;
const SETTLEMENTS = ['fresh', 'failed', 'stopped'] as const;
const STATUSES = ['loading', 'live', 'stopped'] as const;

/** A handle that no gate has. */
const FREED = -1;

/**
 * A gate for one topic in one window. It sees versions and ids, never the state; times are
 * milliseconds of a clock that does not go back, from any origin.
 *
 * **After every input, {@link Gate.poll} until it returns `wait`; answer an `apply` with
 * {@link Gate.appliedOne} or {@link Gate.applyFailed} before any other input.** By the deadline of
 * `wait`, if there is one, {@link Gate.tick}. Every input throws a `RangeError` for a time that is
 * NaN or negative, those with a version a `RevisionError` for one that is not canonical, and all an
 * `Error` once the gate was freed; then nothing has changed.
 *
 * @example
 * const gate = new Gate(await loadGate());
 * gate.start(performance.now());
 * for (let output = gate.poll(); output.type !== 'wait'; output = gate.poll()) perform(output);
 */
export class Gate {
	readonly #abi: Abi;
	#handle: number;
	/** Whether an output may be there; if not, `#wait` is the next. */
	#pending = true;
	#wait: Output & { type: 'wait' } = { type: 'wait', deadline: undefined };
	/** The last status seen, and its number: it is asked for far more often than it changes. */
	#status: readonly [number, GateStatus] = [0, { type: 'loading' }];

	/** @throws RangeError if options contradict each other, naming them. */
	constructor(module: GateModule, options: GateOptions = {}) {
		const abi = abiOf(module);
		this.#abi = abi;
		this.#handle = hand(abi, options, (present) => module.make_gate(present));
		abi.refresh();
	}

	/** Begin. Ignored if the gate has begun already. */
	start(now: number): void {
		this.#input(now, 0);
	}

	/** A subscription stands: from now on every write is announced. */
	subscribed(now: number): void {
		this.#input(now, 1);
	}

	/** The subscription could not be made. */
	subscribeFailed(now: number): void {
		this.#input(now, 2);
	}

	/** The subscription that stood has ended though the gate did not ask for that. */
	subscriptionEnded(now: number): void {
		this.#input(now, 3);
	}

	/** The candidate of the last `apply` is what the window shows now. */
	appliedOne(now: number): void {
		this.#input(now, 4);
	}

	/** It could not be applied; the window shows what it showed before. */
	applyFailed(now: number): void {
		this.#input(now, 5);
	}

	/** Somebody wants a state at least as new as this moment; the ticket that `settle` answers. */
	refresh(now: number): number {
		this.#input(now, 6);
		return this.#look(4);
	}

	/** The window cannot be seen. */
	hidden(now: number): void {
		this.#input(now, 7);
	}

	/** The window can be seen again, or the machine has woken. */
	shown(now: number): void {
		this.#input(now, 8);
	}

	/** End for good. */
	stop(now: number): void {
		this.#input(now, 9);
	}

	/** The deadline of `wait` has come. */
	tick(now: number): void {
		this.#input(now, 10);
	}

	/** A fetch brought an error. */
	fetchFailed(now: number, id: number): void {
		this.#input(now, 11, undefined, id);
	}

	/** A fetch brought a snapshot, or the word that the window shows this version already. */
	fetched(now: number, id: number, version: Version): void {
		this.#input(now, 12, version, id);
	}

	/** A version exists and the driver holds its state: the answer to an own write. */
	offered(now: number, version: Version): void {
		this.#input(now, 13, version);
	}

	/** A version exists. What came with it is kept by the driver until applied or outdated. */
	announced(now: number, version: Version, news: News): void {
		if (typeof news === 'string') {
			this.#input(now, news === 'state' ? 15 : 14, version);
		} else {
			this.#input(now, 16, version, this.#abi.put(2, news), news);
		}
	}

	/** What to do next. Ends every drain with `wait`. */
	poll(): Output {
		if (this.#pending) {
			const answer = this.#abi.checked(this.#abi.module.poll(this.#handle));
			if (answer === OUTPUT) {
				return outputOf(this.#abi);
			}
			this.#take(answer);
		}
		return this.#wait;
	}

	/** The version that the window shows; `undefined` before the first snapshot. */
	get applied(): Version | undefined {
		return this.#version(0);
	}

	/** The newest version heard of. */
	get wanted(): Version | undefined {
		return this.#version(1);
	}

	/** The version whose news the driver has to keep. */
	get kept(): Version | undefined {
		return this.#version(2);
	}

	/** When the pacing lets through what it holds back; `undefined` if nothing, or for good. */
	get pacedUntil(): number | undefined {
		return deadlineOf(this.#look(3));
	}

	/** How the replica is doing. */
	get status(): GateStatus {
		const status = this.#look(5);
		if (status !== this.#status[0]) {
			const type = STATUSES[status];
			this.#status = [status, type ? { type } : { type: 'retrying', attempt: status - 2 }];
		}
		return this.#status[1];
	}

	/** Gives its memory back. Again, it does nothing. */
	free(): void {
		this.#abi.module.free(this.#handle);
		this.#handle = FREED;
		this.#pending = true;
	}

	#input(now: number, which: number, version?: Version, more = 0, base?: Version): void {
		const abi = this.#abi;
		const lengths = version === undefined ? 0 : abi.put(0, version);
		const answer = abi.module.input(this.#handle, now, which, lengths, more);
		this.#take(answer < OUTPUT ? abi.checked(answer, version, base) : answer);
	}

	/** The answer to an input: that there is an output, or the next deadline. */
	#take(answer: number): void {
		this.#pending = answer === OUTPUT;
		if (this.#pending) {
			return;
		}
		const deadline = deadlineOf(answer);
		// In a burst it is the same again and again.
		if (deadline !== this.#wait.deadline) {
			this.#wait = { type: 'wait', deadline };
		}
	}

	#look(which: number): number {
		return this.#abi.checked(this.#abi.module.look(this.#handle, which));
	}

	#version(which: number): Version | undefined {
		return this.#look(which) ? this.#abi.version(0) : undefined;
	}
}

/** Reads the output that is in the numbers. */
function outputOf(abi: Abi): Output {
	// By index: an iterator would cost more than the call before it.
	const { 0: kind, 1: first, 2: second, 3: phase, 4: retryIn } = abi.numbers as unknown as Five;
	switch (kind) {
		case 1:
			return { type: 'subscribe' };
		case 2:
			return { type: 'unsubscribe' };
		case 3:
			return { type: 'fetch', id: first };
		case 4: {
			const candidate = CANDIDATES[second] ?? ((second === 3 && abi.given) || abi.version(0));
			return { type: 'apply', candidate };
		}
		case 5: {
			const [cause, attempt] = [CAUSES[second]!, first];
			return {
				type: 'report',
				phase: PHASES[phase]!,
				cause,
				attempt,
				...(retryIn >= 0 && { retryIn }),
				...(cause === 'stale' && { fetched: abi.version(0), wanted: abi.version(2) }),
			};
		}
		default:
			return { type: 'settle', through: first, settlement: SETTLEMENTS[second]! };
	}
}

type Five = [number, number, number, number, number];

/** Infinity is a deadline that never comes. */
function deadlineOf(answer: number): number | undefined {
	return answer === Infinity ? undefined : answer;
}
