// What every page does: it shows a state by one system, and measures what it is asked to.

import { invoke } from '@tauri-apps/api/core';

/** Which state: two fields, or ten thousand. */
export type Size = 'small' | 'big';
/** The whole state. */
export type Fields = Record<string, string>;

/** A system, at work in this page. */
export interface Peer {
	/** Begins. Tells of the first state and of each change; resolves when those of others arrive. */
	start(size: Size, heard: () => void): Promise<unknown>;
	/** What the page shows. */
	get(field: string): string | undefined;
	/** Sets a field; resolves when the system has done what it does for that. */
	set(field: string, value: string): unknown;
	/** Counts on from what the page shows. */
	add(field: string): unknown;
}

const asked = new URLSearchParams(location.search);
/** Whether this page sends actions, if the system has them. */
export const acts = asked.get('by') === 'act';

/** The state of a system that brings none from Rust. */
export function initial(size: Size): Fields {
	const fields: Fields = { left: '0', right: '0' };
	const others = size === 'big' ? 9_998 : 0;
	for (let i = 0; i < others; i++) {
		fields[`item-${String(i).padStart(5, '0')}`] = 'x'.repeat(75);
	}
	return fields;
}

type Scene = (...args: never[]) => unknown;

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Starts the system, says when the page had its first state, and does what it is asked to. */
export function measure(peer: Peer): void {
	let first: number | undefined;
	/** What the scene does at each change. */
	let react = () => {};
	let seen: [number, number][] = [];

	const shown = (field: string) => Number(peer.get(field));
	const heard = () => {
		document.body.textContent = peer.get('left') ?? '';
		first ??= performance.now();
		react();
	};

	const scenes: Record<string, Scene> = {
		shown: () => [shown('left'), shown('right')],

		// Answers each turn of the other window.
		reply(from: number) {
			let last = from;
			react = () => {
				const turn = shown('left');
				if (turn <= last) return;
				last = turn;
				// Not at once: tauri-store sends nothing that is written while it applies what came.
				queueMicrotask(() => peer.set('right', String(turn)));
			};
		},

		// So many turns of both windows: the time of each.
		async dialogue(from: number, turns: number) {
			const times = [];
			const sets = [];
			let last = performance.now();
			for (let turn = from + 1; turn <= from + turns; turn++) {
				const answered = new Promise<void>((done) => {
					react = () => {
						if (shown('right') === turn) done();
					};
				});
				sets.push(peer.set('left', String(turn)));
				await answered;
				const now = performance.now();
				times.push(now - last);
				last = now;
			}
			react = () => {};
			await Promise.all(sets);
			return times;
		},

		// Notes what the page shows from now on, and when, by the clock of all windows.
		watch() {
			let last = shown('left');
			seen = [];
			react = () => {
				const number = shown('left');
				if (number === last) return;
				last = number;
				seen.push([number, Date.now()]);
			};
		},
		seen() {
			react = () => {};
			return seen;
		},

		// Counts on so often, a millisecond apart, which browsers make four. How long it took until all
		// was answered.
		async count(field: string, times: number) {
			react = () => {};
			const begin = performance.now();
			const edits = [];
			for (let i = 0; i < times; i++) {
				edits.push(peer.add(field));
				await sleep(1);
			}
			await Promise.all(edits);
			return performance.now() - begin;
		},
	};

	const answer = async (id: number, what: () => unknown) => {
		let said;
		try {
			said = { ok: await what() };
		} catch (error) {
			said = { error: String(error) };
		}
		await invoke('answer', { id, ...said });
	};
	Object.assign(window, {
		bench: (id: number, name: string, ...args: never[]) => answer(id, () => scenes[name]?.(...args)),
	});
	void answer(Number(asked.get('id')), async () => {
		await peer.start(asked.get('state') as Size, heard);
		return first;
	});
}
