import type { SnapshotApplier } from '../types.js';
import { assign, changesOf } from './place.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import type { Fields } from './value.js';

/** An observable object, or an instance of a class that makes itself observable. */
export type MobXStoreLike<State extends object> = State;

/** See {@link ApplyMode}. */
export type MobXApplyMode = ApplyMode;

/** What {@link createMobXSnapshotApplier} can be told. */
export type MobXSnapshotApplierOptions<State extends object, Data> = ApplierOptions<
	State,
	Data,
	{ store: MobXStoreLike<State> }
> & {
	/** That of MobX. Without it each key is a change of its own, which MobX warns of. */
	runInAction?: (change: () => void) => void;
};

/**
 * Applies snapshots to a MobX store in place: one snapshot is one action, and reactions run once.
 * Actions and computed values stay. What a snapshot does not change keeps its identity; a snapshot
 * that changes nothing runs no reaction. In mode `'replace'`, a key that a snapshot does not have
 * goes away from `observable({…})`; a field that `makeObservable` or `makeAutoObservable` has
 * declared becomes undefined, as it is there for good.
 *
 * @example
 * import { observable, runInAction } from 'mobx';
 *
 * const settings = observable<Settings>(defaults);
 * const applier = createMobXSnapshotApplier(settings, { runInAction });
 */
export function createMobXSnapshotApplier<State extends object, Data = State>(
	store: MobXStoreLike<State>,
	options: MobXSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	const { runInAction = (change: () => void) => change() } = options;
	return createApplier<State, Data, { store: State }>('mobx', options, { store }, {
		write: (next, rules) => {
			const fields = store as Fields;
			const isFixed = (key: string) => !propertyOf(fields, key)?.configurable;
			// Reading is part of the action: MobX can be told to warn of reads outside of one.
			runInAction(() => assign(fields, changesOf(fields, next, rules, isFixed), remove));
		},
	});
}

const propertyOf = Object.getOwnPropertyDescriptor;

/**
 * Removes a key from a proxy, which tells MobX. What `makeAutoObservable` has made of a plain object
 * is none, so that MobX would neither see that the key is gone nor that it is back: there it
 * becomes undefined. Which of the two it is shows in what becomes of a new key.
 */
function remove(fields: Fields, key: string): void {
	const property = propertyOf(fields, key) as PropertyDescriptor;
	delete fields[key];
	fields[key] = undefined;
	if (propertyOf(fields, key)?.get) {
		delete fields[key];
	} else {
		Object.defineProperty(fields, key, property);
		fields[key] = undefined;
	}
}
