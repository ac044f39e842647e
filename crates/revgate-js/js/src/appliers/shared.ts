import { check, FLAG, FUNCTION, kind, maybe, oneOf, only, type Shape } from '../gate/check.js';
import type { SnapshotApplier, SnapshotEnvelope } from '../types.js';
import { say, Word } from '../words/say.js';
import { type Fields, kindOf } from './value.js';

/**
 * What becomes of the keys that a snapshot does not have: `'patch'` leaves them, `'replace'`
 * removes them, except functions, getters and the keys that are left out of the sync.
 */
export type ApplyMode = 'patch' | 'replace';

/** The top-level keys of a state. */
export type StateKey<State> = Extract<keyof NonNullable<State>, string>;

/** What all appliers can be told. `Context` is what `toState` gets besides the data. */
export type ApplierOptions<State, Data, Context> = {
	/** Default: `'patch'`. */
	mode?: ApplyMode;
	/** Makes the store's shape of the backend's. Keys are picked or left out after it. */
	toState?: (data: Data, context: Context) => NoInfer<Partial<State>>;
	/**
	 * Whether a state that is no plain object is an error. With `false` it is left alone; but a
	 * container for any value (an atom, a writable store, a ref) takes it in mode `'replace'`.
	 * Default: true.
	 */
	strict?: boolean;
} & (
	| {
			/** The only top-level keys that snapshots may touch. */
			pickKeys?: readonly StateKey<State>[];
			omitKeys?: never;
	  }
	| {
			pickKeys?: never;
			/** Top-level keys that snapshots never touch: what belongs to this window alone. */
			omitKeys?: readonly StateKey<State>[];
	  }
);

const KEYS = maybe(kind('a list of keys', (it) => Array.isArray(it) && it.every((key) => typeof key === 'string')));
const OPTIONS: Shape = {
	mode: oneOf('patch', 'replace'),
	toState: maybe(FUNCTION),
	strict: maybe(FLAG),
	pickKeys: KEYS,
	omitKeys: KEYS,
};

/** Which top-level keys may be touched, and whether those that are gone go away. */
export interface Rules {
	readonly replaces: boolean;
	allows(key: string): boolean;
}

/** The options that make the rules, as an action of Redux carries them. */
export interface RuleOptions {
	mode?: ApplyMode;
	pickKeys?: readonly string[];
	omitKeys?: readonly string[];
}

/** @throws TypeError for keys both picked and left out. */
export function rulesOf({ mode, pickKeys, omitKeys }: RuleOptions): Rules {
	if (pickKeys && omitKeys) throw new TypeError(say(Word.PicksAndOmits));
	const keys = new Set(pickKeys ?? omitKeys);
	return { replaces: mode === 'replace', allows: (key) => keys.has(key) === !!pickKeys };
}

/** How a library's container takes a state, at once or by a promise: one that holds anything may get anything. */
export type Container =
	| { holdsAnything: true; write(state: unknown, rules: Rules, snapshot: SnapshotEnvelope<unknown>): unknown }
	| { holdsAnything?: false; write(state: Fields, rules: Rules): void };

/**
 * The part of all appliers that knows no library.
 *
 * @param own the options that the library has besides those of all
 * @throws TypeError for options that make no sense
 */
export function createApplier<State, Data, Context>(
	library: string,
	options: ApplierOptions<State, Data, Context>,
	context: Context,
	{ holdsAnything, write }: Container,
	own?: Shape,
): SnapshotApplier<Data> {
	check({ options }, { options: only({ ...OPTIONS, ...own }) });
	const { toState, pickKeys, omitKeys } = options;
	const strict = options.strict ?? true;
	const rules = rulesOf(options);
	const takesAnything = holdsAnything && !strict && rules.replaces && !pickKeys && !omitKeys;
	return {
		apply(snapshot) {
			const state: unknown = toState ? toState(snapshot.data, context) : snapshot.data;
			const given = kindOf(state);
			if (given === 'object' || takesAnything) {
				return write(state as Fields, rules, snapshot) as void | Promise<void>;
			} else if (strict) {
				throw new TypeError(say(holdsAnything ? Word.NoKeysOrReplace : Word.NoKeys, library, given));
			}
		},
	};
}
