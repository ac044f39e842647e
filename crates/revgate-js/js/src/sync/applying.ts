import { isThenable } from './guard.js';
import type { Host } from './host.js';

/** How an apply ended: without an error, well. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/** Carries out applies. One may take its time, but no more than `limit` of it. */
export class Applying {
	readonly #host: Host;
	readonly #limit: number;
	/** Has an apply made once more. */
	readonly #repeat: (apply: () => unknown) => void;
	#cancel: (() => void) | undefined;
	/** How many were given up and have not ended. */
	#overdue = 0;
	/** The last one made since one of those was given up. */
	#last: (() => unknown) | undefined;

	constructor(host: Host, limit: number, repeat: (apply: () => unknown) => void) {
		this.#host = host;
		this.#limit = limit;
		this.#repeat = repeat;
	}

	/**
	 * Applies. Whether that has ended at once; if not, `ended` is called later.
	 *
	 * @throws What `apply` throws.
	 */
	run(apply: () => unknown, ended: Ended): boolean {
		const answer = apply();
		if (!isThenable(answer)) {
			this.#made(apply);
			return true;
		}
		let isGivenUp = false;
		const end = (failure?: { readonly error: unknown }) => {
			if (isGivenUp) {
				return this.#heal();
			}
			this.stop();
			if (failure === undefined) {
				this.#made(apply);
			}
			ended(failure);
		};
		this.#cancel = this.#host.after(this.#limit, () => {
			isGivenUp = true;
			this.#overdue++;
			ended({ error: new Error(`not applied within ${this.#limit} ms`) });
		});
		Promise.resolve(answer).then(() => end(), (error) => end({ error }));
		return false;
	}

	/** Waits no longer. */
	stop(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}

	#made(apply: () => unknown): void {
		this.#last = this.#overdue > 0 ? apply : undefined;
	}

	/** One that was given up has ended after all, maybe on top of what was applied since. */
	#heal(): void {
		const last = this.#last;
		if (--this.#overdue === 0) {
			this.#last = undefined;
		}
		if (last !== undefined) {
			this.#repeat(last);
		}
	}
}
