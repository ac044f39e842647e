import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createCrossTabSync, createPersistenceApplier, type PersistenceApplierOptions } from '../../src/persistence/index.js';
import { RecordBackend } from '../../src/persistence/storage/backend.js';
import type { Cell, Decide } from '../../src/persistence/storage/cell.js';
import type { SnapshotEnvelope } from '../../src/types.js';
import { until } from '../until.js';
import { snapshot } from './kinds.js';
import { Heard } from './setup.js';

// Random schedules of windows that save, load, lag behind, fail and crash at any step. What must
// come of it is worked out here anew, by whole numbers, not by the gate.

// A browser's timers cost more.
const SEEDS = typeof document === 'undefined' ? 300 : 15;
const STEPS = 60;

class Dice {
	#state: number;

	constructor(seed: number) {
		this.#state = seed * 2654435761 + 1;
	}

	below(limit: number): number {
		this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
		return ((this.#state ^ (this.#state >>> 13)) >>> 0) % limit;
	}

	chance(percent: number): boolean {
		return this.below(100) < percent;
	}
}

/** A version as one number. */
const rank = ({ epoch = '0', revision }: { epoch?: string; revision: string }) => BigInt(epoch) * 2n ** 64n + BigInt(revision);

/** One text that windows share, each with steps of its own on the way there and back. */
class World {
	text: string | undefined;
	/** What was loaded, and was not the newest at any time meanwhile. */
	readonly wrong: string[] = [];
	/** The states that were ever stored, in their order. */
	readonly stored: bigint[] = [];
	readonly dice: Dice;
	readonly states: SnapshotEnvelope<string>[] = [];
	#epoch = 0;
	#revision = 0;

	constructor(seed: number) {
		this.dice = new Dice(seed);
	}

	/** The backend writes, or restarts at revision 1 of a new epoch. */
	write(): void {
		const restarts = this.dice.chance(10);
		this.#epoch += Number(restarts);
		this.#revision = restarts ? 1 : this.#revision + 1 + this.dice.below(3);
		const version = `${this.#epoch}.${this.#revision}`;
		this.states.push(snapshot(version, `state ${version} `.repeat(1 + this.dice.below(30))));
	}

	put(text: string): void {
		this.text = text;
		const head = JSON.parse(text.slice(text.indexOf('{'), text.indexOf('\n')));
		this.stored.push(rank(head));
	}
}

class Window {
	readonly shown: bigint[] = [];
	readonly heard = new Heard();
	readonly applier;
	/** Up to where this window follows the backend. */
	#at = -1;
	#crashed = false;
	readonly #world: World;

	constructor(world: World) {
		this.#world = world;
		const { dice } = world;
		const pacing: Partial<PersistenceApplierOptions<string>>[] = [
			{},
			{ throttling: { debounceMs: 20, maxWaitMs: 50 } },
			{ throttling: { throttleMs: 30 } },
			{ throttling: { debounceMs: 10, leading: true } },
		];
		this.applier = createPersistenceApplier<string>({
			storage: new RecordBackend<string>(this.#cell()),
			applier: { apply: (state) => void this.shown.push(rank(state)) },
			onPersistenceError: this.heard.listener,
			...pacing[dice.below(pacing.length)],
			compression: this.#compression(),
		});
	}

	/** What the gate lets through: first the backend's newest, then newer ones, behind or not. */
	apply(): void {
		const left = this.#world.states.length - 1 - this.#at;
		if (left > 0) {
			this.#at += this.#at < 0 ? left : 1 + this.#world.dice.below(left);
			this.applier.apply(this.#world.states[this.#at]!);
		}
	}

	async load(): Promise<void> {
		const before = this.#world.stored.length;
		const loaded = await this.applier.load();
		const possible = this.#world.stored.slice(Math.max(0, before - 1));
		const state = this.#world.states.find((one) => loaded && rank(one) === rank(loaded));
		if (loaded && (!possible.includes(rank(loaded)) || loaded.data !== state?.data)) {
			this.#world.wrong.push(`loaded ${rank(loaded)}, not one of ${possible}`);
		}
	}

	crash(): void {
		this.#crashed = true;
	}

	/** A window that has crashed goes on to nothing. */
	async #step(): Promise<void> {
		for (let ticks = this.#world.dice.below(4); ticks >= 0; ticks--) {
			await (this.#crashed ? new Promise<void>(() => {}) : this.#world.dice.chance(20) ? later() : Promise.resolve());
		}
		if (this.#world.dice.chance(5)) {
			throw new Error('the storage hiccups');
		}
	}

	#cell(): Cell {
		const world = this.#world;
		const swapNow = (decide: Decide) => {
			const { put } = decide(world.text === undefined ? [] : [world.text]);
			if (put !== undefined) {
				world.put(put);
			}
		};
		return {
			where: 'the test',
			read: async () => {
				await this.#step();
				return world.text === undefined ? [] : [world.text];
			},
			swap: async (decide) => {
				await this.#step();
				swapNow(decide);
				await this.#step(); // It is stored, and nobody knows.
			},
			swapNow,
			remove: async () => {},
		};
	}

	#compression() {
		return {
			algorithm: 'tokens',
			compress: async (text: string) => {
				await this.#step();
				return text.replaceAll('state ', '~');
			},
			decompress: async (text: string) => {
				await this.#step();
				return text.replaceAll('~', 'state ');
			},
		};
	}
}

const sorted = (ranks: readonly bigint[]) => [...ranks].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

async function play(seed: number): Promise<World> {
	const world = new World(seed);
	const { dice } = world;
	const windows = [new Window(world), new Window(world)];
	world.write();
	for (let step = 0; step < STEPS; step++) {
		const which = dice.below(windows.length);
		const window = windows[which]!;
		switch (dice.below(8)) {
			case 0:
			case 1:
				world.write();
				break;
			case 2:
			case 3:
				window.apply();
				break;
			case 4:
				void window.load();
				break;
			case 5:
				void window.applier.flush();
				break;
			case 6:
				await vi.advanceTimersByTimeAsync(dice.below(60));
				break;
			case 7:
				if (dice.chance(30)) {
					window.crash();
					windows[which] = new Window(world);
					void windows[which].load();
				}
		}
	}
	// The faults end, and everybody catches up: what is left is the newest that any window has shown.
	for (const window of windows) {
		window.apply();
	}
	await vi.advanceTimersByTimeAsync(120_000);
	for (const window of windows) {
		for (let turn = 0; turn < 20 && window.applier.hasPendingSave(); turn++) {
			void window.applier.flush();
			await vi.advanceTimersByTimeAsync(1000);
		}
		expect(window.applier.hasPendingSave()).toBe(false);
		expect(window.shown, 'nothing shown goes back').toEqual(sorted(window.shown));
		for (const { error } of window.heard.contexts) {
			expect(error.message).toContain('hiccups');
		}
		const newest = window.shown.at(-1);
		if (newest !== undefined) {
			expect(world.stored.at(-1)! >= newest, 'what a window shows is stored, or newer').toBe(true);
		}
	}
	expect(world.wrong).toEqual([]);
	return world;
}

describe('any schedule', () => {
	it('what is stored never goes back, and what is loaded is the newest whole state', async () => {
		let saves = 0;
		for (let seed = 1; seed <= SEEDS; seed++) {
			const world = await play(seed).catch((error) => {
				throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
			});
			expect(world.stored, `seed ${seed}`).toEqual(sorted(world.stored));
			saves += world.stored.length;
		}
		expect(saves, 'the schedules do save').toBeGreaterThan(SEEDS * 3);
	});
});

describe('tabs over a channel', () => {
	it('whatever they send, none ever hears an older state than before', async () => {
		vi.useRealTimers();
		const dice = new Dice(7);
		const heard: bigint[][] = [];
		const name = `schedule-${Math.random()}`;
		const tabs = Array.from({ length: 4 }, () => {
			const mine: bigint[] = [];
			heard.push(mine);
			return createCrossTabSync<null>({ channelName: name, onSnapshot: (state) => void mine.push(rank(state)) });
		});
		let newest = 0n;
		for (let round = 0; round < 500; round++) {
			const state = snapshot(`${dice.below(3)}.${dice.below(100)}`, null);
			newest = rank(state) > newest ? rank(state) : newest;
			tabs[dice.below(tabs.length)]!.broadcast(state);
			if (dice.chance(20)) {
				await later();
			}
		}
		await until(() => expect(heard.filter((mine) => mine.at(-1) === newest).length).toBeGreaterThanOrEqual(3));
		for (const mine of heard) {
			expect(mine).toEqual(sorted([...new Set(mine)]));
		}
		for (const tab of tabs) {
			tab.dispose();
		}
	});
});
