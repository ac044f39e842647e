// A window in Rust that holds a family as a whole: each field is a topic.

import { measure } from '../bench.js';
import init, { open, type Rows } from '../../rust/rows.js';

let rows: Rows;

measure({
	async start(heard) {
		await init();
		rows = open(heard);
		await rows.ready();
	},
	get: (field) => rows.get(field),
	set: (field, value) => rows.set(field, value),
	add: (field) => rows.add(field),
});
