/** One thing that is to be done after a time. */

import type { Host } from '../sync/host.js';

/** Set anew, it forgets what it was set for. */
export class Timer {
	#cancel: (() => void) | undefined;

	/** @param enter does a call when its turn comes. */
	constructor(
		readonly host: Host,
		readonly enter: (call: () => void) => void,
	) {}

	get isSet(): boolean {
		return this.#cancel !== undefined;
	}

	set(delayMs: number, call: () => void): void {
		this.cancel();
		const cancel = this.host.after(delayMs, () => {
			this.enter(() => {
				// It may have been cancelled or set anew while it waited for its turn.
				if (this.#cancel !== cancel) return;
				this.#cancel = undefined;
				call();
			});
		});
		this.#cancel = cancel;
	}

	cancel(): void {
		this.#cancel?.();
		this.#cancel = undefined;
	}
}
