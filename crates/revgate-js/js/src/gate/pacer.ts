import type { InvalidationThrottlingOptions } from '../types.js';
import type { GateModule } from './abi.js';
import { hand } from './options.js';

/**
 * The deadlines of a stream of events. Reads no clock: times are milliseconds, from any origin.
 *
 * **Call {@link Pacer.event} for each event; when {@link Pacer.deadline} has come, deliver and
 * call {@link Pacer.delivered}.** A delivery covers all events before it.
 *
 * @example
 * const pacer = new Pacer(await loadGate(), { debounceMs: 50 });
 * pacer.event(1000);
 * pacer.deadline(); // 1050
 */
export class Pacer {
	readonly #module: GateModule;
	#handle: number;

	/** @throws RangeError if options contradict each other, naming them. */
	constructor(module: GateModule, options: InvalidationThrottlingOptions) {
		this.#module = module;
		this.#handle = hand(module, { pacing: options }, (bits) => module.exports.make_pacer(bits));
	}

	/** An event has come. */
	event(now: number): void {
		this.#pace(now, 0);
	}

	/** When what waits may be delivered; `undefined` if nothing waits, or for good. */
	deadline(): number | undefined {
		const deadline = this.#pace(0, 3);
		return deadline === Infinity ? undefined : deadline;
	}

	/** All events so far have been delivered. */
	delivered(now: number): void {
		this.#pace(now, 1);
	}

	/** What waited has reached the window by another way. */
	forget(): void {
		this.#pace(0, 2);
	}

	/** Gives its memory back. Again, it does nothing. */
	free(): void {
		this.#module.exports.free(this.#handle);
		this.#handle = -1;
	}

	#pace(now: number, which: number): number {
		return this.#module.checked(this.#module.exports.pace(this.#handle, now, which));
	}
}
