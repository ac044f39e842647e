/** The short way: a topic of the plugin in a JavaScript window. */

import type { Version } from '../gate/gate.js';
import type { Done, Status } from '../sync/transport.js';
import type { TopicName, Unsubscribe } from '../types.js';
import type { Recipe } from './draft.js';
import type { TopicError } from './error.js';
import { checkTopic, type TopicOptions } from './options.js';
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

/**
 * A topic in this window, kept the same as in every other until it is stopped.
 *
 * @example
 * const settings = createTopic('settings');
 * settings.subscribe(({ theme }) => { document.documentElement.dataset.theme = theme; });
 * button.onclick = () => settings.update((draft) => { draft.theme = 'dark'; });
 */
export interface Topic<T> {
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
	/** The last failure; `undefined` once a state or an answer has come after it. */
	error(): TopicError | undefined;
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
	 * shown; the edit waits for it, and fails if none is to be had, as {@link Topic.ready} does.
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
export function createTopic<K extends keyof Topics & string>(name: K, options?: TopicOptions): Topic<Topics[K]>;
export function createTopic<T>(name: TopicName, options?: TopicOptions): Topic<T>;
export function createTopic<T>(name: TopicName, options: TopicOptions = {}): Topic<T> {
	checkTopic(name, options);
	return new Handle<T>(acquire(name, options));
}

class Handle<T> implements Topic<T> {
	readonly #replica: Replica;
	readonly #ends = new Set<Unsubscribe>();
	#hasEnded = false;

	constructor(replica: Replica) {
		this.#replica = replica;
	}

	get name(): TopicName {
		return this.#replica.topic;
	}

	// Bound, so that each can be handed on: as a store's, say.

	readonly subscribe = (listener: (state: T, version: Version) => void): Unsubscribe => {
		const { states, shown } = this.#replica;
		const listen = listener as (state: unknown, version: Version) => void;
		const end = this.#until(states.add(listen));
		if (shown && !this.#hasEnded) states.tellOne(listen, shown.data, shown.version);
		return end;
	};

	readonly get = (): T | undefined => this.#replica.shown?.data as T | undefined;

	readonly version = (): Version | undefined => this.#replica.shown?.version;

	readonly isCached = (): boolean => this.#replica.isCached;

	readonly status = (): Status => (this.#hasEnded ? { type: 'stopped' } : this.#replica.status);

	readonly error = (): TopicError | undefined => this.#replica.error;

	readonly pending = (): number => this.#replica.pending;

	readonly ready = (): Promise<T> => this.#ask((done) => this.#replica.started(done), () => this.get() as T);

	readonly update = (recipe: Recipe<T>): Promise<Version> => {
		const written = new Promise<Version>((done, failed) => {
			const edit = { recipe: recipe as (draft: unknown) => unknown, done, failed };
			if (this.#hasEnded) this.#replica.refuse(edit, 'this handle was stopped');
			else this.#replica.edit(edit);
		});
		// Told to whoever listens for errors, too.
		written.catch(() => undefined);
		return written;
	};

	readonly replace = (state: T): Promise<Version> => this.update(() => state);

	readonly refresh = (): Promise<Version> =>
		this.#ask((done) => this.#replica.refresh(done), () => this.version() as Version);

	readonly onStatus = (listener: (status: Status) => void): Unsubscribe =>
		this.#until(this.#replica.statuses.add(listener));

	readonly onError = (listener: (error: TopicError) => void): Unsubscribe =>
		this.#until(this.#replica.errors.add(listener));

	readonly onPending = (listener: (pending: number) => void): Unsubscribe =>
		this.#until(this.#replica.pendings.add(listener));

	readonly stop = (): void => {
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		for (const end of this.#ends) end();
		release(this.#replica);
	};

	#ask<A>(call: (done: Done) => void, read: () => A): Promise<A> {
		const answer = new Promise<A>((resolve, reject) => {
			call((failure) => (failure ? reject(this.#replica.errorOf(failure)) : resolve(read())));
		});
		answer.catch(() => undefined);
		return answer;
	}

	/** What ends a listener, at the latest with the handle. */
	#until(end: Unsubscribe): Unsubscribe {
		const once = (): void => {
			this.#ends.delete(once);
			end();
		};
		this.#ends.add(once);
		if (this.#hasEnded) once();
		return once;
	}
}
