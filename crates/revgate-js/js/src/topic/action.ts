/** Actions: what is done to a topic by the function that its Rust type has for it. */

import type { Draft } from './draft.js';
import type { Edit, Waiting } from './edit.js';
import { ANYWHERE, take, Unfit, write } from './exact/index.js';

/**
 * The app's topics and their actions, for {@link Topic.act}. Declare them once; `cargo xtask types`
 * writes that from the Rust enums.
 *
 * @example
 * declare module 'revgate' {
 * 	interface Actions {
 * 		player: { like: { track: number } } | 'skip';
 * 	}
 * }
 */
export interface Actions {}

/**
 * What an action may know beside the state, the same here and in Rust: so what it creates has the
 * same id on both sides. As `revgate::action::Context` there.
 *
 * @example
 * const add: OptimisticAction<Notes, NoteAction> = (draft, { add }, context) => {
 * 	draft.notes.push({ id: context.id(0), text: add.text, writtenAt: context.at });
 * };
 */
export interface ActionContext {
	/** When it was asked for, in milliseconds since the Unix epoch, by this window's clock. */
	readonly at: number;
	/** Where its random numbers come from: 64 bits. */
	readonly seed: bigint;
	/** A random number of 64 bits, for each index another one. Not for secrets. */
	random(index: number | bigint): bigint;
	/** An id for what the action creates: 32 hexadecimal digits, for each index another one. */
	id(index: number | bigint): string;
}

/**
 * What a window shows of an action until the backend's state has it: a recipe, as `update` takes one,
 * that also has the action and what it may know. Rust decides what the action does; this says it
 * beforehand.
 *
 * @example
 * const like: OptimisticAction<Player, PlayerAction> = (draft, { like }) => { draft.liked.push(like.track); };
 */
export type OptimisticAction<T, A> = (draft: Draft<T>, action: A, context: ActionContext) => Draft<T> | T | void;

/**
 * What is shown of a topic's actions: one function of all, or one each by their names, as serde writes
 * a Rust enum: `'skip'` is the action `skip`, and `{ like: { track: 7 } }` is the action `like`. One
 * without a function is shown when the backend's state has it.
 *
 * @example
 * const shown: OptimisticActions<Player, PlayerAction> = { like: (draft, { like }) => { draft.liked.push(like.track); } };
 */
export type OptimisticActions<T, A> =
	| OptimisticAction<T, A>
	| { readonly [Name in NameOf<A>]?: OptimisticAction<T, Named<A, Name>> };

type NameOf<A> = unknown extends A ? string : A extends string ? A : A extends object ? keyof A & string : never;
type Named<A, Name extends string> = unknown extends A ? A : A extends Name | { readonly [K in Name]: unknown } ? A : never;

/** What is shown of this action, if anything is. */
export function shownOf<T, A>(action: A, shown: OptimisticActions<T, A> | undefined): OptimisticAction<T, A> | undefined {
	if (shown === undefined || typeof shown === 'function') return shown;
	const name = nameOf(action);
	const all = shown as Readonly<Record<string, OptimisticAction<T, A> | undefined>>;
	return name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
}

/** The name of an action, by which its function is found; `undefined` if serde writes it otherwise. */
export function nameOf(action: unknown): string | undefined {
	if (typeof action === 'string') return action;
	const keys = typeof action === 'object' && action !== null && !Array.isArray(action) ? Object.keys(action) : [];
	return keys.length === 1 ? keys[0] : undefined;
}

/** Actions of one replica, which numbers them. */
export class Numbered {
	/** Tells this replica's actions from all others'. */
	readonly source = crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
	#last = 0n;

	/**
	 * An action as it is sent and played: nobody changes it after that.
	 *
	 * @throws {Error} if it is no JSON.
	 */
	edit(action: unknown, shown: OptimisticAction<unknown, unknown> | undefined, waiting: Waiting): Edit {
		const taken = takeAction(action);
		const seq = (this.#last += 1n);
		// A clock may be set to before 1970.
		const at = Math.max(0, Math.floor(Date.now()));
		const context = new Context(at, splitMix(this.source ^ splitMix(seq)));
		const json = `{"seq":"${seq}","at":"${at}","action":${write(taken)}}`;
		const recipe = shown && ((draft: unknown) => shown(draft, taken, context));
		return { ...waiting, recipe, ask: { seq: String(seq), json } };
	}
}

function takeAction(action: unknown): unknown {
	try {
		return take(action, ANYWHERE);
	} catch (error) {
		if (!(error instanceof Unfit)) throw error;
		throw new Error(`the action cannot be sent: ${error.path || 'it'}: ${error.reason}`, { cause: error });
	}
}

export class Context implements ActionContext {
	constructor(
		readonly at: number,
		readonly seed: bigint,
	) {}

	readonly random = (index: number | bigint): bigint => splitMix(this.seed ^ splitMix(BigInt(index)));

	readonly id = (index: number | bigint): string => {
		const [one, other] = [this.random(index), this.random(~BigInt(index))];
		return hex(splitMix(one ^ BigInt(this.at))) + hex(other);
	};
}

/** SplitMix64: `split_mix` of `shared/src/backoff.rs`, from which a state may have ids. */
function splitMix(number: bigint): bigint {
	const mixed = BigInt.asUintN(64, number + 0x9e3779b97f4a7c15n);
	const more = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
	const most = BigInt.asUintN(64, (more ^ (more >> 27n)) * 0x94d049bb133111ebn);
	return most ^ (most >> 31n);
}

const hex = (number: bigint): string => number.toString(16).padStart(16, '0');
