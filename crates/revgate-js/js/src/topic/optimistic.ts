/** What a window shows while its own writes are under way. */

import type { Version } from '../gate/gate.js';
import { type Change, type Edit, type Fallen, type Fault, type Layer, play } from './edit.js';
import { type Place, share } from './exact/index.js';
import { isSame } from './patch.js';
import { type Actions, Queue } from './queue.js';

/** What became of an edit just made: it waits, changes nothing of this version, or cannot be made. */
export type Pushed = { type: 'kept' } | { type: 'nothing'; version: Version } | { type: 'fallen'; fault: Fault };

/** What to do about the edits that wait. */
export type Next =
	| { type: 'wait' }
	| { type: 'write'; change: Change }
	| { type: 'act'; actions: Actions }
	/** Nobody knows what has become of these actions. */
	| { type: 'lost'; edits: Edit[] };

/** An edit that has ended well, and the version that has it. */
export interface Ended {
	readonly edit: Edit;
	readonly version: Version;
}

/** Whether one version is newer than another: the gate's own order. */
export type IsNewer = (one: Version, other: Version) => boolean;

/**
 * The newest state of the backend, and on top of it the window's own edits that the backend has not
 * answered yet, played again whenever what lies beneath changes. As `optimistic.rs` in Rust.
 */
export class Optimistic {
	/** The newest state that the backend is known to have had. Writes are made on it. */
	#newest: Layer | undefined;
	/**
	 * What the edits are shown on: `newest`, but held while a write is under way that is shown, or an
	 * action that was sent in a hurry is not answered, for nobody can tell whether a state that arrives
	 * meanwhile holds that already.
	 */
	#beneath: Layer | undefined;
	/** `beneath` with all edits played: the state to show. */
	#top: Layer | undefined;
	/**
	 * Edits that the backend has made, by the version that has them: they are played beneath the others
	 * until what lies beneath is as new as that.
	 */
	#confirmed: Ended[] = [];
	/** Those of them that it has by now, and nobody has been told of. */
	#arrived: Ended[] = [];
	readonly #queue = new Queue();
	/** The state that it makes, and the version that it is based on; of actions nobody knows. */
	#made: Layer | undefined;
	/** Edits that what lies beneath has made impossible, and nobody has been told of. */
	#fallen: Fallen[] = [];
	/** Nothing is sent before there is a state of this version. */
	#floor: Version | undefined;
	/** What is shown before the first state. */
	#recalled: unknown;

	constructor(
		readonly place: Place,
		readonly isNewer: IsNewer,
	) {}

	/** What the window is to show; `undefined` before the first state. */
	get top(): Layer | undefined {
		return this.#top;
	}

	/** How many edits the backend has not answered. */
	get pending(): number {
		return this.#queue.all.length;
	}

	get isWriting(): boolean {
		return this.#queue.inFlight > 0;
	}

	/** Whether what was made is not in what lies beneath yet. */
	get isCatchingUp(): boolean {
		return this.#confirmed.length > 0;
	}

	/** Whether nothing of the window's own is shown that the backend's state may not have. */
	get isAtRest(): boolean {
		return this.pending === 0 && !this.isCatchingUp;
	}

	/** The state that the write under way makes. */
	get made(): unknown {
		return this.#made?.data;
	}

	/** The version that the write under way is based on. */
	get writtenOn(): Version | undefined {
		return this.isWriting ? this.#made?.version : undefined;
	}

	/** The backend's state of this version, if it is at hand. */
	at(version: Version): Layer | undefined {
		const isIt = (layer: Layer | undefined): boolean =>
			layer !== undefined && !this.isNewer(layer.version, version) && !this.isNewer(version, layer.version);
		return [this.#newest, this.#beneath].find(isIt);
	}

	/** Takes a state that the backend has had. */
	learn(layer: Layer): void {
		if (this.#take(layer) && !this.#queue.isShownUnderWay) this.#rebuild();
	}

	/** This is shown until there is a state of the backend's, which shares what is the same in it. */
	recall(data: unknown): void {
		this.#recalled = data;
	}

	/** Takes an edit, and plays it on what is shown. */
	push(edit: Edit): Pushed {
		if (this.#top) {
			const played = play(this.#top, [edit], this.place);
			if ('fault' in played) return { type: 'fallen', fault: played.fault };
			const isChange = !isSame(played.data, this.#top.data);
			// One behind others stays: should they fail, it may change something after all. Nor is an
			// action nothing that is nothing here: it is done to what the backend has.
			if (!isChange && this.isAtRest && !edit.ask) return { type: 'nothing', version: this.#top.version };
			if (isChange) this.#top = played;
		}
		this.#queue.push(edit);
		return { type: 'kept' };
	}

	/** Makes one write of all edits, or of as many as may be together. */
	nextWrite(): Next {
		const queue = this.#queue;
		while (!this.isWriting && this.pending > 0 && this.#newest && this.#top) {
			const { version, data } = this.#newest;
			if (this.#floor && this.isNewer(this.#floor, version)) break;
			const lost = queue.removeLost(version);
			if (lost.length > 0) {
				this.#rebuild();
				return { type: 'lost', edits: lost };
			}
			const actions = queue.takeActions(version);
			if (actions) {
				this.#made = undefined;
				return { type: 'act', actions };
			}
			// They need a base that has all that was done before them.
			if (this.#confirmed.some((made) => this.isNewer(made.version, version))) break;
			const count = Math.min(queue.closures, queue.most);
			const made = count === this.pending ? this.#top : this.#play(this.#newest, count);
			if ('fault' in made) {
				this.#fall(queue.all[made.place] as Edit, made.fault);
				this.#rebuild();
			} else if (isSame(made.data, data)) {
				// Together they change nothing.
				this.#confirm(queue.remove(count), version);
			} else {
				queue.fly(count);
				this.#made = { version, data: made.data };
				return { type: 'write', change: { old: this.#newest, data: made.data } };
			}
		}
		return { type: 'wait' };
	}

	/**
	 * One write of all edits, on what the write under way is based on; how many they are, and the
	 * state that the write under way makes. `undefined` if nothing waits behind that.
	 */
	writeBehind(): { change: Change; count: number; ahead: unknown } | undefined {
		// Held since the write under way was sent.
		const [beneath, made, count] = [this.#beneath, this.#made, this.#queue.closures];
		if (!this.isWriting || count <= this.#queue.inFlight || !beneath || beneath.version !== made?.version) return undefined;
		const top = count === this.pending ? this.#top : this.#play(beneath, count);
		if (!top || 'fault' in top || isSame(top.data, made.data)) return undefined;
		return { change: { old: beneath, data: top.data }, count, ahead: made.data };
	}

	/** The actions that need not wait for the write under way: see {@link Queue.actionsBehind}. */
	actionsBehind(): Actions | undefined {
		return this.#newest && this.#queue.actionsBehind(this.#newest.version);
	}

	/** So many edits, from the oldest, are in the write under way: more were sent behind it. */
	takeBehind(count: number): void {
		this.#queue.fly(count);
	}

	/** The write under way was made, and this is the state since: its edits are part of it. */
	accepted(layer: Layer): Edit[] {
		this.#take(layer);
		return this.#confirm(this.#queue.remove(), layer.version);
	}

	/**
	 * The actions under way have been answered. All but those that were refused are part of the state
	 * of this version, and until that is here, they are played on what there is.
	 */
	acted(version: Version, isRefused: (edit: Edit) => boolean): { done: Edit[]; refused: Edit[] } {
		const ended = this.#queue.remove();
		const done = this.#confirm(ended.filter((edit) => !isRefused(edit)), version);
		return { done, refused: ended.filter(isRefused) };
	}

	/** The write under way came too late: its edits wait for the next one, on this state. */
	lostAgainst(layer: Layer): void {
		this.#queue.land();
		this.#take(layer);
		this.#rebuild();
	}

	/**
	 * The write under way was not made: for what one of its edits has made of the state, or for
	 * another reason. Returns the edits that have failed with it: if only one can be guilty, and it
	 * is not found yet, none has, and the next write has half of them.
	 */
	unmade(isByContent: boolean): Edit[] {
		if (isByContent && this.#queue.inFlight > 1) {
			this.#queue.suspect();
			if (this.#beneath !== this.#newest) this.#rebuild();
			return [];
		}
		this.#queue.acquit();
		return this.#takeWritten();
	}

	/** Sends nothing before there is a state of this version. */
	holdUntil(version: Version): void {
		this.#floor = version;
	}

	/** The edits that have become impossible since the last call. */
	takeFallen(): Fallen[] {
		return this.#fallen.splice(0);
	}

	/** The edits that lie beneath since the last call; or all that were made. */
	takeArrived(evenIfNotThere = false): Ended[] {
		const done = evenIfNotThere ? this.#confirmed : [];
		return [...this.#arrived.splice(0), ...done];
	}

	/**
	 * Takes away the edits that wait for a state: for one that has the actions before them; or all, for
	 * the first, in this life of the topic as well, for which actions wait, too.
	 */
	giveUpWaiting(): Edit[] {
		return this.clear((this.#top && this.#queue.closures) || this.pending);
	}

	/** Takes away the oldest edits, answered or not. */
	clear(count = this.pending): Edit[] {
		const edits = this.#queue.remove(count);
		this.#rebuild();
		return edits;
	}

	/** The state of this version has these. */
	#confirm(edits: Edit[], version: Version): Edit[] {
		this.#confirmed.push(...edits.map((edit) => ({ edit, version })));
		this.#rebuild();
		return edits;
	}

	#takeWritten(): Edit[] {
		const ended = this.#queue.remove();
		this.#rebuild();
		return ended;
	}

	/** Whether it is news. */
	#take(layer: Layer): boolean {
		const isNews = !this.#newest || this.isNewer(layer.version, this.#newest.version);
		if (isNews) this.#newest = this.#shared(layer);
		return isNews;
	}

	/** The layer, in which all that is shown already is the very same. */
	#shared({ version, data }: Layer): Layer {
		return { version, data: share(this.#top ? this.#top.data : this.#recalled, data) };
	}

	/**
	 * Plays all edits on the newest state, or on the one that is held beneath them. Those that cannot be
	 * played on it fall, but for those that may have been made: they are not shown.
	 */
	#rebuild(): void {
		if (!this.#queue.isShownUnderWay) this.#beneath = this.#newest;
		const beneath = (this.#beneath ??= this.#newest);
		if (!beneath) return;
		if (this.isAtRest) {
			this.#top = beneath;
			return;
		}
		const isThere = ({ version }: Ended): boolean => !this.isNewer(version, beneath.version);
		this.#arrived.push(...this.#confirmed.filter(isThere));
		this.#confirmed = this.#confirmed.filter((ended) => !isThere(ended));
		const shown = [...this.#confirmed.map(({ edit }) => edit), ...this.#queue.all];
		for (;;) {
			const played = play(beneath, shown, this.place);
			if (!('fault' in played)) {
				this.#top = played === beneath ? played : this.#shared(played);
				return;
			}
			for (const edit of shown.splice(played.place, 1)) {
				if (!edit.ask?.sentOn && this.#queue.all.includes(edit)) this.#fall(edit, played.fault);
			}
		}
	}

	#play(base: Layer, count: number): ReturnType<typeof play> {
		return play(base, this.#queue.all.slice(0, count), this.place);
	}

	#fall(edit: Edit, fault: Fault): void {
		this.#queue.drop(edit);
		this.#fallen.push({ edit, fault });
	}
}
