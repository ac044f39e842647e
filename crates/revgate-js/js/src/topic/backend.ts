/** The way to the backend and back. */

import type { Version } from '../gate/gate.js';
import type { Host } from '../sync/host.js';
import type { Listener } from '../sync/transport.js';
import type { Unsubscribe } from '../types.js';

/**
 * Carries a topic's messages, all of them JSON as text: JavaScript's values have no integers
 * beyond 2^53. It may lose, repeat, delay and reorder announcements.
 *
 * A call that was refused rejects with the text of the refusal: an object with a `kind`.
 *
 * @example
 * const backend: TopicBackend = {
 * 	subscribe: async (topic, { announced }) => listen(topic, (text) => announced(JSON.parse(text))),
 * 	fetch: async (topic) => invoke('state_of', { topic }),
 * 	write: async (topic, change) => invoke('change', { topic, change }),
 * };
 */
export interface TopicBackend {
	/**
	 * Asks for every announcement of the topic. The function that it resolves to ends that. It may
	 * bring the state along, so that a window has its first one after one round trip: see
	 * {@link Followed}.
	 */
	subscribe(topic: string, listener: Listener, known: Version | undefined): Promise<Unsubscribe | Followed>;
	/**
	 * The state that the page has asked for before this topic was made, if it has, as {@link TopicBackend.fetch}
	 * has it: what is there already is shown at once. Called until there is a state.
	 */
	preloaded?(topic: string): string | Promise<string | undefined> | undefined;
	/**
	 * The state: an object with `revision`, `epoch` and `data`; without `data` if it is no newer
	 * than the version `known`.
	 */
	fetch(topic: string, known: Version | undefined): Promise<string>;
	/**
	 * Makes a change if the newest version is still its base. The answer is an object with
	 * `revision` and `epoch`, and with `data` if the backend has made another state of it.
	 */
	write(topic: string, change: Written): Promise<string>;
	/**
	 * Does actions, each once however often it is sent: they are told apart by their source and their
	 * numbers. The answer is an object with `revision` and `epoch`, and `refused`, a list of those that
	 * were not done. Without this function the topic has no actions.
	 */
	act?(topic: string, batch: ActionBatch): Promise<string>;
	/**
	 * Creates a topic of a family, which starts with this state. The answer is an object with `revision` and `epoch`.
	 * One that is there already stays as it is, and the call is refused: `{ "kind": "exists" }`. Without this function
	 * windows create none.
	 */
	createMember?(topic: string, state: string): Promise<string>;
	/** Removes a topic of a family; whether it was there. Without this function windows remove none. */
	removeMember?(topic: string): Promise<boolean>;
	/** The clock and the timers of topics that go to it, unless they have their own. Default: the page's. */
	readonly host?: Host;
}

/**
 * A subscription, and the state that came with it.
 *
 * @example
 * const followed: Followed = { end: () => unlisten(), fetched: '{"revision":"7","data":{"volume":40}}' };
 */
export interface Followed {
	/** Ends it. */
	readonly end: Unsubscribe;
	/**
	 * As {@link TopicBackend.fetch} has it: **read when the subscription stood**, so that no write falls
	 * between the two.
	 */
	readonly fetched: string;
}

/**
 * A change as it is sent.
 *
 * @example
 * const change: Written = { base: { revision }, patch: '[{"op":"remove","path":"/draft"}]' };
 */
export type Written =
	| { readonly base: Version; readonly patch: string }
	/**
	 * The whole state. With `ahead`, which is the state that another write on the same base makes,
	 * it may also be made on top of that.
	 */
	| { readonly base: Version; readonly data: string; readonly ahead?: string };

/**
 * Actions as they are sent.
 *
 * @example
 * const batch: ActionBatch = { source: '7', known: '3', actions: '[{"seq":"1","at":"0","action":"skip"}]' };
 */
export interface ActionBatch {
	/** The topic's epoch, as the window knows it: in another one, none is done. Absent is 0. */
	readonly epoch?: string;
	/**
	 * The newest revision that the window knew when it first sent the oldest of them. A backend that
	 * forgets sources tells by it whether it may have done them.
	 */
	readonly known: string;
	/** Who asks: a number of 64 bits. */
	readonly source: string;
	/** A list of objects with `seq`, `at` and `action`, in their order. */
	readonly actions: string;
}
