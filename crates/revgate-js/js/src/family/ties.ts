/** The members that have replicas: those that somebody edits or follows alone, or whose states are large. */

import type { Host } from '../sync/host.js';
import type { Listener } from '../sync/transport.js';
import type { Layer } from '../topic/edit.js';
import { write } from '../topic/exact/index.js';
import { acquire, release, usersOf } from '../topic/registry.js';
import type { Replica } from '../topic/replica.js';
import { Timer } from '../topic/timer.js';
import type { Unsubscribe } from '../types.js';
import { isNewer, type Row, type Rows } from './rows.js';
import type { Near } from './way.js';

/** How long a replica that nobody uses is kept for the next edit. */
const KEEP_MS = 1000;

/** What the family has to do with a member's replica. */
interface Tie {
	readonly replica: Replica;
	/** What those who follow the member were told last. */
	told: unknown;
	/** Ends the following of the replica. */
	readonly end: Unsubscribe;
}

/** A family, as its ties see it. */
interface Whole {
	readonly topic: string;
	readonly host: Host;
	readonly rows: Rows;
	readonly enter: (call: () => void) => void;
	settled(): Promise<unknown>;
	/** What is shown of this member is another. */
	tellOf(key: string): void;
	/** A member's replica has failed in something. */
	tellError(replica: Replica): Unsubscribe;
}

/** What a family tells the replicas of its members, and what they show in place of it. As `ties.rs` in Rust. */
export class Ties implements Near {
	readonly #whole: Whole;
	readonly #ties = new Map<string, Tie>();
	readonly #listeners = new Map<string, Set<Listener>>();
	/** Replicas that the family uses itself, until nothing of them is under way. */
	readonly #held = new Map<string, Replica>();
	/** Those of them that were only to be read. */
	readonly #read = new Set<string>();
	readonly #sweep: Timer;
	#hasEnded = false;

	constructor(whole: Whole) {
		this.#whole = whole;
		this.#sweep = new Timer(whole.host, whole.enter);
	}

	nameOf(key: string): string {
		return `${this.#whole.topic}:${key}`;
	}

	/** What a member's replica shows in place of the row; `undefined` if the row is what counts. */
	shown(key: string, row: Row): Layer | undefined {
		const replica = this.#ties.get(key)?.replica;
		const layer = replica?.isCached ? undefined : replica?.shown;
		if (!replica || !layer || !isNewer(row.version, layer.version)) return layer;
		// What is older is passed over, unless the window's own edits are on it: the replica will hear of
		// the newer one.
		const isSameLife = (layer.version.epoch ?? '0') === (row.version.epoch ?? '0');
		return isSameLife && (row.isStale || !replica.isAtRest) ? layer : undefined;
	}

	/** Whether those who follow a member know of this state, as its replica shows it. */
	isTold(key: string, state: unknown): boolean {
		const tie = this.#ties.get(key);
		if (!tie || tie.told === state) return tie !== undefined;
		tie.told = state;
		return false;
	}

	/** A member has a replica now. */
	join(replica: Replica): void {
		const key = this.#keyOf(replica);
		const { states } = replica;
		const row = this.#whole.rows.get(key);
		const ends = [states.add(() => this.#changed(key)), this.#whole.tellError(replica)];
		this.#ties.set(key, { replica, told: row?.state, end: () => ends.forEach((end) => end()) });
		this.#known(key);
		this.#changed(key);
	}

	/**
	 * Its last user lets go of the replica of a member. What is under way is part of what is shown until
	 * the family knows of it by itself, and so long that uses the replica in that one's place.
	 */
	keep(replica: Replica): boolean {
		const key = this.#keyOf(replica);
		const isMember = this.#ties.get(key)?.replica === replica && this.#whole.rows.get(key) !== undefined;
		if (!isMember || replica.isAtRest || this.#held.has(key)) return false;
		this.#held.set(key, replica);
		this.#sweepLater();
		return true;
	}

	/** Nobody uses the replica of a member any more: what it knows is taken over. */
	leave(replica: Replica): void {
		const key = this.#keyOf(replica);
		const tie = this.#ties.get(key);
		if (tie?.replica !== replica) return;
		if (replica.shown && replica.isAtRest) this.#whole.rows.learn(key, replica.shown);
		tie.end();
		this.#ties.delete(key);
		this.#held.delete(key);
		this.#read.delete(key);
		const row = this.#whole.rows.get(key);
		if (row && row.state !== tie.told) this.#whole.tellOf(key);
	}

	/** Whether the family itself uses the replica of this topic. */
	isHeld(topic: string): boolean {
		return this.#held.has(topic.slice(this.nameOf('').length));
	}

	/** Has a replica of this member for a while, or for as long as something of it is under way. */
	hold(key: string, isReading: boolean): Replica {
		let replica = this.#held.get(key);
		if (!replica) {
			if (isReading) this.#read.add(key);
			this.#held.set(key, (replica = acquire(this.nameOf(key), {})));
		}
		this.#sweepLater();
		return replica;
	}

	/** Tells the replicas of what was told of their members. */
	pass(come: readonly string[], changed: readonly string[], gone: readonly string[]): void {
		for (const key of gone) this.#removed(key);
		for (const key of come) {
			const replica = this.#ties.get(key)?.replica;
			// It has asked the backend in vain, and need not wait until it would ask again.
			if (replica?.status.type === 'retrying') replica.listenAnew();
		}
		for (const key of [...come, ...changed]) {
			this.#known(key);
			for (const listener of [...(this.#listeners.get(this.nameOf(key)) ?? [])]) {
				listener.announced(this.#news(key));
			}
		}
	}

	/** Ends what the family does for others: they go on by their own way. */
	end(): void {
		this.#hasEnded = true;
		this.#sweep.cancel();
		const near = new Set(this.#listeners.keys());
		this.#listeners.clear();
		for (const replica of [...this.#held.values()]) release(replica);
		for (const tie of this.#ties.values()) {
			tie.end();
			if (near.has(tie.replica.topic)) tie.replica.listenAnew();
		}
		this.#ties.clear();
	}

	readonly settled = (): Promise<unknown> => this.#whole.settled();

	listen(topic: string, listener: Listener): Unsubscribe {
		if (this.#hasEnded) return () => undefined;
		const listeners = this.#listeners.get(topic) ?? new Set();
		this.#listeners.set(topic, listeners.add(listener));
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
		};
	}

	isToldOf(topic: string): boolean {
		const key = topic.slice(this.nameOf('').length);
		const row = this.#hasEnded ? undefined : this.#whole.rows.get(key);
		return row !== undefined && (!row.isStale || this.#read.has(key));
	}

	fetched(topic: string): string | undefined {
		const row = this.#whole.rows.get(topic.slice(this.nameOf('').length));
		if (!row || row.isStale) return undefined;
		return `${JSON.stringify(row.version).slice(0, -1)},"data":${write(row.state)}}`;
	}

	/** Shows by a member's replica what is known here, and in it the first edit, before that has asked for anything. */
	#known(key: string): void {
		const row = this.#whole.rows.get(key);
		if (row && !row.isStale) this.#ties.get(key)?.replica.know({ version: row.version, data: row.state });
	}

	/** What a member's replica shows is another, or nothing to it any more. */
	#changed(key: string): void {
		const tie = this.#ties.get(key);
		const row = this.#whole.rows.get(key);
		const layer = row && this.shown(key, row);
		if (!tie || !layer || layer.data === tie.told) return;
		tie.told = layer.data;
		this.#whole.tellOf(key);
	}

	/** A member is gone. What only the family used goes with it; others hear of it as of any topic's end. */
	#removed(key: string): void {
		const name = this.nameOf(key);
		const held = this.#held.get(key);
		const tie = this.#ties.get(key);
		if (tie) tie.told = undefined;
		if (held && usersOf(name) === 1) {
			if (held.isAtRest) release(held);
			// What was done to it is answered by the backend.
			return;
		}
		this.#end(name);
	}

	/** A replica that others have hears that its member is gone, and asks the backend. */
	#end(name: string): void {
		const listeners = this.#listeners.get(name) ?? [];
		this.#listeners.delete(name);
		for (const listener of listeners) listener.ended(undefined);
	}

	#news(key: string): object {
		const { version, state, isStale } = this.#whole.rows.get(key) as Row;
		return { topic: this.nameOf(key), ...version, ...(isStale ? {} : { data: state }) };
	}

	#sweepLater(): void {
		if (!this.#sweep.isSet) this.#sweep.set(KEEP_MS, () => this.#sweepNow());
	}

	#sweepNow(): void {
		for (const [key, replica] of [...this.#held]) {
			if (usersOf(replica.topic) === 1 && !this.#isDone(key, replica)) continue;
			this.#held.delete(key);
			// Others have it now, and were not told if its member has gone meanwhile.
			if (usersOf(replica.topic) > 1 && this.#whole.rows.get(key) === undefined) this.#end(replica.topic);
			release(replica);
		}
		if (this.#held.size > 0) this.#sweepLater();
	}

	/** Whether the family knows all that the replica does, and nobody waits for it. */
	#isDone(key: string, { isAtRest, shown }: Replica): boolean {
		const row = this.#whole.rows.get(key);
		return isAtRest && (!row || (shown !== undefined && !isNewer(row.version, shown.version)));
	}

	#keyOf({ topic }: Replica): string {
		return topic.slice(this.nameOf('').length);
	}
}
