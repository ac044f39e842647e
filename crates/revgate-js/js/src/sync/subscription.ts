import type { Unsubscribe } from '../types.js';
import { attempt, quietly } from './guard.js';
import type { Reporter } from './report.js';
import type { Transport } from './transport.js';

/** What comes of asking to be told of announcements. */
export interface Outcomes {
	announced(message: unknown): void;
	/** It stands. Whether somebody wants it still. */
	stood(): boolean;
	/** It could not be made. */
	failed(error: unknown): void;
	/** The one that stood has ended. */
	ended(reason: unknown): void;
	/** Does `call` when its turn comes. */
	enter(call: () => void): void;
}

/** One asking. */
interface Asking {
	hasEnded: boolean;
	reason?: unknown;
	end?: Unsubscribe | undefined;
}

/** The subscription: at most one, the newest that stands. */
export class Subscription {
	readonly #transport: Transport;
	readonly #reporter: Reporter;
	readonly #outcomes: Outcomes;
	#held: Asking | undefined;

	constructor(transport: Transport, reporter: Reporter, outcomes: Outcomes) {
		this.#transport = transport;
		this.#reporter = reporter;
		this.#outcomes = outcomes;
	}

	/** Asks for announcements. */
	ask(): void {
		const { announced, failed, enter } = this.#outcomes;
		const asking: Asking = { hasEnded: false };
		const ended = (reason: unknown) => {
			if (!asking.hasEnded) {
				asking.hasEnded = true;
				asking.reason = reason ?? new Error('the backend has ended the subscription');
				enter(() => this.#end(asking));
			}
		};
		attempt(() => this.#transport.subscribe({ announced, ended })).then(
			(end) => enter(() => this.#hold(asking, end)),
			(error) => enter(() => failed(error)),
		);
	}

	/** Ends the one that stands. */
	drop(): void {
		if (this.#held !== undefined) {
			const { end } = this.#held;
			this.#held = undefined;
			this.#release(end);
		}
	}

	#hold(asking: Asking, end: Unsubscribe): void {
		if (asking.hasEnded) {
			// The end was faster than the answer; what may stand from another asking stays.
			this.#release(end);
			return this.#outcomes.failed(asking.reason);
		}
		this.drop();
		asking.end = end;
		this.#held = asking;
		if (!this.#outcomes.stood()) {
			this.drop();
		}
	}

	/** Only the end of the one that stands is news: an asking given up may end beside it. */
	#end(asking: Asking): void {
		if (asking === this.#held) {
			this.drop();
			this.#outcomes.ended(asking.reason);
		}
	}

	/** Calls what ends a subscription. Whether it could is no news of the topic. */
	#release(end: unknown): void {
		const failed = (error: unknown) => this.#reporter.warn('a subscription may still stand', error);
		if (typeof end === 'function') {
			quietly(() => end(), failed);
		} else {
			failed(new TypeError(`a subscriber must give a function that ends it, not ${typeof end}`));
		}
	}
}
