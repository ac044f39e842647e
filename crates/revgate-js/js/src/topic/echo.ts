/** The announcement of what may be the window's own write. */

import type { Version } from '../gate/gate.js';
import type { InvalidationEvent } from '../types.js';

/** Held until that write is answered. */
export class Echo {
	#held: object | undefined;

	/** Whether the version alone is announced, and is the one that a write under way on `base` would make. */
	holds(base: Version | undefined, event: InvalidationEvent, message: object): boolean {
		if (base === undefined || 'data' in message || 'patch' in message) return false;
		const isNext = BigInt(base.revision) + 1n === BigInt(event.revision);
		if (!isNext || (base.epoch ?? '0') !== (event.epoch ?? '0')) return false;
		// The answer brings this state, or a newer one: it need not be fetched.
		this.#held = message;
		return true;
	}

	/** What was held, to be heard after all. */
	take(): object | undefined {
		const held = this.#held;
		this.#held = undefined;
		return held;
	}
}
