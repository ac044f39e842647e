import type { SnapshotApplier } from '../types.js';
import { checkKeyed, fill, type MapLike } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';

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
 * Applies snapshots to a `proxyMap` in place: a key of the snapshot is one of the Map.
 *
 * @example
 * const settings = proxyMap<string, string>();
 * const applier = createValtioSnapshotApplier(settings);
 */
export function createValtioSnapshotApplier<Value, Data = Record<string, Value>>(
	map: MapLike<Value>,
	options?: ValtioSnapshotApplierOptions<Record<string, Value>, Data>,
): SnapshotApplier<Data>;

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
	options?: ValtioSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

export function createValtioSnapshotApplier<State extends object, Data>(
	proxy: State,
	options: ValtioSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	checkKeyed('valtio', proxy, false);
	return createApplier<State, Data, { proxy: State }>('valtio', options, { proxy }, {
		write: (next, rules) => fill(proxy, next, rules),
	});
}
