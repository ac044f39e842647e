/** The short way for many rows: all topics of a family of the plugin in a JavaScript window. */

import { check, FUNCTION, kind, maybe, TEXT } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import type { Status } from '../sync/transport.js';
import type { OptimisticAction } from '../topic/action.js';
import type { Recipe } from '../topic/draft.js';
import type { TopicError } from '../topic/error.js';
import { Handle } from '../topic/handle.js';
import { type ActingOptions, checkTopic, type TopicOptions } from '../topic/options.js';
import { acquireFrom, type Pool, releaseTo } from '../topic/pool.js';
import { type ActionOf, handleOf, type Topic, type Topics } from '../topic/topic.js';
import type { TopicName, Unsubscribe } from '../types.js';
import { Collection } from './collection.js';

/** The names of the app's families, as {@link Topics} has them. */
export type FamilyName = keyof Topics extends infer Name ? (Name extends `${infer Family}:${string}` ? Family : never) : never;

/** The type of a family's members by its name, as {@link Topics} has it. */
export type MemberOf<Name extends string> = `${Name}:${string}` extends keyof Topics ? Topics[`${Name}:${string}`] : unknown;

/**
 * How a family is followed, and what this handle shows of its actions: as a topic is, without a cache.
 * The places in `bigints` are those in a member.
 *
 * @example
 * const docs = createFamily<Doc, DocAction>('doc', { actions: { rename: (draft, { rename }) => { draft.title = rename.to; } } });
 */
export type FamilyOptions<T, A> = Omit<ActingOptions<T, A>, 'cache'>;

/**
 * All topics of a family in this window, kept the same as in every other until it is stopped: by one
 * subscription, and news by the key. **What changes costs what it costs, however many there are.**
 *
 * A member whose state is large (more than 6 KiB of JSON, unless the family's delivery says otherwise)
 * is known by its version, and fetched when it is read.
 *
 * Members are created and removed by Rust, and by windows that have the permission. One is a topic as any: `createTopic('doc:42')` beside the
 * family shows the same state, without a subscription of its own. Its options may be its own, whatever
 * the family has done with it before, but for `backend`, `bigints` and `host`.
 *
 * @example
 * const docs = createFamily('doc');
 * docs.onKeys((keys) => list(keys));
 * docs.subscribe('42', (doc) => { title.textContent = doc?.title ?? ''; });
 * button.onclick = () => docs.update('42', (draft) => { draft.title = 'Final'; });
 */
export interface Family<T, A = unknown> {
	/** Its name. */
	readonly name: TopicName;
	/** The keys of all members, sorted: the same list until members come or go. */
	keys(): readonly string[];
	/** How many members there are. */
	size(): number;
	/** Whether there is a member of this key. */
	has(key: string): boolean;
	/**
	 * The state of a member, which is frozen, with this window's own edits; `undefined` if there is none
	 * of this key, or if it is large and not here yet. That has it fetched, as has a newer version that
	 * is large: until then this is the one before. Who listens is told when it has come.
	 */
	get(key: string): T | undefined;
	/** All members by their keys, as {@link Family.get} gives each when its turn comes. */
	entries(): IterableIterator<[key: string, state: T | undefined]>;
	/** The family's version that is shown; `undefined` before the first state. */
	version(): Version | undefined;
	/**
	 * Calls `listener` with the keys of those of which something else is shown, or that have come or
	 * gone, at each change; at once with all keys, if they are known.
	 */
	subscribe(listener: (keys: readonly string[], version: Version) => void): Unsubscribe;
	/**
	 * Calls `listener` with the state of one member, at once if it is here, and whenever it changes;
	 * with `undefined` when the member goes. **No other is told of it**, and what changes elsewhere does
	 * not cost it anything.
	 */
	subscribe(key: string, listener: (state: T | undefined) => void): Unsubscribe;
	/** Calls `listener` with all keys whenever members have come or gone. */
	onKeys(listener: (keys: readonly string[]) => void): Unsubscribe;
	/** Resolves when the members are known; rejects as {@link Topic.ready} does. */
	ready(): Promise<void>;
	/**
	 * Changes a member: see {@link Topic.update}. Rejects if there is no such member. What fails is told
	 * to {@link Family.onError}.
	 */
	update(key: string, recipe: Recipe<T>): Promise<Version>;
	/** Does an action to a member: see {@link Topic.act}. */
	act(key: string, action: A, shown?: OptimisticAction<T, A>): Promise<Version>;
	/** Replaces a member's state: see {@link Topic.replace}. */
	replace(key: string, state: T): Promise<Version>;
	/**
	 * Creates a member that starts with this state, in every window, if this one has the permission `revgate:create`.
	 * Resolves when it is shown here. One that is there already stays as it is: then the error's `kind` is `exists`.
	 *
	 * @example
	 * await docs.create('42', { title: 'Draft' });
	 */
	create(key: string, state: T): Promise<Version>;
	/**
	 * Removes a member in every window, with what is saved of it, if this one has the permission `revgate:remove`.
	 * Resolves when it is gone here; one that is not there is gone already. Edits of it that the backend has not made
	 * by then fail.
	 */
	remove(key: string): Promise<void>;
	/** Fetches now what has changed: see {@link Topic.refresh}. */
	refresh(): Promise<Version>;
	/** How the synchronisation is doing. */
	status(): Status;
	/** The last failure of the family itself; `undefined` once a state or an answer has come after it. */
	error(): TopicError | undefined;
	/** Forgets the failure of an edit, which somebody has read. */
	dismissError(): void;
	/** Calls `listener` whenever {@link Family.status} changes. */
	onStatus(listener: (status: Status) => void): Unsubscribe;
	/** Calls `listener` with each failure, of the family and of what was done to its members. */
	onError(listener: (error: TopicError) => void): Unsubscribe;
	/**
	 * Ends this handle. With the last handle of a family ends the page's subscription; edits that are
	 * under way by then are still written, and topics of members that others use go on by their own.
	 */
	stop(): void;
}

const families: Pool<Collection> = new Map();

/** The topic's name begins with it: what follows the colon is the key. */
const ABSENT = maybe(kind('absent: the last known states of a family are kept nowhere', () => false));
const NAME = kind("the family's name alone, such as 'doc' of the topic 'doc:42'", (it) => typeof it === 'string' && !/:\*?$/.test(it));

/**
 * A family of the plugin `tauri-plugin-revgate` as a whole, kept the same in this window as in every
 * other. All handles of a name in a page share one subscription. The window needs the permission to
 * read all of it: `{ "identifier": "revgate:read", "allow": [{ "topic": "doc:*" }] }`.
 *
 * @throws {TypeError} if an option is of the wrong kind or unknown.
 * @throws {RangeError} if a number makes no sense, or the family is in use with other options, or a topic
 * of it with another `backend`, other `bigints` or another `host`.
 *
 * @example
 * const docs = createFamily('doc');
 * await docs.ready();
 * for (const [key, doc] of docs.entries()) console.log(key, doc?.title);
 * docs.stop();
 */
export function createFamily<Name extends FamilyName>(
	name: Name,
	options?: FamilyOptions<MemberOf<Name>, ActionOf<`${Name}:${string}`>>,
): Family<MemberOf<Name>, ActionOf<`${Name}:${string}`>>;
export function createFamily<T, A = unknown>(name: TopicName, options?: FamilyOptions<T, A>): Family<T, A>;
export function createFamily<T, A>(
	name: TopicName,
	options: Omit<TopicOptions, 'cache'> & { cache?: unknown; actions?: unknown } = {},
): Family<T, A> {
	checkTopic(name, options);
	check({ name, cache: options.cache }, { name: NAME, cache: ABSENT });
	const { actions, ...shared } = options as FamilyOptions<T, A>;
	const collection = acquireFrom(families, 'family', name, shared, () => new Collection(name, shared));
	return new FamilyHandle<T, A>(collection, actions);
}

class FamilyHandle<T, A> extends Handle<Collection> implements Family<T, A> {
	readonly #actions: ActingOptions<T, A>['actions'];

	constructor(collection: Collection, actions: ActingOptions<T, A>['actions']) {
		super(collection, (it) => releaseTo(families, it));
		this.#actions = actions;
	}

	readonly keys = (): readonly string[] => this.followed.keys();

	readonly size = (): number => this.followed.size;

	readonly has = (key: string): boolean => this.followed.contains(key);

	readonly get = (key: string): T | undefined => this.followed.get(key) as T | undefined;

	readonly entries = (): IterableIterator<[string, T | undefined]> => this.#entries();

	readonly version = (): Version | undefined => this.followed.version;

	readonly subscribe = (...given: readonly unknown[]): Unsubscribe => {
		const [key, listener] = given.length > 1 ? given : [undefined, given[0]];
		FUNCTION(listener, 'listener');
		if (key !== undefined) {
			check({ key }, { key: TEXT });
			return this.until(this.followed.follow(key as string, listener as (state: unknown) => void));
		}
		const { changes, version } = this.followed;
		const listen = listener as (keys: readonly string[], version: Version) => void;
		const end = this.until(changes.add(listen));
		if (version && !this.hasEnded) changes.tellOne(listen, this.keys(), version);
		return end;
	};

	readonly onKeys = (listener: (keys: readonly string[]) => void): Unsubscribe =>
		this.listen(this.followed.lists, listener);

	readonly ready = (): Promise<void> => this.ask((done) => this.followed.started(done), () => undefined);

	readonly update = (key: string, recipe: Recipe<T>): Promise<Version> => this.#edit(key, (topic) => topic.update(recipe));

	readonly act = (key: string, action: A, shown?: OptimisticAction<T, A>): Promise<Version> =>
		this.#edit(key, (topic) => topic.act(action, shown));

	readonly replace = (key: string, state: T): Promise<Version> => this.#edit(key, (topic) => topic.replace(state));

	readonly create = (key: string, state: T): Promise<Version> => this.#make((family) => family.create(key, state));

	readonly remove = (key: string): Promise<void> => this.#make((family) => family.remove(key));

	readonly refresh = (): Promise<Version> =>
		this.ask((done) => this.followed.refresh(done), () => this.version() as Version);

	*#entries(): IterableIterator<[string, T | undefined]> {
		for (const key of this.keys()) yield [key, this.get(key)];
	}

	#make<A>(make: (family: Collection) => Promise<A>): Promise<A> {
		this.followed.dismissError();
		const refuse = (): TopicError => this.followed.refuse('this handle was stopped', false);
		const made = this.hasEnded ? Promise.reject<A>(refuse()) : make(this.followed);
		made.catch(() => undefined);
		return made;
	}

	#edit(key: string, make: (topic: Topic<T, A>) => Promise<Version>): Promise<Version> {
		this.followed.dismissError();
		const found = this.hasEnded ? 'this handle was stopped' : this.followed.edited(key);
		// The family has the replica for as long as something of it is under way.
		if (typeof found !== 'string') return make(handleOf<T, A>(found, this.#actions));
		const refused = Promise.reject(this.followed.refuse(found, !this.hasEnded));
		refused.catch(() => undefined);
		return refused;
	}
}
