/** The last known state, which is shown before the backend answers. */

import { quietly } from '../sync/guard.js';
import type { Logger } from '../types.js';
import type { Layer } from './edit.js';
import { type Place, take } from './exact/index.js';
import type { TopicCache } from './options.js';

/** Where it is kept, if anywhere. What a cache does, which may be anybody's, harms nothing. */
export class Kept {
	constructor(
		readonly topic: string,
		readonly cache: TopicCache | undefined,
		readonly logger: Logger,
	) {}

	save({ version, data }: Layer): void {
		this.#do((cache) => cache.save({ ...version, data }));
	}

	flush(): void {
		this.#do((cache) => cache.flush());
	}

	/** Hands on the state that is there, if one is. */
	async recall(place: Place, found: (layer: Layer) => void): Promise<void> {
		try {
			const kept = await this.cache?.load();
			if (!kept) return;
			const { data, ...version } = kept;
			found({ version, data: take(data, place) });
		} catch (error) {
			this.logger.warn(`[revgate] topic \`${this.topic}\`: the last known state cannot be shown`, error);
		}
	}

	#do(call: (cache: TopicCache) => unknown): void {
		const { cache, logger, topic } = this;
		if (!cache) return;
		quietly(
			() => call(cache),
			(error) => logger.warn(`[revgate] topic \`${topic}\`: the state is not kept`, error),
		);
	}
}
