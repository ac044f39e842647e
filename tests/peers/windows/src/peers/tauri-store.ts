// tauri-store with Zustand, as its guide sets it up.

import { createTauriStore } from '@tauri-store/zustand';
import { createStore } from 'zustand/vanilla';

import { measure } from '../bench.js';
import { changed, type Fields, get, name, next } from '../state.js';

const store = createStore<Fields>(() => ({}));

measure({
	start(heard) {
		store.subscribe(heard);
		return createTauriStore(name, store).start();
	},
	get: (field) => get(store.getState(), field),
	set: (field, value) => store.setState((fields) => changed(fields, field, value)),
	add: (field) => store.setState((fields) => changed(fields, field, next(fields, field))),
});
