import { oneOf } from '../gate/check.js';
import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { merge } from './merge.js';
import { checkKeyed, fill, type MapLike } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { take } from './take.js';
import { type Fields, isCode } from './value.js';

/** What the applier needs of a store: that of `writable`, or one of your own. */
export interface SvelteStoreLike<State> {
	set(value: State): void;
	update(updater: (current: State) => State): void;
}

/**
 * The same by Svelte's contract of stores. As it can be subscribed to, a snapshot that changes nothing
 * notifies nobody.
 */
export interface SvelteContractLike<State> {
	set(value: State): void;
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
	store: SvelteStoreLike<State> | SvelteContractLike<State>,
	options?: SvelteStoreSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

/**
 * Applies snapshots to a `SvelteMap` in place: a key of the snapshot is one of the Map.
 *
 * @example
 * const settings = new SvelteMap<string, string>();
 * const applier = createSvelteSnapshotApplier(settings);
 */
export function createSvelteSnapshotApplier<Value, Data = Record<string, Value>>(
	map: MapLike<Value>,
	options?: SvelteStateSnapshotApplierOptions<Record<string, Value>, Data>,
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
	target: object,
	options: ApplierOptions<State, Data, never> & { target?: SvelteTargetKind } = {},
): SnapshotApplier<Data> {
	if ((options.target ?? kindOfTarget(target)) === 'state') {
		checkState(target);
		return createApplier('svelte', options, { state: target } as never, {
			write: (next, rules) => fill(target, next, rules),
		}, OWN);
	}

	const store = target as SvelteStoreLike<State> & Partial<SvelteContractLike<State>>;
	if (!isFunction(store.set)) {
		throw new TypeError(say(Word.SvelteReadonly));
	}
	const held = {
		get() {
			let current: unknown;
			store.subscribe?.((value) => (current = value))();
			return current;
		},
		set: (value: unknown) => store.set(value as State),
	};
	return createApplier('svelte', options, { store } as never, {
		holdsAnything: true,
		write: (next, rules) => {
			if (store.subscribe) return take('svelte', held, next, rules);
			return store.update((current) => merge(current, next, rules) as State);
		},
	}, OWN);
}

const OWN = { target: oneOf('store', 'state') };

function isFunction(value: unknown): boolean {
	return typeof value === 'function';
}

/** @throws TypeError for what may be either: an object of `$state` can have methods of any name. */
function kindOfTarget(target: object): SvelteTargetKind {
	const { subscribe, set, update } = target as Fields;
	if (isFunction(subscribe) || isCode(target)) return 'store';
	if (!isFunction(set) || !isFunction(update)) return 'state';
	throw new TypeError(say(Word.SvelteEither));
}

/** @throws TypeError for what no change of a key would show in. */
function checkState(state: object): void {
	checkKeyed('svelte', state, false);
	const isOfStore = Object.keys(state).join() === 'current' && Object.getOwnPropertyDescriptor(state, 'current')?.get;
	if (isOfStore || isCode(state)) {
		throw new TypeError(say(Word.SvelteOfStore));
	}
}
