import type { SnapshotApplier } from '../types.js';
import { merge } from './merge.js';
import { assign, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import type { Fields } from './value.js';

/**
 * What the applier needs of a store: that of `writable`, or one of your own. If it can be subscribed
 * to, a snapshot that changes nothing notifies nobody.
 */
export interface SvelteStoreLike<State> {
	set(value: State): void;
	update(updater: (current: State) => State): void;
}

interface Readable<State> {
	subscribe(run: (value: State) => void): () => void;
}

/** See {@link ApplyMode}. */
export type SvelteApplyMode = ApplyMode;

/** `'store'`: one with `set` and `update`; `'state'`: an object of the rune `$state`. */
export type SvelteTargetKind = 'store' | 'state';

/** What {@link createSvelteSnapshotApplier} can be told for a store. */
export type SvelteStoreSnapshotApplierOptions<State, Data> = ApplierOptions<
	State,
	Data,
	{ store: SvelteStoreLike<State> }
> & { target?: 'store' };

/** What {@link createSvelteSnapshotApplier} can be told for an object of `$state`. */
export type SvelteStateSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ state: State }
> & { target?: 'state' };

/**
 * Applies snapshots to a writable store, which notifies once per snapshot, and not at all if a
 * snapshot changes nothing. What a snapshot does not change keeps its identity.
 *
 * @example
 * const settings = writable<Settings>(defaults);
 * const applier = createSvelteSnapshotApplier(settings);
 */
export function createSvelteSnapshotApplier<State, Data = State>(
	store: SvelteStoreLike<State>,
	options?: SvelteStoreSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

/**
 * Applies snapshots to an object of the rune `$state`, or to an instance of a class whose fields
 * are such, in place: what reads a key that a snapshot does not change does not run again. The
 * fields of a class stay in mode `'replace'` too: from outside they look like its derived ones.
 *
 * @example
 * // settings.svelte.ts
 * export const settings = $state<Settings>(defaults);
 * export const applier = createSvelteSnapshotApplier(settings, { target: 'state' });
 */
export function createSvelteSnapshotApplier<State extends object, Data = State>(
	state: State,
	options?: SvelteStateSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

export function createSvelteSnapshotApplier<State extends object, Data>(
	target: SvelteStoreLike<State> | State,
	options: ApplierOptions<State, Data, never> & { target?: SvelteTargetKind } = {},
): SnapshotApplier<Data> {
	const isStore = options.target ? options.target === 'store' : 'set' in target && 'update' in target;
	if (!isStore) {
		const state = target as Fields;
		return createApplier('svelte', options, { state } as never, {
			write: (next, rules) => assign(state, changesOf(state, next, rules)),
		});
	}

	const store = target as SvelteStoreLike<State> & Partial<Readable<State>>;
	return createApplier('svelte', options, { store } as never, {
		holdsAnything: true,
		write: (next, rules) => {
			const after = (current: unknown) => merge(current, next, rules) as State;
			if (!store.subscribe) return store.update(after);
			// To a store, an object is always news: so it is not told what it has already.
			let current: unknown;
			store.subscribe((value) => (current = value))();
			const value = after(current);
			if (!Object.is(value, current)) store.set(value);
		},
	});
}
