import type { SnapshotApplier } from '../types.js';
import { assign, changesOf } from './changes.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import type { Fields } from './value.js';

/** An observable object, or an instance of a class that makes itself observable. */
export type MobXStoreLike<State extends object> = State;

export type MobXApplyMode = ApplyMode;

/** See {@link createMobXSnapshotApplier}. */
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
 * that changes nothing runs no reaction. In mode `'replace'`, a field of a class that a snapshot
 * does not have becomes undefined, as MobX does not let it go.
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
			const isFixed = (key: string) => !Object.getOwnPropertyDescriptor(fields, key)?.configurable;
			// Reading is part of the action: MobX can be told to warn of reads outside of one.
			runInAction(() => assign(fields, changesOf(fields, next, rules, { isFixed })));
		},
	});
}
