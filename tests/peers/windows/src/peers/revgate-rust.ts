// A window in Rust, with Revgate's client, by edits or by actions.

import { acts, measure } from '../bench.js';
import init, { open, type Replicated } from '../../rust/page.js';

let topic: Replicated;

measure({
	async start(size, heard) {
		await init();
		topic = open(size, acts, heard);
		await topic.ready();
	},
	get: (field) => topic.get(field),
	set: (field, value) => topic.set(field, value),
	add: (field) => topic.add(field),
});
