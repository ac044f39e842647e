import type { Version } from '../gate/gate.js';
import type { Unsubscribe } from '../types.js';
import { say, Word } from '../words/say.js';
import { attempt, quietly } from './guard.js';
import type { Standing, Transport } from './transport.js';

/** What comes of asking to be told of announcements. */
export interface Outcomes {
	announced(message: unknown): void;
	/** It stands, and this gives what came with it. Whether anybody still wants it. */
	stood(fetch: Standing['fetch'] | undefined): boolean;
	/** It could not be made. */
	failed(error: unknown): void;
	/** The one that stood has ended. */
	ended(reason: unknown): void;
	/** What ends it has failed. */
	lingers(error: unknown): void;
	/** Does a call when its turn comes. */
	enter(call: () => void): void;
}

/** The subscription: at most one, the newest that stands. */
export interface Subscription {
	/** Asks for announcements, as who has the state of this version. */
	ask(known: Version | undefined): void;
	/** Waits for no answer any more. */
	giveUp(): void;
	/** Ends the one that stands. */
	drop(): void;
}

export function createSubscription(
	transport: Transport,
	{ announced, stood, failed, ended, lingers, enter }: Outcomes,
): Subscription {
	/** What ends the one that stands. */
	let held: (() => void) | undefined;
	/** The newest asking. */
	let asking = new AbortController();

	const giveUp = () => asking.abort();

	function drop(): void {
		const end = held;
		held = undefined;
		end?.();
	}

	/** Ends one: whether it could is no news of the topic. */
	const ending = (end: Unsubscribe) => () => {
		if (typeof end === 'function') {
			quietly(end, lingers);
		} else {
			lingers(new TypeError(say(Word.NoUnsubscribe, typeof end)));
		}
	};

	function ask(known: Version | undefined): void {
		/** Why it has ended, once it has; and what ends it, while it stands. */
		let over: { readonly reason: unknown } | undefined;
		let own: (() => void) | undefined;
		giveUp();
		const { signal } = (asking = new AbortController());
		const listener = {
			announced,
			signal,
			ended(reason: unknown) {
				over ??= { reason: reason ?? new Error(say(Word.SubscriptionEnded)) };
				enter(() => {
					// Only the end of the one that stands is news: an asking given up may end beside it.
					if (own !== undefined && own === held) {
						drop();
						ended(over?.reason);
					}
				});
			},
		};
		const subscribed = (answer: Unsubscribe | Standing) => {
			// Whatever else came is no function, and told of as that.
			const { end = answer, fetch } = (answer ?? {}) as Partial<Standing>;
			own = ending(end as Unsubscribe);
			if (over !== undefined) {
				// The end was faster than the answer; what may stand from another asking stays.
				own();
				return failed(over.reason);
			}
			drop();
			held = own;
			// What came with one that is late is old.
			if (!stood(signal.aborted ? undefined : fetch)) {
				drop();
			}
		};
		attempt(() => transport.subscribe(listener, known)).then(
			(answer) => enter(() => subscribed(answer)),
			// Of one given up, that has been told.
			(error) => enter(() => signal.aborted || failed(error)),
		);
	}

	return { ask, giveUp, drop };
}
