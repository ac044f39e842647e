/** A family as a whole in one page, kept the same as the backend's. */

import type { Version } from '../gate/gate.js';
import { quietly } from '../sync/guard.js';
import { fieldsOf, versionOf } from '../sync/messages.js';
import type { Sink } from '../sync/transport.js';
import type { Unsubscribe } from '../types.js';
import { Word } from '../words/say.js';
import type { TopicBackend } from '../topic/backend.js';
import { isTelling } from '../topic/barrier.js';
import { TopicError } from '../topic/error.js';
import { type Place, rootPlace, take, Unfit, write } from '../topic/exact/index.js';
import { Following } from '../topic/following.js';
import { readFetched } from '../topic/gating.js';
import { Listeners } from '../topic/listeners.js';
import { DEFAULTS, type TopicOptions } from '../topic/options.js';
import { type Failed, failedBy, malformed, wordsOf } from '../topic/refusal.js';
import { type Home, settle } from '../topic/registry.js';
import type { Replica } from '../topic/replica.js';
import { answerTo, makingOf } from './making.js';
import { isNewer, Material, Rows } from './rows.js';
import { Ties } from './ties.js';
import { wayOf } from './way.js';

/**
 * Holds all members by one subscription, and tells each change by its key. All handles of a family
 * share one. As `collection.rs` in Rust.
 */
export class Collection extends Following<Material> implements Home {
	/** Told of the keys of those of which something else is shown. */
	readonly changes: Listeners<[keys: readonly string[], version: Version]>;
	/** Told when members have come or gone. */
	readonly lists: Listeners<[keys: readonly string[]]>;
	readonly #byKey = new Map<string, Listeners<[state: unknown]>>();
	readonly #place: Place;
	readonly #rows: Rows;
	readonly #ties: Ties;
	readonly #unsettle: () => void;
	/** The version of all that is shown. */
	#version: Version | undefined;
	/** Who waits until it is known what there is, or that this takes its time. */
	#waiting: (() => void)[] | undefined = [];

	/** @throws {RangeError} if an option makes no sense. */
	constructor(
		family: string,
		readonly options: TopicOptions,
	) {
		super(family, options, `${family}:*`);
		this.changes = this.listeners();
		this.lists = this.listeners();
		this.#place = rootPlace(options.bigints ?? DEFAULTS.bigints);
		this.#rows = new Rows(this.#place);
		this.#ties = new Ties({
			topic: family,
			host: this.host,
			rows: this.#rows,
			enter: (call) => this.driver.enter(call),
			settled: () => new Promise<void>((done) => (this.#waiting ? this.#waiting.push(done) : done())),
			tellOf: (key) => this.#tell([key]),
			tellError: (replica) => replica.errors.add((error) => this.errors.tell(error)),
		});
		this.#unsettle = settle(this);
		this.begin(() => undefined);
	}

	protected override sink(): Pick<Sink<Material>, 'apply' | 'patched'> {
		return {
			// News that bring all of a family bring its members as they are.
			apply: (version, it: unknown) => this.#apply(version, it instanceof Material ? it : new Material(true, it)),
			patched: (_, members) => new Material(false, members),
		};
	}

	/** What has changed since the version at hand is as good as a state: it may be applied to any newer one, too. */
	protected override read(answer: string): unknown {
		const { patch, data, ...version } = fieldsOf(Word.SnapshotNotObject, readFetched(answer));
		if (data !== undefined) return { ...version, data: new Material(true, data) };
		return patch === undefined ? version : { ...version, data: new Material(false, patch) };
	}

	protected override get isThere(): boolean {
		return this.#version !== undefined;
	}

	/** What was asked for of a member before is none to show from now on: the family may have shown a newer one. */
	protected override recallEarly(): undefined {
		void this.backend.preloaded?.(`${this.topic}:*`);
	}

	protected override abandon(_failed: Failed): void {
		this.#settled();
	}

	get version(): Version | undefined {
		return this.#version;
	}

	get size(): number {
		return this.#rows.size;
	}

	keys(): readonly string[] {
		return this.#rows.keys();
	}

	contains(key: string): boolean {
		return this.#rows.get(key) !== undefined;
	}

	/** What is shown of a member. What is newer and large is fetched. */
	get(key: string): unknown {
		if (this.#isOnItsWay(key) && !this.driver.hasEnded) this.#ties.hold(key, true);
		return this.#shown(key);
	}

	/** Who wants to be told of this member alone. */
	follow(key: string, listener: (state: unknown) => void): Unsubscribe {
		const listeners = this.#byKey.get(key) ?? this.listeners<[state: unknown]>();
		this.#byKey.set(key, listeners);
		const end = listeners.add(listener);
		const state = this.get(key);
		if (state !== undefined) listeners.tellOne(listener, state);
		return () => {
			end();
			if (listeners.isEmpty && this.#byKey.get(key) === listeners) this.#byKey.delete(key);
		};
	}

	/** The replica by which the member of this key is changed; or why none can be. */
	edited(key: string): Replica | string {
		if (this.driver.hasEnded) return 'the family was stopped';
		// What it has before the first state, nobody knows.
		if (this.#version && !this.contains(key)) return `it has no member \`${key}\``;
		return this.#ties.hold(key, false);
	}

	/** Creates a member, and resolves when it is shown. As `making.rs` in Rust. */
	async create(key: string, state: unknown): Promise<Version> {
		let data: string;
		try {
			data = write(take(state, this.#place));
		} catch (cause) {
			const { path, reason } = cause instanceof Unfit ? cause : { path: undefined, reason: wordsOf(cause) };
			throw this.#unmade({ fate: 'notSent', path, reason, cause });
		}
		return this.#make(
			key,
			({ createMember }, topic, backend) => createMember?.call(backend, topic, data),
			(answer) => versionOf(fieldsOf(Word.SnapshotNotObject, readFetched(answer))),
		) as Promise<Version>;
	}

	/** Removes a member, and resolves when it is gone. */
	async remove(key: string): Promise<void> {
		await this.#make(key, ({ removeMember }, topic, backend) => removeMember?.call(backend, topic), () => undefined);
	}

	/** Ends an edit that is not even looked at; if it is one of a handle's that has ended, in silence. */
	refuse(reason: string, isHeard: boolean): TopicError {
		const error = new TopicError({ topic: this.topic, phase: 'write', fate: 'notSent', reason });
		this.#tellOf(error, isHeard);
		return error;
	}

	/** Ends for good. Edits of members that are under way are still written. */
	stop(): void {
		this.end();
		this.#unsettle();
		this.#ties.end();
		this.#settled();
	}

	holds(topic: string): boolean {
		return this.#ties.isHeld(topic);
	}

	wayOf(): TopicBackend {
		return wayOf(this.#ties, this.backend);
	}

	joined(replica: Replica): void {
		this.#ties.join(replica);
	}

	keeps(replica: Replica): boolean {
		return this.#ties.keep(replica);
	}

	left(replica: Replica): void {
		this.#ties.leave(replica);
	}

	async #make<A>(
		key: string,
		ask: (making: ReturnType<typeof makingOf>, topic: string, backend: TopicBackend) => Promise<A> | undefined,
		read: (answer: A) => Version | undefined,
	): Promise<Version | undefined> {
		if (this.driver.hasEnded) throw this.refuse('the family was stopped', true);
		const { backend, host, options } = this;
		const topic = this.#ties.nameOf(key);
		let asked: Promise<A> | undefined;
		try {
			asked = ask(makingOf(backend), topic, backend);
		} catch (fault) {
			throw this.#unmade(failedBy(fault));
		}
		if (!asked) throw this.refuse('this backend lets windows create and remove no topics', true);
		const outcome = await answerTo(asked, topic, host, options.writeTimeoutMs ?? DEFAULTS.writeTimeoutMs);
		if ('failed' in outcome) throw this.#unmade(outcome.failed);
		let version: Version | undefined;
		try {
			version = read(outcome.answer);
		} catch (fault) {
			throw this.#unmade(malformed(fault));
		}
		const row = this.#rows.get(key);
		const isShown = row && version ? !isNewer(version, row.version) : row === version;
		// Most often it was announced before. What cannot be fetched now is tried again.
		if (!isShown) await new Promise<void>((done) => this.refresh(() => done()));
		return version;
	}

	#unmade(failed: Pick<Failed, 'fate' | 'reason' | 'path' | 'kind' | 'cause'>): TopicError {
		const { fate, reason, path, kind, cause } = failed;
		const error = new TopicError({ topic: this.topic, phase: 'write', fate, reason, path, kind, cause });
		this.#tellOf(error);
		return error;
	}

	/** To tell listeners of what one of them has made might make it the next of a circle. */
	#tellOf(error: TopicError, isHeard = true): void {
		if (isTelling() || !isHeard) quietly(() => this.logger.error(`[revgate] ${error.message}`, error));
		else this.driver.enter(() => this.tell(error));
	}

	#apply(version: Version, material: Material): void {
		const { come, changed, gone } = this.#rows.take(material);
		this.#version = version;
		this.recovered();
		this.#settled();
		// Those that have replicas show what these do with it.
		this.#ties.pass(come, changed, gone);
		// Nobody sorts them for nobody.
		if (come.length + gone.length > 0 && !this.lists.isEmpty) this.lists.tell(this.keys());
		const isNew = (key: string): boolean => !this.#ties.isTold(key, this.#shown(key));
		this.#tell([...come.filter(isNew), ...changed.filter(isNew), ...gone]);
	}

	#tell(keys: readonly string[]): void {
		if (keys.length === 0 || !this.#version || this.driver.hasEnded) return;
		for (const key of keys) this.#tellFollowers(key);
		this.changes.tell(keys, this.#version);
	}

	#tellFollowers(key: string): void {
		const listeners = this.#byKey.get(key);
		if (!listeners) return;
		const state = this.get(key);
		if (!this.#isOnItsWay(key)) listeners.tell(state);
	}

	#shown(key: string): unknown {
		const row = this.#rows.get(key);
		const shown = row && this.#ties.shown(key, row);
		return shown ? shown.data : row?.state;
	}

	/** Whether something newer is known to be there than what is shown, which is large. */
	#isOnItsWay(key: string): boolean {
		const row = this.#rows.get(key);
		return row?.isStale === true && this.#ties.shown(key, row) === undefined;
	}

	#settled(): void {
		for (const done of this.#waiting?.splice(0) ?? []) done();
		this.#waiting = undefined;
	}
}
