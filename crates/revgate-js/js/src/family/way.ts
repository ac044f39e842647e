/** The way of a member to the backend: news come from the family, all else goes as ever. */

import type { Listener } from '../sync/transport.js';
import type { TopicBackend } from '../topic/backend.js';
import type { Unsubscribe } from '../types.js';

/** A family, as the way of its members sees it. */
export interface Near {
	/** Ends when it is known what the family has, or that this takes its time. */
	settled(): Promise<unknown>;
	/** Adds a listener to a member's news; once the family has stopped, in vain. */
	listen(topic: string, listener: Listener): Unsubscribe;
	/**
	 * Whether that is told all of the member: of a large one it is told the version alone, which is
	 * enough for who reads, and fetches it.
	 */
	isToldOf(topic: string): boolean;
	/** The member's version and state, as the backend would send it; `undefined` if that is not known. */
	fetched(topic: string): string | undefined;
}

/**
 * Beside a family that holds the member's state, a subscription of its own is none of the backend's.
 * What the family knows by its version alone, as it is large, is subscribed to there, which brings
 * patches; so is what it does not have.
 */
export function wayOf(near: Near, far: TopicBackend): TopicBackend {
	return {
		async subscribe(topic, listener, known) {
			// What it does not have yet it may have soon.
			await near.settled();
			// Also beside a subscription of its own: it is never behind what the family shows.
			const end = near.listen(topic, listener);
			if (near.isToldOf(topic)) {
				const fetched = near.fetched(topic);
				return fetched === undefined ? end : { end, fetched };
			}
			try {
				const answer = await far.subscribe(topic, listener, known);
				const both = (farEnd: Unsubscribe) => () => {
					end();
					return farEnd();
				};
				return typeof answer === 'function' ? both(answer) : { ...answer, end: both(answer.end) };
			} catch (error) {
				end();
				throw error;
			}
		},
		fetch: (topic, known) => far.fetch(topic, known),
		write: (topic, change) => far.write(topic, change),
		...(far.act && { act: (topic, batch) => far.act!(topic, batch) }),
		...(far.host && { host: far.host }),
	};
}
