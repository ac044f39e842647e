/** What an app holds of what the page follows. */

import { FUNCTION } from '../gate/check.js';
import type { Done, Status } from '../sync/transport.js';
import type { TopicName, Unsubscribe } from '../types.js';
import type { TopicError } from './error.js';
import type { Following } from './following.js';
import type { Listeners } from './listeners.js';

/** What each handle needs of it. */
type Followed = Pick<Following<never>, 'topic' | 'status' | 'error' | 'dismissError' | 'statuses' | 'errors' | 'errorOf'>;

/** One of several handles, which stops by itself. Its functions are bound, so that each can be handed on. */
export abstract class Handle<F extends Followed> {
	protected readonly followed: F;
	protected hasEnded = false;
	readonly #release: (followed: F) => void;
	readonly #ends = new Set<Unsubscribe>();

	/** @param release lets go of what is followed */
	constructor(followed: F, release: (followed: F) => void) {
		this.followed = followed;
		this.#release = release;
	}

	get name(): TopicName {
		return this.followed.topic;
	}

	readonly status = (): Status => (this.hasEnded ? { type: 'stopped' } : this.followed.status);

	readonly error = (): TopicError | undefined => this.followed.error;

	readonly dismissError = (): void => this.followed.dismissError();

	readonly onStatus = (listener: (status: Status) => void): Unsubscribe =>
		this.listen(this.followed.statuses, listener);

	readonly onError = (listener: (error: TopicError) => void): Unsubscribe =>
		this.listen(this.followed.errors, listener);

	readonly stop = (): void => {
		if (this.hasEnded) return;
		this.hasEnded = true;
		for (const end of this.#ends) end();
		this.#release(this.followed);
	};

	protected ask<A>(call: (done: Done) => void, read: () => A): Promise<A> {
		const answer = new Promise<A>((resolve, reject) => {
			call((failure) => (failure ? reject(this.followed.errorOf(failure)) : resolve(read())));
		});
		answer.catch(() => undefined);
		return answer;
	}

	protected listen<N extends unknown[]>(listeners: Listeners<N>, listener: (...news: N) => void): Unsubscribe {
		FUNCTION(listener, 'listener');
		return this.until(listeners.add(listener));
	}

	/** What ends a listener, at the latest with the handle. */
	protected until(end: Unsubscribe): Unsubscribe {
		const once = (): void => {
			this.#ends.delete(once);
			end();
		};
		this.#ends.add(once);
		if (this.hasEnded) once();
		return once;
	}
}
