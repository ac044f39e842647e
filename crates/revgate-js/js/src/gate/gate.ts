/**
 * The revision gate: decides when to subscribe, when to fetch, and what to apply. All rules are the
 * Rust crate's; here is their way into JavaScript.
 */

import { type GateModule, OUTPUT, type Version } from './abi.js';
import { type GateOptions, hand } from './options.js';

export { GateModule, type Version } from './abi.js';
export { RevisionError } from './errors.js';
export type { BackoffOptions, GateOptions } from './options.js';
export { Pacer } from './pacer.js';
export { backoffDelay, compareVersions, parseFault } from './rules.js';

/** What the gate is told: those of `Input` in the core, by their numbers in `src/module.rs`. */
export const enum Input {
	/** Begin. Ignored if the gate has begun already. */
	Start,
	/** A subscription stands: from now on every write is announced. */
	Subscribed,
	/** The subscription could not be made. */
	SubscribeFailed,
	/** The subscription that stood has ended though the gate did not ask for that. */
	SubscriptionEnded,
	/** The candidate of the last `Apply` is what the window shows now. */
	Applied,
	/** It could not be applied; the window shows what it showed before. */
	ApplyFailed,
	/** Somebody wants a state at least as new as this moment: `Settle` answers `Look.Ticket`. */
	Refresh,
	/** The window cannot be seen. */
	Hidden,
	/** The window can be seen again, or the machine has woken. */
	Shown,
	/** End for good. */
	Stop,
	/** The deadline has come. */
	Tick,
	/** The fetch of this id brought an error. */
	FetchFailed,
	/** It brought a snapshot, or the word that the window shows this version already. */
	Fetched,
	/** A version exists and the driver holds its state: the answer to an own write. */
	Offered,
	/** A version exists. */
	Announced,
	/** The same, with its state, which the driver keeps while {@link Look.Keeps} says so. */
	AnnouncedState,
	/** The same with a patch on a base. */
	AnnouncedPatch,
}

/** What the gate asks of the driver, by its number in `src/exchange.rs`. What it holds is in {@link Gate.numbers}. */
export const enum Output {
	/** Nothing until the deadline. */
	Wait,
	Subscribe,
	Unsubscribe,
	/** 1: the id. */
	Fetch,
	/** 2: of {@link Candidate}. */
	Apply,
	/**
	 * A failure. 1: how many in a row it makes; 2: of {@link Cause}; 3: the phase; 4: when the gate
	 * tries again, from now, NaN if nothing is due any more.
	 */
	Report,
	/** 1: how far refreshes have ended, by their tickets; 2: how, 0 for well. */
	Settle,
}

/** Which state to apply. */
export const enum Candidate {
	Fetched,
	Offered,
	/** That of the news kept. */
	Kept,
}

/** Why something has failed. */
export const enum Cause {
	Failed,
	TimedOut,
	/** The version at 0 came though the one at 2 was announced. */
	Stale,
}

/** What can be seen of a gate, by its number in `src/module.rs`. */
export const enum Look {
	/** Whether there is a version that the window shows. It is at 0, as the next two are. */
	Applied,
	/** The newest version heard of. */
	Wanted,
	/** The version whose news the driver has to keep. */
	Kept,
	/** When the pacing lets through what it holds back; `Infinity` if nothing, or for good. */
	PacedUntil,
	/** The ticket of the last refresh. */
	Ticket,
	/** 0 loading, 1 live, 2 stopped; above, how many failures in a row there are, and 2. */
	Status,
	/** Whether the version just announced is the one whose news the driver has to keep. */
	Keeps,
}

/** How the replica is doing. */
export type GateStatus =
	| { type: 'loading' | 'live' | 'stopped' }
	| { type: 'retrying'; attempt: number };

/**
 * A gate for one topic in one window. It sees versions and ids, never the state; times are
 * milliseconds of a clock that does not go back, from any origin.
 *
 * **After every input, {@link Gate.poll} until it returns `Wait`; answer an `Apply` with `Applied` or
 * `ApplyFailed` before any other input.** By the deadline, if there is one, `Tick`. Every input
 * throws a `RangeError` for a time that is NaN or negative, those with a version a `RevisionError` for
 * one that is not canonical, and all an `Error` once the gate was freed; then nothing has changed.
 *
 * @example
 * const gate = new Gate(await loadGate());
 * gate.handle(performance.now(), Input.Start);
 * for (let output = gate.poll(); output !== Output.Wait; output = gate.poll()) perform(output);
 */
export class Gate {
	readonly #module: GateModule;
	#handle: number;
	/** What the last call has answered: that there is an output to be polled, or the deadline. */
	#answer = OUTPUT;

	/** @throws RangeError if options contradict each other, naming them. */
	constructor(module: GateModule, options: GateOptions = {}) {
		this.#module = module;
		this.#handle = hand(module, options, (bits) => module.exports.make_gate(bits));
	}

	/** By when the gate wants to be told of a `Tick`, if it waits; `Infinity` for never. */
	get deadline(): number {
		return this.#answer;
	}

	/** What the output just polled holds. */
	get numbers(): Float64Array {
		return this.#module.numbers;
	}

	/** Takes an input; `id` is that of a fetch, `base` that of a patch. */
	handle(now: number, input: Input, version?: Version, id = 0, base?: Version): void {
		const module = this.#module;
		const lengths = version === undefined ? 0 : module.put(0, version);
		const more = base === undefined ? id : module.put(2, base);
		this.#answer = module.checked(module.exports.input(this.#handle, now, input, lengths, more), version, base);
	}

	/** What to do next. Ends every drain with `Wait`. */
	poll(): Output {
		if (this.#answer === OUTPUT) {
			this.#answer = this.#module.checked(this.#module.exports.poll(this.#handle));
		}
		return this.#answer === OUTPUT ? this.#module.numbers[0]! : Output.Wait;
	}

	look(which: Look): number {
		return this.#module.checked(this.#module.exports.look(this.#handle, which));
	}

	/** Of an output, or a look, that has versions: the one at 0, or at 2. */
	version(place: number): Version {
		return this.#module.version(place);
	}

	/** @throws RevisionError if the version is none. */
	check(version: Version): void {
		this.#module.compare(version, version);
	}

	/** Gives its memory back. Again, it does nothing. */
	free(): void {
		this.#module.exports.free(this.#handle);
		// What no gate has.
		this.#handle = this.#answer = -1;
	}
}
