import type { Host } from './host.js';

/** How an apply ended: without an error, well. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/** The applies that take their time, but not for ever. */
export interface Applying {
	/** Whether one was given up and has not ended. */
	readonly isOverdue: boolean;
	/** Waits for one. */
	wait(answer: PromiseLike<unknown>, ended: Ended): void;
	/** Waits no longer. */
	stop(): void;
}

/** @param late is called when one that was given up has ended after all. */
export function createApplying(host: Host, limitMs: number, late: () => void): Applying {
	let stop = () => {};
	let overdue = 0;

	return {
		get isOverdue() {
			return overdue > 0;
		},
		wait(answer, ended) {
			let isGivenUp = false;
			stop = host.after(limitMs, () => {
				isGivenUp = true;
				overdue++;
				ended({ error: new Error(`not applied within ${limitMs} ms`) });
			});
			const end: Ended = (failure) => {
				if (isGivenUp) {
					overdue--;
					return late();
				}
				stop();
				ended(failure);
			};
			Promise.resolve(answer).then(() => end(), (error) => end({ error }));
		},
		stop: () => stop(),
	};
}
