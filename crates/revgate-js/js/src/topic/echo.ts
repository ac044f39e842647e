/** The announcement of what may be the window's own write. */

import type { Version } from '../gate/gate.js';
import type { Fields } from '../sync/messages.js';

/** Held until that write is answered. */
export class Echo {
	#held: Fields | undefined;

	/** Whether the version alone is announced, and is the one that a write under way on `base` would make. */
	holds(base: Version | undefined, message: Fields): boolean {
		if (base === undefined || 'data' in message || 'patch' in message) return false;
		const { revision, epoch } = message;
		if (revision !== String(BigInt(base.revision) + 1n) || (epoch ?? '0') !== (base.epoch ?? '0')) return false;
		// The answer brings this state, or a newer one: it need not be fetched.
		this.#held = message;
		return true;
	}

	/** What was held, to be heard after all. */
	take(): Fields | undefined {
		const held = this.#held;
		this.#held = undefined;
		return held;
	}
}
