import type { SnapshotApplier } from '../types.js';
import { assign, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { type Fields, kindOf } from './value.js';
import { mark, rawOf, refsOf } from './vue-raw.js';

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
			const changes = changesOf(state, next, rules, refsOf(state), rawOf);
			if (!changes.length) return;
			store.$patch(() => assign(state, changes.filter(([key, value]) => !refill(store, key, value))));
		},
	});
}

/**
 * A `reactive` that a setup store returns is held by the store too: a new object in `$state` would
 * part the two. So its content is replaced instead, if both are objects or both arrays.
 */
function refill(store: object, key: string, value: unknown): boolean {
	const held = (rawOf(store) as Fields)[key] as Fields;
	const kind = kindOf(value);
	if (!mark(held, '__v_isReactive') || kindOf(held) !== kind) return false;
	if (kind === 'array') held['length'] = (value as unknown[]).length;
	else if (kind !== 'object') return false;
	const all = { replaces: true, allows: () => true };
	assign(held, changesOf(held, value as Fields, all, refsOf(held), rawOf));
	return true;
}
