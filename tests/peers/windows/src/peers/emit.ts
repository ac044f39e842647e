// The floor: a window tells the others of its change by an event. Nobody holds the state, and a
// window that opens later has it from nobody.

import { emit, listen } from '@tauri-apps/api/event';
import { getCurrentWindow } from '@tauri-apps/api/window';

import { measure } from '../bench.js';
import { get, initial, name, next, set } from '../state.js';

type Change = { from: string; field: string; value: string };

const from = getCurrentWindow().label;
const event = `emit-${name}`;
const fields = initial();
let tell: () => void;

const write = (field: string, value: string) => {
	set(fields, field, value);
	tell();
	return emit(event, { from, field, value } satisfies Change);
};

measure({
	async start(heard) {
		tell = heard;
		await listen<Change>(event, ({ payload }) => {
			if (payload.from === from) return;
			set(fields, payload.field, payload.value);
			heard();
		});
		heard();
	},
	get: (field) => get(fields, field),
	set: write,
	add: (field) => write(field, next(fields, field)),
});
