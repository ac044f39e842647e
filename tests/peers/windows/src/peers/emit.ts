// The floor: a window tells the others of its change by an event. Nobody holds the state, and a
// window that opens later has it from nobody.

import { emit, listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';

import { type Fields, initial, measure } from '../bench.js';

type Change = { from: string; field: string; value: string };

const from = getCurrentWindow().label;
let event: string;
let state: Fields;
let tell: () => void;

const set = (field: string, value: string) => {
	state[field] = value;
	tell();
	return emit(event, { from, field, value } satisfies Change);
};

measure({
	async start(size, heard) {
		event = `emit-${size}`;
		state = initial(size);
		tell = heard;
		await listen<Change>(event, ({ payload }) => {
			if (payload.from === from) return;
			state[payload.field] = payload.value;
			heard();
		});
		heard();
	},
	get: (field) => state[field],
	set,
	add: (field) => set(field, String(Number(state[field]) + 1)),
});
