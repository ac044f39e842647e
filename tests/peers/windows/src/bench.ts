// What every page does: it shows a state by one system, and measures what it is asked to.

import { invoke } from '@tauri-apps/api/core';

/** A system, at work in this page. */
export interface Peer {
	/** Begins. Tells of the first state and of each change; resolves when those of others arrive. */
	start(heard: () => void): Promise<unknown>;
	/** What the page shows. */
	get(field: string): string | undefined;
	/** Sets a field; resolves when the system has done what it does for that. */
	set(field: string, value: string): unknown;
	/** Counts on from what the page shows. */
	add(field: string): unknown;
	/** Opens the state of this name beside the page's own, if the system can. */
	open?(name: string, heard: () => void): Opened;
}

/** A state beside the page's own. */
export interface Opened {
	/** Resolves with the first state. */
	ready(): Promise<unknown>;
	get(field: string): string | undefined;
}

const asked = new URLSearchParams(location.search);
/** Whether this page sends actions, if the system has them. */
export const acts = asked.get('by') === 'act';

type Scene = (...args: never[]) => unknown;

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Starts the system, says when the page had its first state, and does what it is asked to. */
export function measure(peer: Peer): void {
	let first: number | undefined;
	/** What the scene does at each change. */
	let react = () => {};
	let seen: [number, number][] = [];
	/** How often the system has told of something since it is watched, and how many frames were new. */
	let [told, frames] = [0, 0];
	let isWatched = false;
	const topics: { opened: Opened; heard: () => void }[] = [];

	const shown = (field: string) => Number(peer.get(field));
	const heard = () => {
		document.body.textContent = peer.get('left') ?? '';
		first ??= performance.now();
		told += 1;
		react();
	};

	// Counts the frames that show another value than the one before.
	const countFrames = (last: string | null) => {
		if (!isWatched) return;
		const now = document.body.textContent;
		if (now !== last) frames += 1;
		requestAnimationFrame(() => countFrames(now));
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
			[told, frames, isWatched] = [0, 0, true];
			requestAnimationFrame(() => countFrames(document.body.textContent));
			react = () => {
				const number = shown('left');
				if (number === last) return;
				last = number;
				seen.push([number, Date.now()]);
			};
		},
		seen() {
			react = () => {};
			isWatched = false;
			return seen;
		},
		told: () => told,
		frames: () => frames,

		// A slider that is dragged: so many moves, 60 a second. When each was made, by the clock of all
		// windows.
		async slide(from: number, moves: number) {
			const times: number[] = [];
			const sets: unknown[] = [];
			const begin = performance.now();
			for (let move = 1; move <= moves; move++) {
				await sleep(Math.max(0, begin + (move * 1000) / 60 - performance.now()));
				times.push(Date.now());
				sets.push(peer.set('left', String(from + move)));
			}
			await Promise.all(sets);
			return times;
		},

		// Opens so many states beside the page's own. How long it took until all have their first.
		async open(count: number) {
			const begin = performance.now();
			for (let i = topics.length; i < count; i++) {
				const topic = { heard: () => {} };
				const opened = peer.open?.(`row-${i}`, () => topic.heard());
				if (!opened) throw new Error('this system has one state only');
				topics.push(Object.assign(topic, { opened }));
			}
			await Promise.all(topics.map(({ opened }) => opened.ready()));
			return performance.now() - begin;
		},

		// When one of them shows this number, by the clock of all windows.
		shows(index: number, number: number) {
			const topic = topics[index];
			return new Promise((done) => {
				if (!topic) return;
				topic.heard = () => {
					if (Number(topic.opened.get('left')) === number) done(Date.now());
				};
			});
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
		await peer.start(heard);
		return first;
	});
}
