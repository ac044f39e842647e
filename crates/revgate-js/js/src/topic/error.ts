/** What went wrong with a topic. */

import type { SyncPhase } from '../types.js';

/**
 * What is known of an edit that failed.
 *
 * - `notSent`: it is not in the backend's state, and the cause is here: a value that JSON does not
 *   have, a recipe that throws, no backend. Made again without a change, it may fail again.
 * - `refused`: the backend has refused it, or the topic, and so it will again, unless the cause has
 *   gone.
 * - `outraced`: it is not in the backend's state: others were faster each time, more often in a row than
 *   `maxRebases` allows. Made again it may win; an action loses against nobody.
 * - `unknown`: it was sent, and no answer came that could be read: it may have been made or not.
 *   Whoever would make it again looks at the state first.
 * - `notDurable`: it was made, and every window has it; but it is not on the disk, where it should be
 *   before it is answered: its topic is durable, or the app is ending. That is tried again as long as
 *   the app runs: the edit need not be made again, and must not be if it would change the state once
 *   more.
 *
 * @example
 * settings.onError(({ fate }) => { if (fate === 'unknown') void settings.refresh(); });
 */
export type Fate = 'notSent' | 'refused' | 'outraced' | 'unknown' | 'notDurable';

/** What a message says of edits that the state may have. */
const MADE: { readonly [fate in Fate]?: string } = {
	unknown: ' (it may have been made)',
	notDurable: ' (it was made, but is not on the disk)',
};

/** What a {@link TopicError} says besides its message. */
export interface TopicFailure {
	readonly topic: string;
	readonly phase: SyncPhase;
	readonly reason: string;
	readonly fate?: Fate | undefined;
	readonly path?: string | undefined;
	readonly kind?: string | undefined;
	readonly refused?: unknown;
	readonly attempt?: number | undefined;
	readonly retryInMs?: number | undefined;
	readonly cause?: unknown;
}

/**
 * One failure of a topic in this window. What is due is tried again by itself; an edit that failed
 * is not.
 *
 * @example
 * try {
 * 	await settings.update((draft) => { draft.fontSize = 500; });
 * } catch (error) {
 * 	if (error instanceof TopicError && error.fate === 'refused') show(`${error.path}: ${error.reason}`);
 * }
 */
export class TopicError extends Error {
	override readonly name = 'TopicError';
	/** The topic. */
	readonly topic: string;
	/** Where it failed. */
	readonly phase: SyncPhase;
	/** Why, in words. */
	readonly reason: string;
	/** What became of the edit, if it is one that failed: the phase is `write` then. */
	readonly fate: Fate | undefined;
	/** Where in the state the fault is, as a JSON pointer, if it is at one place. */
	readonly path: string | undefined;
	/** What kind of refusal it is, as the plugin names it: `invalid`, `denied`, `tooLarge`, … */
	readonly kind: string | undefined;
	/**
	 * The app's own error, of an action that has refused itself in Rust: its `Action::Error` as JSON,
	 * in which integers beyond 2^53 are BigInts. The kind is `refused` then.
	 */
	readonly refused: unknown;
	/** How many failures in a row this makes; 1 for what is not tried again. */
	readonly attempt: number;
	/** When the next try comes, in milliseconds from now; `undefined` if there is none. */
	readonly retryInMs: number | undefined;

	/** Made by the package. */
	constructor(failure: TopicFailure) {
		const { topic, phase, reason, fate, path, kind, refused, attempt = 1, retryInMs, cause } = failure;
		const made = (fate && MADE[fate]) ?? '';
		const retry = retryInMs === undefined ? '' : ` (attempt ${attempt}, next in ${Math.round(retryInMs)} ms)`;
		super(`topic \`${topic}\`, phase ${phase}: ${reason}${made}${retry}`, { cause });
		this.topic = topic;
		this.phase = phase;
		this.reason = reason;
		this.fate = fate;
		this.path = path;
		this.kind = kind;
		this.refused = refused;
		this.attempt = attempt;
		this.retryInMs = retryInMs;
	}
}
