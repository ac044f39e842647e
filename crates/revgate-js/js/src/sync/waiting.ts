import type { SyncErrorContext } from '../types.js';
import type { Done } from './transport.js';

/** Who waits for the start, and who for a refresh. */
export class Waiting {
	#starts: Done[] = [];
	/** In the order of their tickets. */
	#refreshes: { readonly ticket: number; readonly done: Done }[] = [];

	forStart(done: Done): void {
		this.#starts.push(done);
	}

	forRefresh(ticket: number, done: Done): void {
		this.#refreshes.push({ ticket, done });
	}

	/** Has everybody who waits for a refresh wait for this ticket, and `done` too. */
	postpone(ticket: number, done: Done): void {
		this.#refreshes = [...this.#refreshes, { done }].map(({ done }) => ({ ticket, done }));
	}

	get hasRefreshes(): boolean {
		return this.#refreshes.length > 0;
	}

	/** Tells everybody who waits for the start. */
	settleStarts(failure?: SyncErrorContext): void {
		if (this.#starts.length > 0) {
			const starts = this.#starts;
			this.#starts = [];
			starts.forEach((done) => done(failure));
		}
	}

	/** Tells everybody who waits for a refresh up to this ticket. */
	settleRefreshes(through: number, failure?: SyncErrorContext): void {
		const ended = this.#refreshes.filter(({ ticket }) => ticket <= through);
		this.#refreshes = this.#refreshes.filter(({ ticket }) => ticket > through);
		ended.forEach(({ done }) => done(failure));
	}
}
