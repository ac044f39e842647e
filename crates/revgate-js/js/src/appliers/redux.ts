import type { SnapshotApplier } from '../types.js';
import { say, Word } from '../words/say.js';
import { merge } from './merge.js';
import { type ApplierOptions, type ApplyMode, createApplier, type RuleOptions, rulesOf } from './shared.js';
import type { Fields } from './value.js';

/**
 * The type of the action: that of state-sync, so that reducers which spell it out still work.
 *
 * @example
 * const isSnapshot = (action: { type: string }) => action.type === SNAPSHOT_ACTION_TYPE;
 */
export const SNAPSHOT_ACTION_TYPE = '@@statesync/SNAPSHOT_APPLIED';

/** See {@link ApplyMode}. */
export type ReduxApplyMode = ApplyMode;

/** What is dispatched for each snapshot: serializable, as Redux asks for. */
export interface SnapshotAppliedAction<State> {
	type: typeof SNAPSHOT_ACTION_TYPE;
	/** In mode `'patch'` the allowed keys of the snapshot, in mode `'replace'` the whole next state. */
	payload: Partial<State>;
	meta: {
		mode: ReduxApplyMode;
		revision: string;
		pickKeys?: readonly string[];
		omitKeys?: readonly string[];
	};
}

/** What the applier needs of a store. */
export interface ReduxStoreLike<State> {
	getState(): State;
	dispatch(action: SnapshotAppliedAction<State>): unknown;
}

/** What {@link createReduxSnapshotApplier} can be told. */
export type ReduxSnapshotApplierOptions<State, Data> = ApplierOptions<
	State,
	Data,
	{ store: ReduxStoreLike<State> }
>;

/**
 * Makes the action of a snapshot, for reducers that take it themselves.
 *
 * @example
 * createSlice({
 * 	name: 'settings',
 * 	initialState,
 * 	reducers: {},
 * 	extraReducers: (builder) => {
 * 		builder.addCase(snapshotApplied, (state, action) => ({ ...state, ...action.payload }));
 * 	},
 * });
 */
export function snapshotApplied<State>(
	payload: Partial<State>,
	meta: SnapshotAppliedAction<State>['meta'],
): SnapshotAppliedAction<State> {
	return { type: SNAPSHOT_ACTION_TYPE, payload, meta };
}
snapshotApplied.type = SNAPSHOT_ACTION_TYPE as typeof SNAPSHOT_ACTION_TYPE;

/** How many snapshots reducers have taken, in all stores. */
let taken = 0;

/**
 * Makes a reducer take snapshots: that of the whole state, or of the one slice that is synced.
 * What a snapshot does not change keeps its identity; a snapshot that changes nothing leaves the
 * state as it is, so that nothing renders.
 *
 * @example
 * const store = configureStore({ reducer: withSnapshotHandling(rootReducer) });
 */
export function withSnapshotHandling<State, Action extends { type: string }, Preloaded = State>(
	reducer: (state: State | Preloaded | undefined, action: Action) => State,
): (state: State | Preloaded | undefined, action: Action | SnapshotAppliedAction<State>) => State {
	return (state, action) => {
		if (!isSnapshot<State>(action)) return reducer(state, action);
		taken += 1;
		const current = state ?? reducer(undefined, { type: '@@revgate/INIT' } as Action);
		return merge(current, action.payload, rulesOf(action.meta)) as State;
	};
}

function isSnapshot<State>(action: { type: string }): action is SnapshotAppliedAction<State> {
	return action.type === SNAPSHOT_ACTION_TYPE;
}

/**
 * Applies snapshots to a Redux store: dispatches {@link SnapshotAppliedAction}, also for a snapshot
 * that changes nothing, as middleware may wait for it. The reducer is to be made by
 * {@link withSnapshotHandling}, or to take the action itself.
 *
 * Several topics in one store: wrap the root reducer, and let `toState` name the slice, as in
 * `toState: (settings: Settings) => ({ settings })`.
 *
 * @example
 * const store = configureStore({ reducer: withSnapshotHandling(rootReducer) });
 * const applier = createReduxSnapshotApplier(store, { omitKeys: ['isLoading'] });
 */
export function createReduxSnapshotApplier<State, Data = State>(
	store: ReduxStoreLike<State>,
	options: ReduxSnapshotApplierOptions<State, Data> = {},
): SnapshotApplier<Data> {
	const { pickKeys, omitKeys } = options as RuleOptions;
	const keys = { ...(pickKeys && { pickKeys }), ...(omitKeys && { omitKeys }) };
	let isHandled = false;
	return createApplier<State, Data, { store: ReduxStoreLike<State> }>('redux', options, { store }, {
		holdsAnything: true,
		write: (state, rules, { revision }) => {
			const payload = rules.replaces
				? merge(store.getState(), state, rules)
				: Object.fromEntries(Object.entries(state as Fields).filter(([key]) => rules.allows(key)));
			const [before, takenBefore] = [store.getState(), taken];
			const mode = rules.replaces ? 'replace' : 'patch';
			store.dispatch(snapshotApplied(payload as Partial<State>, { mode, revision, ...keys }));
			isHandled ||= taken !== takenBefore || store.getState() !== before;
			// A reducer of the app's own leaves the state as it is, if that says so already.
			const isShown = (part: unknown) => merge(part, payload, { ...rules, replaces: false }) === part;
			if (isHandled || [before, ...Object.values(before ?? {})].some(isShown)) return;
			throw new TypeError(say(Word.NoReducer));
		},
	});
}
