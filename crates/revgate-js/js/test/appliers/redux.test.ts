import {
	combineReducers,
	configureStore,
	createListenerMiddleware,
	createSlice,
	type PayloadAction,
	Tuple,
} from '@reduxjs/toolkit';
import { legacy_createStore as createStore } from 'redux';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import {
	createReduxSnapshotApplier,
	SNAPSHOT_ACTION_TYPE,
	snapshotApplied,
	withSnapshotHandling,
} from '../../src/appliers/redux.js';
import { snapshotOf } from './containers.js';

beforeEach(() => {
	// Redux Toolkit says here what is mutated or not serializable.
	vi.spyOn(console, 'error').mockImplementation((...said) => expect.unreachable(said.join(' ')));
});
afterEach(() => vi.restoreAllMocks());

interface Settings {
	theme: string;
	note?: string;
	nested: { a: number };
}
const initialState: Settings & { isLoading: boolean } = { theme: 'light', note: 'mine', nested: { a: 1 }, isLoading: true };
const settings = createSlice({
	name: 'settings',
	initialState,
	reducers: {
		themed: (state, { payload }: PayloadAction<string>) => {
			state.theme = payload;
		},
	},
});
const ui = createSlice({ name: 'ui', initialState: { open: false }, reducers: {} });

test('the action has the type and the shape of the reference', () => {
	expect(SNAPSHOT_ACTION_TYPE).toBe('@@statesync/SNAPSHOT_APPLIED');
	expect(snapshotApplied.type).toBe(SNAPSHOT_ACTION_TYPE);
	expect(snapshotApplied({ a: 1 }, { mode: 'patch', revision: '7' })).toEqual({
		type: SNAPSHOT_ACTION_TYPE,
		payload: { a: 1 },
		meta: { mode: 'patch', revision: '7' },
	});
});

test('what is dispatched: the picked keys in mode patch, the whole state in mode replace', () => {
	const dispatched: unknown[] = [];
	const store = configureStore({
		reducer: withSnapshotHandling(() => initialState),
		middleware: () =>
			new Tuple(() => (next: (action: unknown) => unknown) => (action: unknown) => {
				dispatched.push(action);
				return next(action);
			}),
	});
	const data = { theme: 'dark', nested: { a: 2 }, isLoading: false };
	const options = { omitKeys: ['isLoading'] } as const;
	createReduxSnapshotApplier(store, options).apply(snapshotOf(data));
	createReduxSnapshotApplier(store, { ...options, mode: 'replace' }).apply(snapshotOf(data));
	createReduxSnapshotApplier(store, { pickKeys: ['theme'] }).apply(snapshotOf(data));
	const omitted = { revision: '1', omitKeys: ['isLoading'] };
	expect(dispatched).toEqual([
		{ type: SNAPSHOT_ACTION_TYPE, payload: { theme: 'dark', nested: { a: 2 } }, meta: { mode: 'patch', ...omitted } },
		{
			type: SNAPSHOT_ACTION_TYPE,
			payload: { theme: 'dark', nested: { a: 2 }, isLoading: true },
			meta: { mode: 'replace', ...omitted },
		},
		{ type: SNAPSHOT_ACTION_TYPE, payload: { theme: 'dark' }, meta: { mode: 'patch', revision: '1', pickKeys: ['theme'] } },
	]);
});

test('other actions go to the reducer as ever', () => {
	const store = configureStore({ reducer: withSnapshotHandling(settings.reducer) });
	store.dispatch(settings.actions.themed('blue'));
	expect(store.getState()).toEqual({ ...initialState, theme: 'blue' });
	createReduxSnapshotApplier(store).apply(snapshotOf({ ...initialState, theme: 'dark' }));
	store.dispatch(settings.actions.themed('red'));
	expect(store.getState()).toEqual({ ...initialState, theme: 'red' });
});

test('a snapshot that comes before any state finds that of the reducer', () => {
	const reducer = withSnapshotHandling(settings.reducer);
	const state = reducer(undefined, snapshotApplied<typeof initialState>({ theme: 'dark' }, { mode: 'patch', revision: '1' }));
	expect(state).toEqual({ ...initialState, theme: 'dark' });
});

test('an equal snapshot is dispatched, for middleware that waits for it, and leaves the state as it is', () => {
	const listener = createListenerMiddleware();
	const heard = vi.fn();
	listener.startListening({ type: SNAPSHOT_ACTION_TYPE, effect: heard });
	const store = configureStore({
		reducer: withSnapshotHandling(settings.reducer),
		middleware: (defaults) => defaults().prepend(listener.middleware),
	});
	const before = store.getState();
	createReduxSnapshotApplier(store).apply(snapshotOf(structuredClone(initialState)));
	expect(heard).toHaveBeenCalledOnce();
	expect(store.getState()).toBe(before);
});

test.each(['patch', 'replace'] as const)('the one slice that is synced can be wrapped, in mode %s', (mode) => {
	for (const keys of [{ omitKeys: ['isLoading'] }, { pickKeys: ['theme', 'note', 'nested'] }]) {
		const store = configureStore({
			reducer: { settings: withSnapshotHandling(settings.reducer), ui: ui.reducer },
		});
		const before = store.getState();
		const applier = createReduxSnapshotApplier<object>(store as never, { mode, ...keys } as never);
		applier.apply(snapshotOf({ theme: 'dark', nested: { a: 1 }, isLoading: false }));
		const { note, ...rest } = initialState;
		expect(store.getState()).toEqual({
			settings: { ...rest, ...(mode === 'patch' && { note }), theme: 'dark' },
			ui: { open: false },
		});
		expect(store.getState().settings.nested).toBe(before.settings.nested);
		expect(store.getState().ui).toBe(before.ui);
	}
});

test('several topics in one store: toState names the slice', () => {
	const reducer = combineReducers({ settings: settings.reducer, ui: ui.reducer });
	const store = configureStore({ reducer: withSnapshotHandling(reducer) });
	const before = store.getState();
	const settingsApplier = createReduxSnapshotApplier(store, {
		toState: (data: Settings, { store }) => ({ settings: { ...store.getState().settings, ...data } }),
	});
	const uiApplier = createReduxSnapshotApplier(store, { toState: (ui: { open: boolean }) => ({ ui }) });
	settingsApplier.apply(snapshotOf({ theme: 'dark', nested: { a: 1 } }));
	expect(store.getState().ui).toBe(before.ui);
	expect(store.getState().settings.nested).toBe(before.settings.nested);
	uiApplier.apply(snapshotOf({ open: true }));
	expect(store.getState()).toEqual({ settings: { ...initialState, theme: 'dark' }, ui: { open: true } });
});

test('a slice can take the action itself', () => {
	const own = createSlice({
		name: 'own',
		initialState: { theme: 'light', revision: '0' },
		reducers: {},
		extraReducers: (builder) => {
			builder.addCase(snapshotApplied<{ theme: string }>, (state, { payload, meta }) => ({
				...state,
				...payload,
				revision: meta.revision,
			}));
		},
	});
	const store = configureStore({ reducer: own.reducer });
	createReduxSnapshotApplier(store, { omitKeys: ['revision'] }).apply(snapshotOf({ theme: 'dark', revision: '9' }));
	expect(store.getState()).toEqual({ theme: 'dark', revision: '1' });
});

/** Takes the action, and leaves the state as it is if that says the same. */
const careful = createSlice({
	name: 'careful',
	initialState,
	reducers: {},
	extraReducers: (builder) => {
		builder.addCase(snapshotApplied<Settings>, (state, { payload }) => void Object.assign(state, payload));
	},
});

test.each([
	['the store', () => configureStore({ reducer: careful.reducer })],
	['a slice of it', () => configureStore({ reducer: { settings: careful.reducer, ui: ui.reducer } })],
])('a reducer of the app in %s may find that a snapshot changes nothing', (_, make) => {
	const store = make();
	const before = store.getState();
	const { nested: _nested, ...flat } = initialState;
	for (const mode of ['patch', 'replace'] as const) {
		createReduxSnapshotApplier<object>(store as never, { mode }).apply(snapshotOf(flat));
		expect(store.getState()).toBe(before);
	}
});

test('a slice deep within may find that a snapshot changes nothing', () => {
	const app = combineReducers({ settings: withSnapshotHandling(settings.reducer) });
	const store = configureStore({ reducer: { app } });
	const before = store.getState();
	createReduxSnapshotApplier<object>(store as never).apply(snapshotOf(structuredClone(initialState)));
	expect(store.getState()).toBe(before);
});

test('once a reducer has taken a snapshot, one that it ignores is its own affair', () => {
	const isNewer = (state: { at: number }, action: { type: string; payload?: { at: number } }) =>
		action.type === SNAPSHOT_ACTION_TYPE && action.payload!.at > state.at ? action.payload! : state;
	const store = configureStore({ reducer: (state: { at: number } = { at: 1 }, action) => isNewer(state, action as never) });
	const applier = createReduxSnapshotApplier(store);
	applier.apply(snapshotOf({ at: 3 }));
	applier.apply(snapshotOf({ at: 2 }));
	expect(store.getState()).toEqual({ at: 3 });
});

test('a snapshot that no reducer takes is told each time, whichever other store takes it', () => {
	const deaf = configureStore({ reducer: settings.reducer });
	const hearing = configureStore({ reducer: withSnapshotHandling(settings.reducer) });
	const [unheard, heard] = [createReduxSnapshotApplier(deaf), createReduxSnapshotApplier(hearing)];
	for (const theme of ['dark', 'blue']) {
		heard.apply(snapshotOf({ ...initialState, theme }));
		expect(() => unheard.apply(snapshotOf({ ...initialState, theme }))).toThrow(/withSnapshotHandling\(reducer\)$/);
	}
});

test('Redux without its toolkit', () => {
	const store = createStore(withSnapshotHandling((state: Settings = initialState) => state));
	createReduxSnapshotApplier(store, { mode: 'replace' }).apply(snapshotOf({ theme: 'dark', nested: { a: 1 } }));
	expect(store.getState()).toEqual({ theme: 'dark', nested: { a: 1 } });
});

test('a state that is a list', () => {
	const store = configureStore({ reducer: withSnapshotHandling((state: { id: number }[] = [{ id: 1 }]) => state) });
	const [one] = store.getState();
	const applier = createReduxSnapshotApplier(store, { mode: 'replace', strict: false });
	applier.apply(snapshotOf([{ id: 1 }, { id: 2 }]));
	expect(store.getState()).toEqual([{ id: 1 }, { id: 2 }]);
	expect(store.getState()[0]).toBe(one);
});
