/**
 * What is to be done, in its order, one call at a time. A driver calls other people's code, which
 * may call the driver: such a call waits until the one under way has ended, so that none finds
 * another half done.
 */
export class Turns {
	readonly #waiting: (() => void)[] = [];
	/** What to do with an error that a call throws, and after each call. */
	readonly #failed: (error: unknown) => void;
	#running = false;
	#held = false;

	constructor(failed: (error: unknown) => void) {
		this.#failed = failed;
	}

	/** Whether a call is under way, on the stack. */
	get running(): boolean {
		return this.#running;
	}

	/** Does `call(argument)`, now or when its turn comes. */
	enter<A>(call: (argument: A) => void, argument: A): void {
		if (this.#running || this.#held) {
			this.#waiting.push(() => call(argument));
			return;
		}
		this.#running = true;
		this.#do(call, argument);
		this.#rest();
	}

	/** Has all further calls wait, beyond the one under way. */
	hold(): void {
		this.#held = true;
	}

	/** Goes on, with `call` first if none is under way. */
	resume(call: () => void): void {
		this.#held = false;
		if (this.#running) {
			this.#waiting.push(call);
			return;
		}
		this.#waiting.unshift(call);
		this.#running = true;
		this.#rest();
	}

	#do<A>(call: (argument: A) => void, argument: A): void {
		try {
			call(argument);
		} catch (error) {
			this.#failed(error);
		}
	}

	#rest(): void {
		let done = 0;
		for (let call = this.#waiting[0]; call !== undefined && !this.#held; call = this.#waiting[++done]) {
			this.#do(call, undefined);
		}
		if (done > 0) {
			this.#waiting.splice(0, done);
		}
		this.#running = false;
	}
}
