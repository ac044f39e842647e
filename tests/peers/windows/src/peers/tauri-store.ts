// tauri-store with Zustand, as its guide sets it up.

import { createTauriStore } from '@tauri-store/zustand';
import { createStore } from 'zustand/vanilla';

import { type Fields, measure } from '../bench.js';

const store = createStore<Fields>(() => ({}));

measure({
	start(size, heard) {
		store.subscribe(heard);
		return createTauriStore(size, store).start();
	},
	get: (field) => store.getState()[field],
	set: (field, value) => store.setState({ [field]: value }),
	add: (field) => store.setState((state) => ({ [field]: String(Number(state[field]) + 1) })),
});
