import type { Ref } from 'vue';

import { oneOf } from '../gate/check.js';
import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { checkKeyed, fill, type MapLike } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { take } from './take.js';
import type { Fields } from './value.js';
import { mark, rawOf, waysOf } from './vue-raw.js';

/** What holds a state in `value`: a `ref`, a `shallowRef`, a writable `computed`, or your own. */
export interface VueRefLike<State> {
	value: State;
}

/** See {@link ApplyMode}. */
export type VueApplyMode = ApplyMode;

/** What is given to the applier; it tells what is of Vue by itself. */
export type VueTargetKind = 'ref' | 'reactive';

/** What {@link createVueSnapshotApplier} can be told for a reactive object. */
export type VueReactiveSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ state: State }
> & { target?: 'reactive' };

/** What {@link createVueSnapshotApplier} can be told for a ref. */
export type VueRefSnapshotApplierOptions<State, Data> = ApplierOptions<
	State,
	Data,
	{ ref: VueRefLike<State> }
> & { target?: 'ref' };

/**
 * Applies snapshots to a ref, which is set once per snapshot, and not at all if a snapshot changes
 * nothing. What a snapshot does not change keeps its identity.
 *
 * @example
 * const settings = ref<Settings>(defaults);
 * const applier = createVueSnapshotApplier(settings);
 */
export function createVueSnapshotApplier<State, Data = State>(
	ref: Ref<State>,
	options?: VueRefSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

/**
 * The same for whatever holds the state in `value`.
 *
 * @example
 * const box = { value: defaults };
 * const applier = createVueSnapshotApplier(box, { target: 'ref' });
 */
export function createVueSnapshotApplier<State, Data = State>(
	ref: VueRefLike<State>,
	options: VueRefSnapshotApplierOptions<State, Data> & { target: 'ref' },
): SnapshotApplier<Data>;

/**
 * The same for a reactive Map: a key of the snapshot is one of the Map.
 *
 * @example
 * const settings = reactive(new Map<string, string>());
 * const applier = createVueSnapshotApplier(settings);
 */
export function createVueSnapshotApplier<Value, Data = Record<string, Value>>(
	map: MapLike<Value>,
	options?: VueReactiveSnapshotApplierOptions<Record<string, Value>, Data>,
): SnapshotApplier<Data>;

/**
 * Applies snapshots to a reactive object in place: what reads a key that a snapshot does not change
 * does not run again. In mode `'replace'`, a ref in it that a snapshot does not have becomes
 * undefined.
 *
 * @example
 * const settings = reactive<Settings>(defaults);
 * const applier = createVueSnapshotApplier(settings, { omitKeys: ['isSaving'] });
 */
export function createVueSnapshotApplier<State extends object, Data = State>(
	state: State,
	options?: VueReactiveSnapshotApplierOptions<State, Data>,
): SnapshotApplier<Data>;

export function createVueSnapshotApplier<State extends object, Data>(
	target: VueRefLike<State> | State,
	options: ApplierOptions<State, Data, never> & { target?: VueTargetKind } = {},
): SnapshotApplier<Data> {
	if (mark(target, '__v_isReadonly')) {
		throw new TypeError(say(Word.VueReadonly));
	}
	if (mark(target, '__v_isRef') || (options.target === 'ref' && 'value' in target)) {
		const ref = target as VueRefLike<State>;
		const held = { get: () => rawOf(ref.value), set: (value: unknown) => void (ref.value = value as State) };
		return createApplier('vue', options, { ref } as never, {
			holdsAnything: true,
			write: (next, rules) => take('vue', held, next, rules),
		}, OWN);
	}

	if (!mark(target, '__v_isReactive')) {
		throw new TypeError(say(Word.VuePlain));
	}
	checkKeyed('vue', target);
	const state = target as Fields;
	const ways = waysOf(state);
	return createApplier('vue', options, { state } as never, {
		write: (next, rules) => fill(state, next, rules, ways),
	}, OWN);
}

const OWN = { target: oneOf('ref', 'reactive') };

export { type UsedTopic, useFamily, useFamilyMember, useTopic } from '../hooks/vue.js';
