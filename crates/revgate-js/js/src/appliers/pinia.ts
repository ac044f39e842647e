import type { SnapshotApplier } from '../types.js';
import { assign, type Changes, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { type Fields, isCode, kindOf } from './value.js';
import { mark, ownOf, rawOf, refsOf } from './vue-raw.js';

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
	return createApplier<State, Data, { store: PiniaStoreLike<State> }>('pinia', options, { store }, {
		write: (next, rules) => {
			const state = store.$state as Fields;
			const isOwn = ownOf(state);
			// Actions and getters are in the store alone; so are the refs of keys that are gone.
			const leaves = (key: string) => isOwn(key) || (!(key in state) && isDerived((rawOf(store) as Fields)[key]));
			const changes = changesOf(state, next, rules, refsOf(state), rawOf, leaves);
			if (!changes.length) return;
			const steps = changes.map((change) => refilling(store, change) ?? (() => assign(state, [change])));
			store.$patch(() => steps.forEach((step) => step()));
		},
	});
}

/** Whether it is an action or a getter: Pinia tells a getter from a ref by the same mark. */
function isDerived(held: unknown): boolean {
	return isCode(held) || (!!mark(held, '__v_isRef') && !!(held as Fields)['effect']);
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
	const changes = changesOf(held, value as Fields, all, refsOf(held), rawOf, ownOf(held));
	return () => {
		if (kind === 'array') held['length'] = (value as unknown[]).length;
		assign(held, changes);
	};
}
