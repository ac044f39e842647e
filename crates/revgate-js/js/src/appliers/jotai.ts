import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { take } from './take.js';

/** What the applier needs of a store: that of `createStore` or `getDefaultStore`. */
export interface JotaiStoreLike {
	get(atom: never): unknown;
	set(atom: never, value: never): unknown;
}

/** What the applier needs of an atom: one that takes what it holds, primitive or not. */
export interface JotaiAtomLike<State> {
	read(get: never, options: never): State;
	write(get: never, set: never, value: NoInfer<State>): unknown;
}

/** See {@link ApplyMode}. */
export type JotaiApplyMode = ApplyMode;

/** What `toState` gets of Jotai. */
export interface JotaiContext<State> {
	store: { get(atom: JotaiAtomLike<State>): State };
	atom: JotaiAtomLike<State>;
}

/** What {@link createJotaiSnapshotApplier} can be told. */
export type JotaiSnapshotApplierOptions<State, Data> = ApplierOptions<State, Data, JotaiContext<State>>;

/**
 * Applies snapshots to an atom of a Jotai store. A derived atom gets the next value, never a
 * function. What a snapshot does not change keeps its identity; a snapshot that changes nothing
 * calls no listener.
 *
 * @example
 * const settingsAtom = atom<Settings>(defaults);
 * const applier = createJotaiSnapshotApplier(getDefaultStore(), settingsAtom);
 */
export function createJotaiSnapshotApplier<State, Data = State>(
	store: JotaiStoreLike,
	atom: JotaiAtomLike<State>,
	options: JotaiSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	if (typeof atom?.write !== 'function') {
		throw new TypeError(say(Word.NoAtom));
	}
	const held = {
		get: () => store.get(atom as never),
		set: (value: unknown) => store.set(atom as never, value as never),
	};
	const context = { store, atom } as unknown as JotaiContext<State>;
	return createApplier<State, Data, JotaiContext<State>>('jotai', options, context, {
		holdsAnything: true,
		write: (state, rules) => take('jotai', held, state, rules),
	});
}
