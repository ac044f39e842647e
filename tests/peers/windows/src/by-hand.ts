// The state in Rust behind two commands, and an event at each change: what an app writes by hand.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { Peer } from './bench.js';
import { changed, type Fields, get, name, next, type State, shape } from './state.js';

/** Push: the event brings the state. Pull: the page fetches it then. */
export function byHand(way: 'push' | 'pull'): Peer {
	let fields: Fields = {};
	let show: (state: State) => void;
	const fetch = () => invoke<State>('get', { way, name });
	const set = (field: string, value: string) => {
		const state = { [shape]: { ...fields, ...changed(fields, field, value) } };
		return invoke('set', { way, name, state });
	};
	return {
		async start(heard) {
			show = (state) => {
				fields = state[shape] ?? {};
				heard();
			};
			await listen<State>(`${way}-${name}`, async ({ payload }) => {
				show(way === 'push' ? payload : await fetch());
			});
			show(await fetch());
		},
		get: (field) => get(fields, field),
		set,
		add: (field) => set(field, next(fields, field)),
	};
}
