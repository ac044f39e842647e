// The state in Rust behind two commands, and an event at each change: what an app writes by hand.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { Fields, Peer } from './bench.js';

/** Push: the event brings the state. Pull: the page fetches it then. */
export function byHand(way: 'push' | 'pull'): Peer {
	let size: string;
	let state: Fields = {};
	let show: (next: Fields) => void;
	const fetch = () => invoke<Fields>('get', { way, size });
	const set = (field: string, value: string) =>
		invoke('set', { way, size, state: { ...state, [field]: value } });
	return {
		async start(of, heard) {
			size = of;
			show = (next) => {
				state = next;
				heard();
			};
			await listen<Fields>(`${way}-${size}`, async ({ payload }) => {
				show(way === 'push' ? payload : await fetch());
			});
			show(await fetch());
		},
		get: (field) => state[field],
		set,
		add: (field) => set(field, String(Number(state[field]) + 1)),
	};
}
