/** A backend and its windows. */

import type { MemoryBackend } from '../../wasm/memory.js';
import { stand } from '../local/page.js';
import { ask, type LocalTopics, register, rulesOf, stateOf, textOf } from '../local/topics.js';
import { wayTo } from '../local/way.js';
import type { Topics } from '../topic/topic.js';
import type { TopicName } from '../types.js';
import { memoryBackend } from './module.js';
import { Network } from './network.js';
import { VirtualTime } from './time.js';
import { Window } from './window.js';

/**
 * What the backend of a {@link World} has.
 *
 * @example
 * const options: WorldOptions = { topics: { player: { volume: 7 } }, families: { doc: { '42': { title: 'Draft' } } } };
 */
export interface WorldOptions extends LocalTopics {
	/** The families, and the members that each has at first, by their keys. */
	readonly families?: { readonly [name: string]: { readonly [key: string]: unknown } };
	/** What the accidents of the network follow from. Default: 1. */
	readonly seed?: number;
}

/**
 * A backend in memory with these topics, and no windows yet. What it accepts, refuses and announces is
 * decided by the code that does so for windows in Rust.
 *
 * @throws {Error} that says what is wrong with a name, or a first state.
 *
 * @example
 * const world = await createWorld({ topics: { player: { volume: 7 } } });
 * const [main, settings] = world.windows(2);
 * await world.until(settings.topic('player').update((draft) => { draft.volume = 40; }));
 * await world.settle();
 * console.log(main.topic('player').get()); // { volume: 40 }
 * world.close();
 */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
	const { families = {}, seed = 1 } = options;
	const backend = await memoryBackend();
	register(backend, options);
	for (const [family, members] of Object.entries(families)) {
		ask(() => backend.family(family, ...rulesOf(family, options)));
		for (const [key, state] of Object.entries(members)) ask(() => backend.set(`${family}:${key}`, textOf(state)));
	}
	return new World(backend, seed);
}

/**
 * A backend in memory, the clock of all its windows, and what messages travel over. Of {@link createWorld}.
 *
 * @example
 * const world = await createWorld({ topics: { player: { volume: 7 } } });
 * const player = world.windows(1)[0].topic('player');
 * await world.settle();
 * world.network.faults = { loss: 1 };
 * world.set('player', { volume: 40 });
 * await world.settle();
 * console.log(player.get()); // { volume: 7 }: the announcement was lost
 * await world.advance(31_000);
 * console.log(player.get()); // { volume: 40 }: the window looks again by itself
 * world.close();
 */
export class World {
	readonly time = new VirtualTime();
	readonly network: Network;
	readonly #backend: MemoryBackend;
	readonly #ends: (() => void)[] = [];

	/** @internal */
	constructor(backend: MemoryBackend, seed: number) {
		this.#backend = backend;
		this.network = new Network(this.time, seed);
	}

	/** Opens a window. */
	window(): Window {
		const window = new Window((isOffline) => this.network.way(wayTo(this.#backend), isOffline));
		this.#ends.push(() => window.close());
		return window;
	}

	/** Opens so many. */
	windows<N extends number>(count: N): Windows<N> {
		return Array.from({ length: count }, () => this.window()) as unknown as Windows<N>;
	}

	/**
	 * Has this page be a window, as a page of the app is one: topics and families that are made without a
	 * `backend`, and hooks of a name, are of this world until it is closed. To be called before they are made.
	 */
	page(): Window {
		const window = this.window();
		this.#ends.push(stand(window.backend));
		return window;
	}

	/** The state of a topic in the backend; `undefined` if there is none. */
	state<K extends keyof Topics & string>(topic: K): Topics[K] | undefined;
	state<T = unknown>(topic: TopicName): T | undefined;
	state(topic: TopicName): unknown {
		const state = this.#backend.state(topic);
		return state === undefined ? undefined : stateOf(state);
	}

	/**
	 * Sets a topic, as the app's Rust side does, and announces that. One of a family may be new.
	 *
	 * @throws {Error} that says why that is refused.
	 */
	set<K extends keyof Topics & string>(topic: K, state: Topics[K]): void;
	set(topic: TopicName, state: unknown): void;
	set(topic: TopicName, state: unknown): void {
		ask(() => this.#backend.set(topic, textOf(state)));
	}

	/** Removes a topic, and ends its subscriptions; whether it was there. */
	remove(topic: TopicName): boolean {
		return ask(() => this.#backend.remove(topic));
	}

	/** Begins a topic anew, in another epoch, as a backend does that has kept nothing. */
	restart(topic: TopicName): void {
		ask(() => this.#backend.restart(topic));
	}

	/** How many subscriptions stand. */
	get subscriptions(): number {
		return this.#backend.subscriptions;
	}

	/** Lets all happen that needs no time. */
	settle(): Promise<void> {
		return this.time.settle();
	}

	/** Lets so many milliseconds go by, and all happen that falls due in them. */
	advance(ms: number): Promise<void> {
		return this.time.advance(ms);
	}

	/** Lets time go by until the promise has settled. What it comes to. */
	until<T>(promise: PromiseLike<T>): Promise<T> {
		return this.time.until(promise);
	}

	/** Closes all windows. */
	close(): void {
		for (const end of this.#ends.splice(0)) end();
	}
}

/** So many windows. */
export type Windows<N extends number, Found extends Window[] = []> = number extends N
	? Window[]
	: Found['length'] extends N
		? Found
		: Windows<N, [...Found, Window]>;
