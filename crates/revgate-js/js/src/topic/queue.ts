/** The edits that the backend has not answered. */

import type { Ask, Edit } from './edit.js';

/** The most actions that may be sent at once: `MAX_ACTIONS` of `shared/src/wire/acted.rs`. */
const MAX_ACTIONS = 128;

/** Actions to be sent. */
export interface Actions {
	/** The topic's, as the window knows it. */
	readonly epoch: string;
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

	/** Whether anything is shown of the write under way. */
	get isShownInFlight(): boolean {
		return this.#edits.slice(0, this.#inFlight).some(({ recipe }) => recipe);
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
		for (const { ask } of this.#edits.slice(0, this.#inFlight)) if (ask) ask.sentIn = undefined;
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
	removeLost(epoch: string): Edit[] {
		const kept = this.#edits.findIndex(({ ask }) => (ask?.sentIn ?? epoch) === epoch);
		return this.remove(kept < 0 ? this.#edits.length : kept);
	}

	/** Has the actions fly that are the oldest edits. */
	takeActions(epoch: string): Actions | undefined {
		// So that a page that goes can send as many again behind them.
		const asks = this.#asks(0, Math.min(MAX_ACTIONS / 2, this.most));
		if (asks.length === 0) return undefined;
		this.fly(asks.length);
		return send(asks, epoch);
	}

	/**
	 * The actions that need not wait for the write under way: those in it, and what follows them; or
	 * what follows edits of another kind. `undefined` if there are none that were not sent yet.
	 */
	actionsBehind(epoch: string): Actions | undefined {
		const asks = this.#asks(this.#edits[0]?.ask ? 0 : this.closures, MAX_ACTIONS);
		// What is under way in another life of the topic may have been done there.
		const isLost = asks.some(({ sentIn = epoch }) => sentIn !== epoch);
		const isNew = asks.some(({ sentIn }) => sentIn === undefined);
		return isNew && !isLost ? send(asks, epoch) : undefined;
	}

	/** The actions from this place on, up to an edit of another kind. */
	#asks(from: number, most: number): Ask[] {
		const edits = this.#edits.slice(from);
		const end = edits.findIndex(({ ask }) => !ask);
		return edits.slice(0, Math.min(most, end < 0 ? edits.length : end)).flatMap(({ ask }) => ask ?? []);
	}
}

/** What is sent of these actions. They count as sent. */
function send(asks: readonly Ask[], epoch: string): Actions {
	const again = asks.some(({ sentIn }) => sentIn !== undefined);
	for (const ask of asks) ask.sentIn = epoch;
	return { epoch, again, json: `[${asks.map(({ json }) => json).join()}]` };
}
