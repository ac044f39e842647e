/** Who wants to be told of something. */

import { quietly } from '../sync/guard.js';
import type { Unsubscribe } from '../types.js';
import { tellingOf } from './barrier.js';

/** A function that is told. What it throws is no business of whoever tells. */
export type Listen<A extends unknown[]> = (...news: A) => void;

/** All who want to be told of one thing. */
export class Listeners<A extends unknown[]> {
	readonly #listeners = new Map<object, Listen<A>>();

	constructor(readonly failed: (error: unknown) => void) {}

	get isEmpty(): boolean {
		return this.#listeners.size === 0;
	}

	/** Adds one, also if it is there already. */
	add(listener: Listen<A>): Unsubscribe {
		const key = {};
		this.#listeners.set(key, listener);
		return () => void this.#listeners.delete(key);
	}

	/** Tells all who are there now; one who leaves meanwhile is not told. */
	tell(...news: A): void {
		for (const [key, listener] of [...this.#listeners]) {
			if (this.#listeners.has(key)) this.tellOne(listener, ...news);
		}
	}

	tellOne(listener: Listen<A>, ...news: A): void {
		tellingOf(() => quietly(() => listener(...news), this.failed));
	}
}
