// As push, in a window in Rust: what such a window takes to start without Revgate.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import { measure } from '../bench.js';
import init, { open, type Shared } from '../../rust/by-hand.js';
import { name } from '../state.js';

let shared: Shared | undefined;

measure({
	async start(heard) {
		await init();
		let isHeard = false;
		shared = await open(name, invoke, listen, () => {
			isHeard = true;
			if (shared) heard();
		});
		if (isHeard) heard();
	},
	get: (field) => shared?.get(field),
	set: (field, value) => shared?.set(field, value),
	add: (field) => shared?.add(field),
});
