import { combineReducers, combineSlices, configureStore, createSlice } from '@reduxjs/toolkit';
import { legacy_createStore as createStore, type Reducer, type Store } from 'redux';

import { createReduxSnapshotApplier, snapshotApplied, withSnapshotHandling } from '../../../src/appliers/redux.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

const slice = createSlice({ name: 'settings', initialState: initial(), reducers: {} });
const ui = createSlice({ name: 'ui', initialState: { isOpen: false }, reducers: {} });

type Any = { getState(): unknown; dispatch: unknown; subscribe(told: () => void): unknown };

function of(store: Any, state: () => unknown = store.getState, options: object = {}): Opened {
	return {
		create: () => createReduxSnapshotApplier<object, never>(store as never, options),
		state,
		watch(told) {
			// As a selector does.
			let seen = state();
			store.subscribe(() => {
				if (state() !== seen) told();
				seen = state();
			});
		},
	};
}

const ofRoot = (reducer: Reducer, options?: object): Opened => {
	const store = configureStore({ reducer });
	return of(store, () => (store.getState() as { settings: Settings }).settings, options);
};

/** Mutates a draft, as Redux Toolkit has it. */
const own = createSlice({
	name: 'settings',
	initialState: initial(),
	reducers: {},
	extraReducers: (builder) => {
		builder.addCase(snapshotApplied<Settings>, (state, { payload }) => void Object.assign(state, payload));
	},
});

const handled = (reducer: Reducer): Reducer => withSnapshotHandling(reducer) as Reducer;
const all = { settings: slice.reducer, ui: ui.reducer };
const toState = (settings: Settings, { store }: { store: Store }) => ({
	settings: { ...store.getState().settings, ...settings },
});
const untaken = "revgate/redux: no reducer has taken the snapshot; make the store's by withSnapshotHandling(reducer)";

export const redux: Kind[] = [
	['the reducer of a slice', () => of(configureStore({ reducer: handled(slice.reducer) }))],
	['a slice of the root', () => ofRoot(combineReducers({ ...all, settings: handled(slice.reducer) }))],
	['a slice deep within', () => {
		const app = combineReducers({ ...all, settings: handled(slice.reducer) });
		const store = configureStore({ reducer: { app } });
		return of(store, () => store.getState().app.settings);
	}],
	['the root', () => ofRoot(handled(combineReducers(all)), { toState })],
	['combined slices', () => ofRoot(handled(combineSlices(slice, ui)), { toState })],
	['a slice that was injected', () => {
		const reducer = combineSlices(ui).withLazyLoadedSlices<{ settings: Settings }>();
		const store = configureStore({ reducer: handled(reducer) });
		reducer.inject(slice);
		store.dispatch({ type: 'any' });
		return of(store, () => store.getState().settings, { toState });
	}],
	['a store of Redux itself', () => of(createStore(handled(slice.reducer)))],
	['a slice that takes the action itself', () => of(configureStore({ reducer: own.reducer }))],
	['a root with such a slice', () => ofRoot(combineReducers({ ...all, settings: own.reducer }))],
	['a store whose reducer takes no snapshot', () => of(configureStore({ reducer: slice.reducer })), untaken],
	['a root whose reducer takes none', () => ofRoot(combineReducers(all), { toState }), untaken],
];
