import type { SnapshotApplier } from '../types.js';
import { type ApplierOptions, type ApplyMode, createApplier } from './shared.js';
import { take } from './take.js';

/** What the applier needs of a store: that of `create`, of `createStore`, with any middleware. */
export interface ZustandStoreLike<State> {
	getState(): State;
	setState(state: NoInfer<State>, replace: true): void;
	/** That of the middleware `persist`. */
	persist?: Hydration;
}

interface Hydration {
	hasHydrated(): boolean;
	onFinishHydration(listener: () => void): () => void;
}

/** See {@link ApplyMode}. */
export type ZustandApplyMode = ApplyMode;

/** What {@link createZustandSnapshotApplier} can be told. */
export type ZustandSnapshotApplierOptions<State, Data> = ApplierOptions<
	State,
	Data,
	{ store: ZustandStoreLike<State> }
>;

/**
 * Applies snapshots to a Zustand store. Its functions stay in both modes, alone or in an object of
 * functions. What a snapshot does not change keeps its identity, so that a selector of it does not
 * render; a snapshot that changes nothing calls no listener.
 *
 * @example
 * const useSettings = create<Settings & { isLoading: boolean }>()(() => ({ ...defaults, isLoading: false }));
 * const applier = createZustandSnapshotApplier(useSettings, { omitKeys: ['isLoading'] });
 */
export function createZustandSnapshotApplier<State, Data = State>(
	store: ZustandStoreLike<State>,
	options: ZustandSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	const held = { get: () => store.getState(), set: (value: unknown) => store.setState(value as State, true) };
	return createApplier<State, Data, { store: ZustandStoreLike<State> }>('zustand', options, { store }, {
		holdsAnything: true,
		write: (state, rules) => {
			const write = () => take('zustand', held, state, rules);
			const { persist } = store;
			if (persist && !persist.hasHydrated()) {
				// What it reads by then is older, and would be put over the snapshot.
				const end = persist.onFinishHydration(() => {
					end();
					// Whether it can be stored was told at once.
					Promise.resolve(write()).catch(() => {});
				});
			}
			return write();
		},
	});
}
