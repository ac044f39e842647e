/** What a window shows while its own writes are under way. */

import type { Version } from '../gate/gate.js';
import { playing } from './barrier.js';
import { draw } from './draft.js';
import { type Place, share, take, Unfit } from './exact/index.js';
import { isSame } from './patch.js';

/** A state that the backend has had, or what edits make of one. */
export interface Layer {
	/** The backend's version that it is or is built on. */
	readonly version: Version;
	readonly data: unknown;
}

/** A change that the window makes, and who waits for it. */
export interface Edit {
	readonly recipe: (draft: unknown) => unknown;
	readonly done: (outcome: Version) => void;
	readonly failed: (error: unknown) => void;
}

/** An edit that cannot be made on the state, and why. */
export interface Fallen {
	readonly edit: Edit;
	readonly fault: Fault;
}

/** Why an edit cannot be made: in words, where, and what was thrown. */
export interface Fault {
	readonly reason: string;
	readonly path?: string;
	readonly cause: unknown;
}

/** What a window makes of a state. */
export interface Change {
	/** The state that it was made on. */
	readonly old: Layer;
	/** The state to be. */
	readonly data: unknown;
}

/** What became of an edit just made: it waits, changes nothing of this version, or cannot be made. */
export type Pushed = { type: 'kept' } | { type: 'nothing'; version: Version } | { type: 'fallen'; fault: Fault };

/** What to do about the edits that wait. */
export type Next =
	| { type: 'wait' }
	/** Together they change nothing of this version. */
	| { type: 'nothing'; edits: Edit[]; version: Version }
	| { type: 'write'; change: Change };

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
	 * What the edits are shown on: `newest`, but held while a write is under way, for nobody can
	 * tell whether a state that arrives meanwhile holds that write already.
	 */
	#beneath: Layer | undefined;
	/** `beneath` with all edits played: the state to show. */
	#top: Layer | undefined;
	#edits: Edit[] = [];
	/** How many of the edits, from the oldest, are in the write under way. */
	#inFlight = 0;
	/** The state that it makes, and the version that it is based on. */
	#made: Layer | undefined;
	/** Among so many edits, from the oldest, is one that the backend refuses; 0 if none is known. */
	#suspects = 0;
	/** Edits that what lies beneath has made impossible, and nobody has been told of. */
	#fallen: Fallen[] = [];

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
		return this.#edits.length;
	}

	get isWriting(): boolean {
		return this.#inFlight > 0;
	}

	/** Whether an edit waits for its write. */
	get isWaiting(): boolean {
		return this.#edits.length > this.#inFlight;
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
		if (this.#take(layer) && !this.isWriting) this.#rebuild();
	}

	/** Takes an edit, and plays it on what is shown. */
	push(edit: Edit): Pushed {
		if (this.#top) {
			const played = this.#play(this.#top, [edit]);
			if ('fault' in played) return { type: 'fallen', fault: played.fault };
			const isChange = !isSame(played.data, this.#top.data);
			// One behind others stays: should they fail, it may change something after all.
			if (!isChange && this.#edits.length === 0) return { type: 'nothing', version: this.#top.version };
			if (isChange) this.#top = played;
		}
		this.#edits.push(edit);
		return { type: 'kept' };
	}

	/** Makes one write of all edits, or of as many as may be together. */
	nextWrite(): Next {
		while (!this.isWriting && this.#edits.length > 0 && this.#newest && this.#top) {
			const count = Math.min(this.#edits.length, this.#most());
			const made = count === this.#edits.length ? this.#top : this.#play(this.#newest, this.#edits.slice(0, count));
			if ('fault' in made) {
				this.#fall(made.place, made.fault);
				this.#rebuild();
			} else if (isSame(made.data, this.#newest.data)) {
				this.#suspects = Math.max(0, this.#suspects - count);
				return { type: 'nothing', edits: this.#edits.splice(0, count), version: this.#newest.version };
			} else {
				this.#inFlight = count;
				this.#made = { version: this.#newest.version, data: made.data };
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
		const [beneath, top, made] = [this.#beneath, this.#top, this.#made];
		if (!this.isWriting || !this.isWaiting || !beneath || !top || !made) return undefined;
		if (beneath.version !== made.version || isSame(top.data, made.data)) return undefined;
		return { change: { old: beneath, data: top.data }, count: this.#edits.length, ahead: made.data };
	}

	/** So many edits, from the oldest, are in the write under way: more were sent behind it. */
	takeBehind(count: number): void {
		this.#inFlight = Math.min(count, this.#edits.length);
	}

	/** The write under way was made, and this is the state since: its edits are part of it. */
	accepted(layer: Layer): Edit[] {
		this.#take(layer);
		this.#suspects = Math.max(0, this.#suspects - this.#inFlight);
		return this.#takeWritten();
	}

	/** The write under way came too late: its edits wait for the next one, on this state. */
	lostAgainst(layer: Layer): void {
		this.#inFlight = 0;
		this.#take(layer);
		this.#rebuild();
	}

	/**
	 * The write under way was not made: for what one of its edits has made of the state, or for
	 * another reason. Returns the edits that have failed with it: if only one can be guilty, and it
	 * is not found yet, none has, and the next write has half of them.
	 */
	unmade(isByContent: boolean): Edit[] {
		if (isByContent && this.#inFlight > 1) {
			this.#suspects = this.#inFlight;
			this.#inFlight = 0;
			if (this.#beneath !== this.#newest) this.#rebuild();
			return [];
		}
		this.#suspects = 0;
		return this.#takeWritten();
	}

	/** The edits that have become impossible since the last call. */
	takeFallen(): Fallen[] {
		return this.#fallen.splice(0);
	}

	/** Takes away all edits, answered or not. */
	clear(): Edit[] {
		this.#inFlight = 0;
		return this.#edits.splice(0);
	}

	/** How many edits the next write may have: half of those among which one is guilty. */
	#most(): number {
		return this.#suspects === 0 ? Infinity : Math.max(1, Math.floor(this.#suspects / 2));
	}

	#takeWritten(): Edit[] {
		const ended = this.#edits.splice(0, this.#inFlight);
		this.#inFlight = 0;
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
		return { version, data: share(this.#top?.data, data) };
	}

	/** Plays all edits on the newest state. Those that cannot be played on it fall. */
	#rebuild(): void {
		this.#beneath = this.#newest;
		if (!this.#beneath) return;
		for (;;) {
			const played = this.#play(this.#beneath, this.#edits);
			if (!('fault' in played)) {
				this.#top = played === this.#beneath ? played : this.#shared(played);
				return;
			}
			this.#fall(played.place, played.fault);
		}
	}

	/** Plays the edits on a state, one after the other; each must leave a state that could be sent. */
	#play(base: Layer, edits: readonly Edit[]): Layer | { place: number; fault: Fault } {
		let data = base.data;
		for (const [place, { recipe }] of edits.entries()) {
			try {
				data = take(playing(() => draw(data, recipe)), this.place);
			} catch (error) {
				return { place, fault: faultOf(error) };
			}
		}
		return data === base.data ? base : { version: base.version, data };
	}

	#fall(place: number, fault: Fault): void {
		for (const edit of this.#edits.splice(place, 1)) {
			if (place < this.#suspects) this.#suspects -= 1;
			this.#fallen.push({ edit, fault });
		}
	}
}

function faultOf(error: unknown): Fault {
	if (error instanceof Unfit) return { reason: error.message, path: error.path, cause: error };
	const words = error instanceof Error ? error.message : String(error);
	return { reason: `the edit threw: ${words}`, cause: error };
}
