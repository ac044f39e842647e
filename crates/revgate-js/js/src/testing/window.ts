/** A window of a world. */

import { noopLogger } from '../sync/logger.js';
import type { TopicBackend } from '../topic/backend.js';
import type { TopicError } from '../topic/error.js';
import { type ActingOptions, checkTopic } from '../topic/options.js';
import { acquireFrom, type Pool, releaseTo } from '../topic/pool.js';
import { Replica } from '../topic/replica.js';
import { type ActionOf, handleOf, type Topic, type Topics } from '../topic/topic.js';
import type { TopicName } from '../types.js';

/**
 * A window, which has replicas of its own: several of them stand in one page beside each other. Of the
 * {@link World}.
 *
 * @example
 * const [main, settings] = world.windows(2);
 * await world.until(settings.topic('player').update((draft) => { draft.volume = 40; }));
 * await world.settle();
 * expect(main.topic('player').get()).toEqual({ volume: 40 });
 */
export class Window {
	/** Whether nothing gets through to it: calls fail, and announcements are lost. */
	isOffline = false;
	/** What has failed so far, in the order of failing. */
	readonly errors: TopicError[] = [];
	/** The way of this window to the backend. */
	readonly backend: TopicBackend;
	readonly #replicas: Pool<Replica> = new Map();
	readonly #handles = new Set<{ stop(): void }>();
	#hasClosed = false;

	/** @internal */
	constructor(way: (isOffline: () => boolean) => TopicBackend) {
		this.backend = way(() => this.isOffline);
	}

	/**
	 * A topic in this window, as `createTopic` makes one in a page. What fails is in {@link Window.errors};
	 * the console says nothing of it.
	 *
	 * @throws as `createTopic`, and if the window was closed.
	 */
	topic<K extends keyof Topics & string>(name: K, options?: ActingOptions<Topics[K], ActionOf<K>>): Topic<Topics[K], ActionOf<K>>;
	topic<T, A = unknown>(name: TopicName, options?: ActingOptions<T, A>): Topic<T, A>;
	topic<T, A>(name: TopicName, options: ActingOptions<T, A> = {}): Topic<T, A> {
		checkTopic(name, options);
		if (this.#hasClosed) throw new Error(`the topic \`${name}\` is asked for in a window that was closed`);
		if (name.endsWith(':*')) {
			throw new TypeError(
				`\`${name}\` is a family as a whole, of which a page has one: use \`createFamily\` in the window ` +
					'that is this page, `world.page()`. Other windows have its members: `doc:42`',
			);
		}
		const { actions, ...rest } = options;
		const shared = { backend: this.backend, logger: noopLogger, ...rest };
		const make = (): Replica => {
			const replica = new Replica(name, shared);
			replica.errors.add((error) => this.errors.push(error));
			return replica;
		};
		const replica = acquireFrom(this.#replicas, 'topic', name, shared, make);
		const topic = handleOf<T, A>(replica, actions, (it) => releaseTo(this.#replicas, it));
		this.#handles.add(topic);
		return topic;
	}

	/** Closes it: its topics stop. */
	close(): void {
		this.#hasClosed = true;
		for (const topic of this.#handles) topic.stop();
		this.#handles.clear();
	}
}
