/** An edit, and how it is played. */

import type { Version } from '../gate/gate.js';
import { playing } from './barrier.js';
import { draw } from './draft.js';
import { type Place, take, Unfit } from './exact/index.js';
import { wordsOf } from './refusal.js';

/** A state that the backend has had, or what edits make of one. */
export interface Layer {
	/** The backend's version that it is or is built on. */
	readonly version: Version;
	readonly data: unknown;
}

/** What a window makes of a state. */
export interface Change {
	/** The state that it was made on. */
	readonly old: Layer;
	/** The state to be. */
	readonly data: unknown;
}

/** Who waits for an edit. */
export interface Waiting {
	readonly done: (outcome: Version) => void;
	readonly failed: (error: unknown) => void;
}

/** A change that the window makes, and who waits for it. */
export interface Edit extends Waiting {
	/** What it makes of a state; an action without one is shown when the backend has done it. */
	readonly recipe?: ((draft: unknown) => unknown) | undefined;
	/** How it is sent, if it is an action. */
	readonly ask?: Ask;
}

/** What is sent of an action. */
export interface Ask {
	/** Its number among those of the replica. */
	readonly seq: string;
	/** What is sent, as JSON. */
	readonly json: string;
	/**
	 * The newest version that was known when it was first sent: an object of the message's own, by which
	 * those are known that first travelled together. **From then on it may have been done.**
	 */
	sentOn?: Version | undefined;
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

/** Plays the edits on a state, one after the other; each must leave a state that could be sent. */
export function play(base: Layer, edits: readonly Edit[], at: Place): Layer | { place: number; fault: Fault } {
	let data = base.data;
	for (const [place, { recipe }] of edits.entries()) {
		if (!recipe) continue;
		try {
			data = take(playing(() => draw(data, recipe)), at);
		} catch (error) {
			return { place, fault: faultOf(error) };
		}
	}
	return data === base.data ? base : { version: base.version, data };
}

function faultOf(error: unknown): Fault {
	if (error instanceof Unfit) return { reason: error.message, path: error.path, cause: error };
	return { reason: `the edit threw: ${wordsOf(error)}`, cause: error };
}
