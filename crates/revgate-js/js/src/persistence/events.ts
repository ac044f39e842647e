import { quietly } from '../sync/guard.js';
import type { Unsubscribe } from '../types.js';
import type { PersistenceEvents } from './types.js';

type Handler = (...args: never[]) => void;

/** Who listens to what. A listener that throws disturbs nobody. */
export class Events<T> {
	readonly #handlers = new Map<string, Set<Handler>>();

	on<K extends keyof PersistenceEvents<T>>(event: K, handler: PersistenceEvents<T>[K]): Unsubscribe {
		const handlers = this.#handlers.get(event) ?? new Set();
		this.#handlers.set(event, handlers.add(handler));
		return () => handlers.delete(handler);
	}

	emit<K extends keyof PersistenceEvents<T>>(event: K, ...args: Parameters<PersistenceEvents<T>[K]>): void {
		for (const handler of [...(this.#handlers.get(event) ?? [])]) {
			quietly(() => handler(...(args as never[])));
		}
	}

	clear(): void {
		this.#handlers.clear();
	}
}
