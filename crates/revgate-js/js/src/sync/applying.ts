import { isThenable } from './guard.js';
import type { Host } from './host.js';

/** How an apply ended: without an error, well. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/** Carries out applies. One may take its time, but not for ever. */
export interface Applying {
	/**
	 * Applies. Whether that has ended at once; if not, `ended` is called later.
	 *
	 * @throws What `apply` throws.
	 */
	run(apply: () => unknown, ended: Ended): boolean;
	/** Waits no longer. */
	stop(): void;
}

/** @param repeat has an apply made once more. */
export function createApplying(
	host: Host,
	limitMs: number,
	repeat: (apply: () => unknown) => void,
): Applying {
	let stop = () => {};
	/** How many were given up and have not ended. */
	let overdue = 0;
	/** The last one made since one of those was given up. */
	let last: (() => unknown) | undefined;

	return {
		run(apply, ended) {
			const made = () => {
				last = overdue > 0 ? apply : undefined;
			};
			const answer = apply();
			if (!isThenable(answer)) {
				made();
				return true;
			}
			let isGivenUp = false;
			stop = host.after(limitMs, () => {
				isGivenUp = true;
				overdue++;
				ended({ error: new Error(`not applied within ${limitMs} ms`) });
			});
			const end: Ended = (failure) => {
				if (!isGivenUp) {
					stop();
					failure ?? made();
					return ended(failure);
				}
				// It has ended after all, maybe on top of what was applied since.
				overdue--;
				if (last !== undefined) {
					repeat(last);
				}
			};
			Promise.resolve(answer).then(() => end(), (error) => end({ error }));
			return false;
		},
		stop: () => stop(),
	};
}
