import { expect, it } from 'vitest';

import { createTopic, noopLogger, type Topic, type TopicError } from '../../src/index.js';
import type { Host } from '../../src/sync/host.js';
import { loadGateSync } from '../../src/gate/source.js';
import { type Apply, Plugin, refusal, Unacted } from './backend.js';

/** Each edit leaves its own name; a list is edited by all windows, a field by one. */
interface Board {
	names: string[];
	fields: { [window: string]: number };
}

/** A generator of numbers that a seed repeats: mulberry32. */
function random(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

/** A clock that goes on when everything that could be done without has been done. */
class VirtualTime implements Host {
	#now = 0;
	#last = 0;
	readonly #timers = new Map<number, { at: number; call: () => void }>();

	readonly now = (): number => this.#now;

	readonly after = (delayMs: number, call: () => void): (() => void) => {
		const id = ++this.#last;
		this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), call });
		return () => void this.#timers.delete(id);
	};

	async advance(span: number): Promise<void> {
		const end = this.#now + span;
		for (;;) {
			await settle();
			const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
			if (!next || next[1].at > end) break;
			this.#timers.delete(next[0]);
			this.#now = Math.max(this.#now, next[1].at);
			next[1].call();
		}
		this.#now = end;
	}
}

/** Lets all promises go on that can. */
async function settle(): Promise<void> {
	for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

interface Made {
	readonly name: string;
	outcome: 'pending' | 'made' | TopicError;
}

/** What Rust does of an action. */
const apply: Apply = (board: Board, name: string) => {
	if (name.includes('bad')) throw new Unacted({ kind: 'refused', error: name });
	return { ...board, names: [...board.names, name] };
};

/** How edits ended, over all schedules: one in which nothing goes wrong proves nothing. */
const endings: Record<string, number> = {};

/** One schedule: what two windows and the backend did, and how that ended. */
async function run(seed: number): Promise<void> {
	const below = random(seed);
	const time = new VirtualTime();
	const backend = new Plugin('board', '{"names":[],"fields":{}}');
	backend.delivery = (['pull', 'inline', 'patch'] as const)[below(3)]!;
	backend.brings = below(2) === 0;
	backend.validate = ({ names }: Board) =>
		names.some((name) => name.includes('bad')) ? { path: `names[${names.length - 1}]`, reason: 'bad' } : undefined;
	backend.apply = apply;
	let isStormy = true;
	let lives = 0;
	/** Delays, loses on the way there, or on the way back. */
	backend.way = (what, act) =>
		new Promise((resolve, reject) => {
			const fate = isStormy ? below(20) : 19;
			// Some answers come after their time.
			const delay = (): number => (isStormy && below(10) === 0 ? 150 + below(200) : below(30));
			const back = (): void => {
				try {
					const answer = act();
					// A lost one leaves its window in doubt. One to a subscription would leave that for good.
					if (fate === 1 && (what === 'write' || what === 'act' || what === 'fetch')) return;
					time.after(delay(), () => resolve(answer));
				} catch (error) {
					time.after(delay(), () => reject(error));
				}
			};
			if (fate === 0) return;
			if (fate === 2 && what !== 'announce') {
				time.after(below(30), () => reject(fate === 2 && below(2) ? new Error('the wire is cut') : refusal({ kind: 'failed', reason: 'busy' })));
				return;
			}
			time.after(below(30), back);
		});

	// Two pages would each have a registry of their own: a name of its own does the same here.
	const options = { backend, host: time, logger: noopLogger, writeTimeoutMs: 200, resyncMs: 1000, gate: { fetchTimeoutMs: 300, backoff: { firstMs: 10, capMs: 100, jitterSeed: BigInt(seed) } } };
	const inPage = (page: number) => ({
		...options,
		backend: {
			subscribe: (_: string, listener: never) => backend.subscribe('board', { ...(listener as object), announced: (message: object) => (listener as { announced(message: unknown): void }).announced({ ...message, topic: `board-${page}` }) } as never),
			fetch: (_: string, known: never) => backend.fetch('board', known),
			write: (_: string, change: never) => backend.write('board', change),
			act: (_: string, batch: never) => backend.act('board', batch),
		},
	});
	const windows: Topic<Board>[] = [0, 1].map((page) => createTopic<Board>(`board-${page}`, inPage(page)));
	const made: Made[] = [];
	const shown: bigint[] = [0n, 0n];
	windows.forEach((topic, page) =>
		topic.subscribe((_, { revision }) => {
			expect(BigInt(revision) >= shown[page]!, `seed ${seed}: window ${page} goes back`).toBe(true);
			shown[page] = BigInt(revision);
		}),
	);

	for (let step = 0; step < 12 + below(20); step += 1) {
		const page = below(2);
		const topic = windows[page]!;
		// The page may be asked whether it wants to go, and stay.
		if (typeof window !== 'undefined' && below(6) === 0) dispatchEvent(new Event('beforeunload'));
		switch (below(9)) {
			case 0:
				backend.change((state: Board) => ({ ...state, fields: { ...state.fields, rust: step } }));
				break;
			case 1:
				void topic.refresh();
				break;
			case 2:
				backend.endSubscriptions();
				break;
			case 3:
				// Rarely enough for most of what is asked for to end in the life that it began in.
				if (below(4) === 0) backend.restart(String((lives += 1)));
				break;
			case 4:
			case 5: {
				const name = `${page}.${step}${below(12) === 0 ? '.bad' : ''}`;
				const action: Made = { name, outcome: 'pending' };
				const shown = below(2) === 0 ? (draft: Board) => void draft.names.push(name) : undefined;
				topic.act(name, shown).then(() => (action.outcome = 'made'), (error: TopicError) => (action.outcome = error));
				made.push(action);
				break;
			}
			default: {
				const kind = below(12);
				const name = `${page}.${step}${kind === 0 ? '.bad' : ''}`;
				const edit: Made = { name, outcome: 'pending' };
				const recipe = (draft: Board): void => {
					if (kind === 1 && draft.names.length % 2 === 1) throw new Error('odd');
					draft.fields[page] = step;
					draft.names.push(name);
				};
				topic.update(recipe).then(() => (edit.outcome = 'made'), (error: TopicError) => (edit.outcome = error));
				made.push(edit);
			}
		}
		await time.advance(below(60));
	}
	isStormy = false;
	await time.advance(20_000);

	const state = JSON.parse(backend.json) as Board;
	const times = (name: string): number => state.names.filter((it) => it === name).length;
	for (const { name, outcome } of made) {
		const fate = outcome instanceof Error ? outcome.fate : outcome;
		endings[fate as string] = (endings[fate as string] ?? 0) + 1;
		const allowed = { made: [1], notSent: [0], refused: [0], unknown: [0, 1] }[fate as string];
		expect(allowed, `seed ${seed}: ${name} is ${String(outcome)}`).toContain(times(name));
		if (name.endsWith('bad')) expect(fate, `seed ${seed}: ${name}`).not.toBe('made');
	}
	windows.forEach((topic, page) => {
		expect(topic.get(), `seed ${seed}: window ${page}`).toEqual(state);
		expect(topic.pending()).toBe(0);
		topic.stop();
	});
	await time.advance(1000);
	expect(backend.subscriptions, `seed ${seed}: subscriptions`).toBe(0);
}

const SEEDS = 2000;
const PARTS = 8;
it.each(Array.from({ length: PARTS }, (_, part) => part))(
	`no edit is lost or made twice, and windows end as the backend is, in ${SEEDS} random schedules (part %i)`,
	{ timeout: 120_000 },
	async (part) => {
		expect(loadGateSync()).toBeDefined();
		for (let seed = part; seed < SEEDS; seed += PARTS) await run(seed);
		const { made = 0, notSent = 0, refused = 0, unknown = 0, pending = 0 } = endings;
		expect([made > 1000, notSent > 10, refused > 10, unknown > 10, pending]).toEqual([true, true, true, true, 0]);
	},
);
