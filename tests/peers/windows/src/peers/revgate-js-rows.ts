// A family as a whole in Revgate's JavaScript package: each field is a topic.

import { createFamily, type Family } from 'revgate/family';

import { measure } from '../bench.js';

let items: Family<string>;

const read = (field: string) => items.get(field);
const set = (field: string, value: string) => items.update(field, () => value);

measure({
	start(heard) {
		items = createFamily<string>('item');
		// Of the two fields that are of interest.
		for (const field of ['left', 'right']) items.subscribe(field, heard);
		items.onKeys(heard);
		return items.ready();
	},
	get: read,
	set,
	add: (field) => items.update(field, (value) => String(Number(value) + 1)),
});
