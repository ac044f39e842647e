/** The edits that the backend has not answered. */

import type { Version } from '../gate/gate.js';
import type { Ask, Edit } from './edit.js';

/** The most actions that may be sent at once: `MAX_ACTIONS` of `shared/src/wire/acted.rs`. */
const MAX_ACTIONS = 128;

/** Actions to be sent. */
export interface Actions {
	/** The newest version that the window knew when it first sent the oldest of them. */
	readonly known: Version;
	/** Whether any has been sent before. */
	readonly again: boolean;
	/** A list of them, as JSON. */
	readonly json: string;
}

/** Edits in their order, of which the oldest may be under way. */
export class Queue {
	readonly #edits: Edit[] = [];
	/** How many of the edits, from the oldest, are in the write under way. */
	#inFlight = 0;
	/** Among so many edits, from the oldest, is one that the backend refuses; 0 if none is known. */
	#suspects = 0;

	get all(): readonly Edit[] {
		return this.#edits;
	}

	get inFlight(): number {
		return this.#inFlight;
	}

	/** Whether anything is shown that any state may have by now: of the write under way, or sent in a hurry. */
	get isShownUnderWay(): boolean {
		return this.#edits.some(({ recipe, ask }, place) => recipe && (place < this.#inFlight || ask?.sentOn));
	}

	/** How many edits, from the oldest, are no actions. */
	get closures(): number {
		const first = this.#edits.findIndex(({ ask }) => ask);
		return first < 0 ? this.#edits.length : first;
	}

	/** How many edits the next write may have: half of those among which one is guilty. */
	get most(): number {
		return this.#suspects === 0 ? Infinity : Math.max(1, Math.floor(this.#suspects / 2));
	}

	push(edit: Edit): void {
		this.#edits.push(edit);
	}

	/** So many edits, from the oldest, are in the write under way. */
	fly(count: number): void {
		this.#inFlight = Math.min(count, this.#edits.length);
	}

	/** The edits of the write under way wait again. */
	land(): void {
		this.#inFlight = 0;
	}

	/** The same, of edits that the backend has refused for one of them: none of them was done. */
	suspect(): void {
		for (const { ask } of this.#edits.slice(0, this.#inFlight)) if (ask) ask.sentOn = undefined;
		this.#suspects = this.#inFlight;
		this.land();
	}

	/** Nobody is known to be guilty. */
	acquit(): void {
		this.#suspects = 0;
	}

	/** Takes away the oldest edits. None is under way then. */
	remove(count = this.#inFlight): Edit[] {
		this.#suspects = Math.max(0, this.#suspects - count);
		this.#inFlight = 0;
		return this.#edits.splice(0, count);
	}

	/** Takes away one edit that is not under way. */
	drop(edit: Edit): void {
		const place = this.#edits.indexOf(edit);
		this.#edits.splice(place, 1);
		if (place < this.#suspects) this.#suspects -= 1;
	}

	/**
	 * Takes away the actions that were sent in another epoch: by a page that was about to go, and has
	 * stayed. The backend has forgotten since.
	 */
	removeLost(newest: Version): Edit[] {
		const kept = this.#edits.findIndex(({ ask }) => !isLost(ask, newest));
		return this.remove(kept < 0 ? this.#edits.length : kept);
	}

	/** Has the actions fly that are the oldest edits. */
	takeActions(newest: Version): Actions | undefined {
		// So many that a page that goes can send as many again behind them. And an answer has one version
		// for all: what may have been done with different messages is asked apart, or the window would
		// wait for the newest one with what it has seen long since.
		const asks = this.#asks(0, Math.min(MAX_ACTIONS / 2, this.most), true);
		if (asks.length === 0) return undefined;
		this.fly(asks.length);
		return send(asks, newest);
	}

	/**
	 * The actions that need not wait for the write under way: those in it, and what follows them; or
	 * what follows edits of another kind. `undefined` if there are none that were not sent yet.
	 */
	actionsBehind(newest: Version): Actions | undefined {
		const asks = this.#asks(this.#edits[0]?.ask ? 0 : this.closures, MAX_ACTIONS);
		// What is under way in another life of the topic may have been done there.
		const isAnyLost = asks.some((ask) => isLost(ask, newest));
		const isAnyNew = asks.some(({ sentOn }) => sentOn === undefined);
		return isAnyNew && !isAnyLost ? send(asks, newest) : undefined;
	}

	/** The actions from this place on, up to an edit of another kind; or to one of another message. */
	#asks(from: number, most: number, isOneMessage = false): Ask[] {
		const asks: Ask[] = [];
		for (const { ask } of this.#edits.slice(from, from + most)) {
			if (!ask || (isOneMessage && ask.sentOn !== (asks[0] ?? ask).sentOn)) break;
			asks.push(ask);
		}
		return asks;
	}
}

/** Whether it was sent in another epoch than that of the newest version. */
function isLost(ask: Ask | undefined, newest: Version): boolean {
	return ask?.sentOn !== undefined && (ask.sentOn.epoch ?? '0') !== (newest.epoch ?? '0');
}

/** What is sent of these actions. They count as sent by a window that knows this version. */
function send(asks: readonly Ask[], newest: Version): Actions {
	const again = asks.some(({ sentOn }) => sentOn !== undefined);
	const message = { ...newest };
	const sentOn = asks.map((ask) => (ask.sentOn ??= message));
	const known = sentOn.reduce((one, other) => (BigInt(other.revision) < BigInt(one.revision) ? other : one));
	return { known, again, json: `[${asks.map(({ json }) => json).join()}]` };
}
