import type { Host } from './host.js';

/** One timer, for whatever is due next. */
export class Alarm {
	readonly #host: Host;
	readonly #ring: () => void;
	#cancel: (() => void) | undefined;
	#setFor = Infinity;

	constructor(host: Host, ring: () => void) {
		this.#host = host;
		this.#ring = ring;
	}

	/**
	 * Rings at this time at the latest, or never. It may ring too early: to set a timer anew with
	 * each announcement of a burst would cost more than the announcement.
	 */
	set(due: number | undefined): void {
		if (due === undefined) {
			this.#cancel?.();
			this.#cancel = undefined;
			this.#setFor = Infinity;
		} else if (due < this.#setFor) {
			this.#cancel?.();
			this.#setFor = due;
			this.#cancel = this.#host.after(Math.max(0, due - this.#host.now()), () => {
				this.#cancel = undefined;
				this.#setFor = Infinity;
				this.#ring();
			});
		}
	}
}
