/** The short way: a topic of the plugin in a JavaScript window. */

import { FUNCTION } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import type { Status } from '../sync/transport.js';
import type { TopicName, Unsubscribe } from '../types.js';
import { type Actions, type OptimisticAction, type OptimisticActions, shownOf } from './action.js';
import type { Recipe } from './draft.js';
import type { Waiting } from './edit.js';
import type { TopicError } from './error.js';
import { Handle } from './handle.js';
import { type ActingOptions, checkTopic, type TopicOptions } from './options.js';
import { acquire, release } from './registry.js';
import type { Replica } from './replica.js';

/**
 * The app's topics and their types, for {@link createTopic}. Declare them once; `cargo xtask types`
 * writes that from the Rust structs.
 *
 * @example
 * declare module 'revgate' {
 * 	interface Topics {
 * 		settings: { theme: 'light' | 'dark'; fontSize: number };
 * 		[doc: `doc:${string}`]: { title: string };
 * 	}
 * }
 */
export interface Topics {}

/** The type of a topic's actions by its name, as {@link Actions} has it: of one that is not there, none. */
export type ActionOf<Name> = Name extends keyof Actions ? Actions[Name] : never;

/**
 * A topic in this window, kept the same as in every other until it is stopped.
 *
 * @example
 * const settings = createTopic('settings');
 * settings.subscribe(({ theme }) => { document.documentElement.dataset.theme = theme; });
 * button.onclick = () => settings.update((draft) => { draft.theme = 'dark'; });
 */
export interface Topic<T, A = unknown> {
	/** Its name. */
	readonly name: TopicName;
	/**
	 * Calls `listener` with the state, at once if there is one, and whenever it changes: after each
	 * edit of this window, too. What has not changed of a state is the very same object as before.
	 */
	subscribe(listener: (state: T, version: Version) => void): Unsubscribe;
	/**
	 * The state, which is frozen; `undefined` before the first has come. Edits of this window are
	 * in it at once.
	 */
	get(): T | undefined;
	/** The backend's version that the state is or is built on. */
	version(): Version | undefined;
	/** Whether the state is the last known one, of `options.cache`: the backend has not answered. */
	isCached(): boolean;
	/** How the synchronisation is doing. */
	status(): Status;
	/**
	 * The last failure. That of a write stays, whatever comes from elsewhere meanwhile, until this window
	 * writes again or {@link Topic.dismissError}; that of the link goes once a state or an answer has come
	 * after it.
	 */
	error(): TopicError | undefined;
	/** Forgets the failure of a write, which somebody has read. */
	dismissError(): void;
	/** How many edits of this window the backend has not answered. */
	pending(): number;
	/**
	 * Resolves to the first state, as soon as it is there. Rejects if the topic is stopped before, or
	 * if no state is to be had: the backend has none for this window, or there is no backend or no
	 * gate. Asked again, it tries anew.
	 */
	ready(): Promise<T>;
	/**
	 * Changes the state: shown at once, sent to the backend, taken back if that refuses. Edits made
	 * while a write is under way are sent together after it. Before the first state nothing is
	 * shown; the edit waits for it, and fails if none is to be had, as {@link Topic.ready} does, or if
	 * none has come by the time that a write may take.
	 *
	 * **The recipe is played again on whatever other windows have written meanwhile**, so it may run
	 * more than once, and on a state that was never shown here: it looks up what it changes by an
	 * id rather than by an index. One that throws fails alone: it is taken back, and the others
	 * stay. An edit that changes nothing is not sent; it ends well, with the version that it found.
	 *
	 * Resolves to the version that has the edit. Rejects with a {@link TopicError}, whose `fate` says
	 * whether the edit was made, or may have been; that is also told to {@link Topic.onError} and
	 * the log, so the promise may be ignored. An edit that is not even looked at, made by a listener,
	 * is told to the log alone: the topic was stopped, say, or the listener is in a circle of edits.
	 */
	update(recipe: Recipe<T>): Promise<Version>;
	/**
	 * Does something to the topic that its Rust type defines: **decided in Rust**, on whatever is the
	 * state there, so that two windows that act at the same time both count. Sent in order with this
	 * window's edits, several together, and again after a failure of the way there: done once.
	 *
	 * By default its effect shows when the backend's state has it. `shown`, or `options.actions`, shows
	 * something at once, is played again as a recipe is, and goes when the state has the action. If it
	 * throws before the action is sent, that is not sent.
	 *
	 * Resolves to the version that has it, when that is shown; at the latest so long after the answer
	 * as a write may take. Rejects with a {@link TopicError}, as {@link Topic.update} does: if the
	 * action has refused itself, with the app's own error in `refused`, and no other fails with it.
	 *
	 * @example
	 * await player.act({ like: { track: 7 } }, (draft) => { draft.liked.push(7); });
	 */
	act(action: A, shown?: OptimisticAction<T, A>): Promise<Version>;
	/** Replaces the state, as an {@link Topic.update} that returns it: also over others' edits. */
	replace(state: T): Promise<Version>;
	/**
	 * Fetches now, whatever the pacing. Resolves when a state at least as new as this call is shown;
	 * rejects with a {@link TopicError} if that fetch fails. What is wanted is still tried again.
	 */
	refresh(): Promise<Version>;
	/** Calls `listener` whenever {@link Topic.status} changes. */
	onStatus(listener: (status: Status) => void): Unsubscribe;
	/** Calls `listener` with each failure. What is due is tried again by itself. */
	onError(listener: (error: TopicError) => void): Unsubscribe;
	/** Calls `listener` whenever {@link Topic.pending} changes. */
	onPending(listener: (pending: number) => void): Unsubscribe;
	/**
	 * Ends this handle: its listeners hear nothing more. With the last handle of a topic ends the
	 * page's subscription. Edits that are under way by then are still written.
	 */
	stop(): void;
}

/**
 * A topic of the plugin `tauri-plugin-revgate`, kept the same in this window as in every other. All
 * handles of a name in a page share one subscription and one state.
 *
 * @throws {TypeError} if an option is of the wrong kind or unknown.
 * @throws {RangeError} if a number makes no sense, or the topic is in use with other options.
 *
 * @example
 * const settings = createTopic('settings');
 * await settings.ready();
 * await settings.update((draft) => { draft.theme = 'dark'; });
 * settings.stop();
 */
export function createTopic<K extends keyof Topics & string>(
	name: K,
	options?: ActingOptions<Topics[K], ActionOf<K>>,
): Topic<Topics[K], ActionOf<K>>;
export function createTopic<T, A = unknown>(name: TopicName, options?: ActingOptions<T, A>): Topic<T, A>;
export function createTopic<T, A>(name: TopicName, options: TopicOptions & { actions?: unknown } = {}): Topic<T, A> {
	checkTopic(name, options);
	const { actions, ...shared } = options;
	return new TopicHandle<T, A>(acquire(name, shared), release, actions as OptimisticActions<T, A> | undefined);
}

/** A handle for who has the replica. */
export const handleOf = <T, A>(
	replica: Replica,
	actions: OptimisticActions<T, A> | undefined,
	release: (replica: Replica) => void = () => undefined,
): Topic<T, A> => new TopicHandle(replica, release, actions);

class TopicHandle<T, A> extends Handle<Replica> implements Topic<T, A> {
	readonly #actions: OptimisticActions<T, A> | undefined;

	constructor(replica: Replica, release: (replica: Replica) => void, actions: OptimisticActions<T, A> | undefined) {
		super(replica, release);
		this.#actions = actions;
	}

	// Bound, so that each can be handed on: as a store's, say.

	readonly subscribe = (listener: (state: T, version: Version) => void): Unsubscribe => {
		FUNCTION(listener, 'listener');
		const { states, shown } = this.followed;
		const listen = listener as (state: unknown, version: Version) => void;
		const end = this.until(states.add(listen));
		if (shown && !this.hasEnded) states.tellOne(listen, shown.data, shown.version);
		return end;
	};

	readonly get = (): T | undefined => this.followed.shown?.data as T | undefined;

	readonly version = (): Version | undefined => this.followed.shown?.version;

	readonly isCached = (): boolean => this.followed.isCached;

	readonly pending = (): number => this.followed.pending;

	readonly ready = (): Promise<T> => this.ask((done) => this.followed.started(done), () => this.get() as T);

	readonly update = (recipe: Recipe<T>): Promise<Version> =>
		this.#make(recipe, 'recipe', (waiting) => {
			this.followed.edit({ ...waiting, recipe: recipe as (draft: unknown) => unknown });
		});

	readonly act = (action: A, shown = shownOf(action, this.#actions)): Promise<Version> =>
		this.#make(shown ?? Boolean, 'shown', (waiting) => {
			this.followed.act(action, shown as OptimisticAction<unknown, unknown> | undefined, waiting);
		});

	readonly replace = (state: T): Promise<Version> => this.update(() => state);

	readonly refresh = (): Promise<Version> =>
		this.ask((done) => this.followed.refresh(done), () => this.version() as Version);

	readonly onPending = (listener: (pending: number) => void): Unsubscribe =>
		this.listen(this.followed.pendings, listener);

	/** Makes an edit of this handle, of which `play` must be a function. */
	#make(play: unknown, name: string, make: (waiting: Waiting) => void): Promise<Version> {
		const written = new Promise<Version>((done, failed) => {
			const waiting = { done, failed };
			if (this.hasEnded) return this.followed.refuse(waiting, { reason: 'this handle was stopped' }, false);
			if (typeof play === 'function') return make(waiting);
			this.followed.refuse(waiting, { reason: `\`${name}\` must be a function, not ${typeof play}` });
		});
		// Told to whoever listens for errors, too.
		written.catch(() => undefined);
		return written;
	}
}
