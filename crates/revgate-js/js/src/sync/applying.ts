import { isThenable } from './guard.js';
import type { Host } from './host.js';
import type { Turns } from './turns.js';

/** How an apply ended: without an error, well. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/** Applies, which may take their time, but not for ever. */
export interface Applying {
	/** Whether one was given up and has not ended. */
	readonly isOverdue: boolean;
	/**
	 * Does what applies. `ended` is called at once if that is no promise; if it is one, everything
	 * waits for it, and then `ended` is called, and `after`. Whether it was at once.
	 */
	run(apply: () => unknown, ended: Ended, after?: () => void): boolean;
	/** Waits no longer. */
	stop(): void;
}

/** @param late is called when one that was given up has ended after all. */
export function createApplying(host: Host, limitMs: number, turns: Turns, late: () => void): Applying {
	let stop = () => {};
	let overdue = 0;

	return {
		get isOverdue() {
			return overdue > 0;
		},
		run(apply, ended, after) {
			let answer: unknown;
			try {
				answer = apply();
			} catch (error) {
				ended({ error });
				return true;
			}
			if (!isThenable(answer)) {
				ended();
				return true;
			}
			let isGivenUp = false;
			const resume: Ended = (failure) =>
				turns.resume(() => {
					ended(failure);
					after?.();
				});
			turns.hold();
			stop = host.after(limitMs, () => {
				isGivenUp = true;
				overdue++;
				resume({ error: new Error(`not applied within ${limitMs} ms`) });
			});
			const end: Ended = (failure) => {
				if (isGivenUp) {
					overdue--;
					return late();
				}
				stop();
				resume(failure);
			};
			Promise.resolve(answer).then(() => end(), (error) => end({ error }));
			return false;
		},
		stop: () => stop(),
	};
}
