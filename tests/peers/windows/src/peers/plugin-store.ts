// tauri-plugin-store, with a copy in the page of what it says has changed: each read of its own is a
// round trip.

import { load, type Store } from '@tauri-apps/plugin-store';

import { measure } from '../bench.js';
import { changed, type Fields, get, name } from '../state.js';

let store: Store;
let fields: Fields = {};
/** What the page has counted itself. What it wrote comes back late: it would count on from less. */
const counted = new Map<string, number>();

const set = async (field: string, value: string) => {
	const entries = Object.entries(changed(fields, field, value));
	await Promise.all(entries.map(([key, value]) => store.set(key, value)));
};

measure({
	async start(heard) {
		store = await load(`${name}.json`);
		await store.onChange<Fields[string]>((key, value) => {
			fields[key] = value ?? '';
			heard();
		});
		fields = Object.fromEntries(await store.entries<Fields[string]>());
		heard();
	},
	get: (field) => get(fields, field),
	set,
	add(field) {
		const number = (counted.get(field) ?? Number(get(fields, field))) + 1;
		counted.set(field, number);
		return set(field, String(number));
	},
});
