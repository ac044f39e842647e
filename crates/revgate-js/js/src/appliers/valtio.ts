import type { SnapshotApplier } from '../types.js';
import { assign, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import type { Fields } from './value.js';

/** What `proxy` of Valtio returns. */
export type ValtioProxyLike<State extends object> = State;

/** See {@link ApplyMode}. */
export type ValtioApplyMode = ApplyMode;

/** What {@link createValtioSnapshotApplier} can be told. */
export type ValtioSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ proxy: ValtioProxyLike<State> }
>;

/**
 * Applies snapshots to a Valtio proxy in place: Valtio notifies once per snapshot. Functions and
 * getters stay. What a snapshot does not change keeps its identity, in `snapshot()` too; a snapshot
 * that changes nothing notifies nobody.
 *
 * @example
 * const settings = proxy<Settings>(defaults);
 * const applier = createValtioSnapshotApplier(settings, { pickKeys: ['theme', 'language'] });
 */
export function createValtioSnapshotApplier<State extends object, Data = State>(
	proxy: ValtioProxyLike<State>,
	options: ValtioSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	return createApplier<State, Data, { proxy: State }>('valtio', options, { proxy }, {
		write: (next, rules) => assign(proxy as Fields, changesOf(proxy as Fields, next, rules)),
	});
}
