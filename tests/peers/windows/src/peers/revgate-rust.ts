// A window in Rust, with Revgate's client, by edits or by actions.

import { acts, measure } from '../bench.js';
import init, { open, type Replicated } from '../../rust/page.js';
import { name } from '../state.js';

let topic: Replicated | undefined;

measure({
	async start(heard) {
		await init();
		// It may have the first state before it has returned.
		topic = open(name, acts, () => topic && heard());
		if (topic.get('left') !== undefined) heard();
		await topic.ready();
	},
	get: (field) => topic?.get(field),
	set: (field, value) => topic?.set(field, value),
	add: (field) => topic?.add(field),
	open: (name, heard) => open(name, acts, heard),
});
