import { configureStore, createSlice } from '@reduxjs/toolkit';
import { withSnapshotHandling } from 'revgate/redux';

import { defaults } from '../defaults.js';

const { reducer: rootReducer } = createSlice({
	name: 'settings',
	initialState: { ...defaults(), isLoading: true },
	reducers: {},
});

export const store = configureStore({ reducer: withSnapshotHandling(rootReducer) });
