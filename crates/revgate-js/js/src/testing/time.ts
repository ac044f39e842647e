/** Time that stands still until it is told to go on. */

import type { Host } from '../sync/host.js';

/** The longest that {@link VirtualTime.until} lets go by. */
const LONGEST_MS = 60 * 60 * 1000;

interface Timer {
	readonly at: number;
	readonly call: () => void;
}

/**
 * A clock that stands still until it is told to go on: an hour of timers passes in no time, in the same
 * order each time. Promises are settled as ever.
 *
 * @example
 * const time = new VirtualTime();
 * time.after(3_600_000, () => console.log('an hour later'));
 * await time.advance(3_600_000);
 */
export class VirtualTime implements Host {
	#now = 0;
	/** In the order of setting. */
	readonly #timers = new Set<Timer>();

	readonly now = (): number => this.#now;

	readonly after = (delayMs: number, call: () => void): (() => void) => {
		const timer = { at: this.#now + delayMs, call };
		this.#timers.add(timer);
		return () => void this.#timers.delete(timer);
	};

	/** How many timers are set. */
	get timers(): number {
		return this.#timers.size;
	}

	/** Resolves when so much time has gone by. */
	sleep(ms: number): Promise<void> {
		return new Promise((done) => void this.after(ms, done));
	}

	/** Lets all happen that needs no time. */
	async settle(): Promise<void> {
		await this.advance(0);
	}

	/** Lets so many milliseconds go by, and all happen that falls due in them. */
	async advance(ms: number): Promise<void> {
		const end = this.#now + ms;
		await drained();
		for (let next = this.#next(end); next; next = this.#next(end)) await this.#fire(next);
		this.#now = end;
	}

	/**
	 * Lets time go by until the promise has settled. What it comes to.
	 *
	 * @throws {Error} if nothing is left to happen, or an hour has gone by, and it has not.
	 */
	async until<T>(promise: PromiseLike<T>): Promise<T> {
		let hasSettled = false;
		const settled = (): void => void (hasSettled = true);
		promise.then(settled, settled);
		const end = this.#now + LONGEST_MS;
		await drained();
		while (!hasSettled) {
			const next = this.#next(end);
			if (!next) throw new Error('it never settles: nothing is left to happen within an hour');
			await this.#fire(next);
		}
		return promise;
	}

	/** The first timer that is due by then. */
	#next(end: number): Timer | undefined {
		let next: Timer | undefined;
		for (const timer of this.#timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
		return next;
	}

	async #fire(timer: Timer): Promise<void> {
		this.#timers.delete(timer);
		this.#now = Math.max(this.#now, timer.at);
		timer.call();
		await drained();
	}
}

/** Resolves when no promise is left to be settled: a message comes after all of them, also where timers are mocked. */
function drained(): Promise<void> {
	const { port1, port2 } = new MessageChannel();
	return new Promise((done) => {
		port1.onmessage = () => {
			port1.close();
			done();
		};
		port2.postMessage(undefined);
	});
}
