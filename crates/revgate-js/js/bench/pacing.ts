import type { InvalidationThrottlingOptions } from '../src/index.js';

/** The pacing of `shared/src/pacing.rs`, by hand. */
export class HandPacer {
	readonly #debounce: number;
	readonly #maxWait: number;
	readonly #throttle: number;
	readonly #leading: boolean;
	#first = -1;
	#last = -1;
	#leads = false;
	#lastEvent = -Infinity;
	#periodStart = -Infinity;

	constructor({ debounceMs = 0, maxWaitMs, throttleMs = 0, leading }: InvalidationThrottlingOptions) {
		this.#debounce = debounceMs;
		this.#maxWait = maxWaitMs ?? debounceMs * 10;
		this.#throttle = throttleMs;
		this.#leading = leading ?? debounceMs === 0;
	}

	event(at: number): void {
		const isQuiet = at >= this.#lastEvent + this.#debounce;
		const now = Math.max(at, this.#lastEvent);
		if (this.#first >= 0) {
			this.#last = now;
			this.#leads = false;
		} else {
			this.#first = this.#last = now;
			this.#leads = isQuiet && this.#leading;
			if (now >= this.#periodStart + this.#throttle && !this.#leading && this.#debounce === 0) {
				this.#periodStart = now;
			}
		}
		this.#lastEvent = now;
	}

	/** When what waits may be delivered; Infinity if nothing waits. */
	deadline(): number {
		if (this.#first < 0) {
			return Infinity;
		}
		const quietAt = this.#leads
			? this.#first
			: Math.min(this.#last + this.#debounce, this.#first + this.#maxWait);
		return Math.max(quietAt, this.#periodStart + this.#throttle);
	}

	delivered(now: number): void {
		this.#first = -1;
		this.#periodStart = now;
	}

	forget(): void {
		this.#first = -1;
	}
}
