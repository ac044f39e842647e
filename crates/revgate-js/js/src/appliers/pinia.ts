import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { assign, type Changes, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { type Fields, isCode, kindOf } from './value.js';
import { mark, rawOf, waysOf } from './vue-raw.js';

/** What the applier needs of a store, be it an option store or a setup store. */
export interface PiniaStoreLike<State extends object> {
	$id?: string;
	$state: State;
	$patch(mutator: (state: never) => void): void;
}

/** See {@link ApplyMode}. */
export type PiniaApplyMode = ApplyMode;

/** What {@link createPiniaSnapshotApplier} can be told. */
export type PiniaSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ store: PiniaStoreLike<State> }
>;

/**
 * Applies snapshots to a Pinia store, each by one `$patch`; a snapshot that changes nothing makes
 * none. Actions and getters stay. In mode `'replace'`, a ref of a setup store that a snapshot does
 * not have becomes undefined: the store holds it for good.
 *
 * A key's value is replaced, also in mode `'patch'`: Pinia's own `$patch` of an object would merge
 * it, and keep what the backend has removed within.
 *
 * @example
 * const store = useSettingsStore(); // inside of setup, or after app.use(pinia)
 * const applier = createPiniaSnapshotApplier(store, { omitKeys: ['isSaving'] });
 */
export function createPiniaSnapshotApplier<State extends object, Data = State>(
	store: PiniaStoreLike<State>,
	options: PiniaSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	if (!store.$state) {
		throw new TypeError(say(Word.NoPiniaStore));
	}
	return createApplier<State, Data, { store: PiniaStoreLike<State> }>('pinia', options, { store }, {
		write: (next, rules) => {
			const state = store.$state as Fields;
			const ways = waysOf(state);
			const isOwn = (key: string) => ways.isOwn?.(key) || (!(key in state) && isOwnOf(store, key));
			const changes = changesOf(state, next, rules, { ...ways, isOwn });
			if (!changes.length) return;
			const steps = changes.map((change) => refilling(store, change) ?? (() => assign(state, [change])));
			store.$patch(() => steps.forEach((step) => step()));
		},
	});
}

/**
 * Whether what the store alone has is the app's: an action, or a getter, which Pinia tells from a ref
 * by the same mark. The refs of keys that are gone are not.
 *
 * @throws TypeError for a value that a setup store returns as it is: Pinia shows no other.
 */
function isOwnOf(store: object, key: string): boolean {
	const fields = rawOf(store) as Fields;
	const held = fields[key];
	if (isCode(held)) return true;
	if (!(key in fields) || mark(held, '__v_isReactive')) return false;
	if (mark(held, '__v_isRef') && !(held as Fields)['effect']) return false;
	if (mark(held, '__v_isReadonly')) return true;
	throw new TypeError(say(Word.NoPiniaState, key));
}

/**
 * A `reactive` that a setup store returns is held by the store too: a new object in `$state` would
 * part the two. So its content is replaced instead, if both are objects or both arrays.
 */
function refilling(store: object, [key, value]: Changes[number]): (() => void) | undefined {
	const held = (rawOf(store) as Fields)[key] as Fields;
	const kind = kindOf(value);
	if (!mark(held, '__v_isReactive') || kindOf(held) !== kind) return undefined;
	if (kind !== 'array' && kind !== 'object') return undefined;
	const all = { replaces: true, allows: () => true };
	const changes = changesOf(held, value as Fields, all, waysOf(held));
	return () => {
		if (kind === 'array') held['length'] = (value as unknown[]).length;
		assign(held, changes);
	};
}
