// tauri-plugin-store, with a copy in the page of what it says has changed: each read of its own is a
// round trip.

import { load, type Store } from '@tauri-apps/plugin-store';

import { type Fields, measure } from '../bench.js';

let store: Store;
let state: Fields = {};
/** What the page has counted itself. What it wrote comes back late: it would count on from less. */
const counted = new Map<string, number>();

measure({
	async start(size, heard) {
		store = await load(`${size}.json`);
		await store.onChange<string>((field, value) => {
			state[field] = value ?? '';
			heard();
		});
		state = Object.fromEntries(await store.entries<string>());
		heard();
	},
	get: (field) => state[field],
	set: (field, value) => store.set(field, value),
	add(field) {
		const number = (counted.get(field) ?? Number(state[field])) + 1;
		counted.set(field, number);
		return store.set(field, String(number));
	},
});
