/** A way to the backend that takes its time, and loses, repeats and fails by a seed. */

import type { TopicBackend } from '../topic/backend.js';
import type { VirtualTime } from './time.js';

/**
 * What the network does to messages. Probabilities are from 0 to 1.
 *
 * @example
 * world.network.faults = { delayMs: [0, 50], loss: 0.1 };
 */
export interface Faults {
	/** How long one message takes, each on its own: a wide range reorders. Default: no time. */
	readonly delayMs?: number | readonly [from: number, to: number];
	/** How likely an announcement is lost. Default: 0. */
	readonly loss?: number;
	/** How likely an announcement comes twice. Default: 0. */
	readonly duplication?: number;
	/**
	 * How likely a call fails on its way to the backend, and how likely its answer on the way back: the
	 * caller is told of either, but not which one. Default: 0.
	 */
	readonly failure?: number;
}

/**
 * What all windows of a world send over, and hear by.
 *
 * @example
 * world.network.faults = { loss: 1 };
 * await settings.update((player) => { player.volume = 40; });
 * world.network.harm.lost; // 2: one announcement for each window
 */
export class Network {
	/** Concerns messages that set out from now on. */
	faults: Faults = {};
	/** How many announcements were lost, and came twice, and how many calls failed so far. */
	readonly harm = { lost: 0, repeated: 0, failed: 0 };
	readonly #time: VirtualTime;
	#random: number;

	constructor(time: VirtualTime, seed: number) {
		this.#time = time;
		this.#random = seed;
	}

	/** The way of one window to the backend; nothing gets through while it is offline. */
	way(backend: Required<Pick<TopicBackend, 'subscribe' | 'fetch' | 'write' | 'act' | 'createMember' | 'removeMember'>>, isOffline: () => boolean): TopicBackend {
		const carry = async (): Promise<void> => {
			await this.#travel();
			if (!isOffline() && !this.#happens(this.faults.failure)) return;
			this.harm.failed += 1;
			throw new Error(isOffline() ? 'the window is offline' : 'the network failed');
		};
		const call = async <A>(ask: () => Promise<A>): Promise<A> => {
			await carry();
			// What is refused comes back as any answer does.
			const answer = ask();
			await answer.catch(() => undefined);
			await carry();
			return answer;
		};
		const deliver = (announce: () => void): void => {
			if (isOffline() || this.#happens(this.faults.loss)) return void (this.harm.lost += 1);
			void this.#travel().then(announce);
			if (!this.#happens(this.faults.duplication)) return;
			this.harm.repeated += 1;
			void this.#travel().then(announce);
		};
		return {
			host: this.#time,
			fetch: (topic, known) => call(() => backend.fetch(topic, known)),
			write: (topic, change) => call(() => backend.write(topic, change)),
			act: (topic, batch) => call(() => backend.act(topic, batch)),
			createMember: (topic, state) => call(() => backend.createMember(topic, state)),
			removeMember: (topic) => call(() => backend.removeMember(topic)),
			subscribe: async (topic, listener, known) => {
				await carry();
				let isAlive = true;
				const standing = await backend.subscribe(
					topic,
					{
						signal: listener.signal,
						announced: (message) => deliver(() => isAlive && listener.announced(message)),
						// Told by what carries it, so it cannot be lost.
						ended: (reason) => void this.#travel().then(() => isAlive && listener.ended(reason)),
					},
					known,
				);
				const end = (): void => {
					if (isAlive && typeof standing === 'object') void standing.end();
					isAlive = false;
				};
				try {
					await carry();
					if (listener.signal.aborted) throw new Error('the answer came after it was given up');
				} catch (error) {
					end();
					throw error;
				}
				return typeof standing === 'object' ? { ...standing, end } : end;
			},
		};
	}

	/** Lets one message travel. */
	async #travel(): Promise<void> {
		const { delayMs = 0 } = this.faults;
		const [from, to] = typeof delayMs === 'number' ? [delayMs, delayMs] : delayMs;
		const delay = from + (to - from) * this.#part();
		if (delay > 0) await this.#time.sleep(delay);
	}

	#happens(probability = 0): boolean {
		return this.#part() < probability;
	}

	/** From 0 to 1, the same ones in the same order each time (mulberry32). */
	#part(): number {
		this.#random = (this.#random + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}
}
