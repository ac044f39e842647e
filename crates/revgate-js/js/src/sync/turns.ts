/**
 * What is to be done, in its order, one call at a time. A driver calls other people's code, which
 * may call the driver: such a call waits until the one under way has ended, so that none finds
 * another half done.
 */
export interface Turns {
	/** Does `call(argument)`, now or when its turn comes. */
	enter<A>(call: (argument: A) => void, argument: A): void;
	/** Has all further calls wait, beyond the one under way. */
	hold(): void;
	/** Goes on, with `call` first if none is under way. */
	resume(call: () => void): void;
}

/** @param failed takes what a call throws. */
export function createTurns(failed: (error: unknown) => void): Turns {
	const waiting: (() => void)[] = [];
	let isRunning = false;
	let isHeld = false;

	function run<A>(call: (argument: A) => void, argument: A): void {
		try {
			call(argument);
		} catch (error) {
			failed(error);
		}
	}

	function runWaiting(): void {
		isRunning = true;
		let done = 0;
		while (done < waiting.length && !isHeld) {
			run(waiting[done++]!, undefined);
		}
		waiting.splice(0, done);
		isRunning = false;
	}

	return {
		enter(call, argument) {
			if (isRunning || isHeld) {
				waiting.push(() => call(argument));
				return;
			}
			isRunning = true;
			run(call, argument);
			isRunning = false;
			if (waiting.length > 0) {
				runWaiting();
			}
		},
		hold() {
			isHeld = true;
		},
		resume(call) {
			isHeld = false;
			if (isRunning) {
				waiting.push(call);
			} else {
				waiting.unshift(call);
				runWaiting();
			}
		},
	};
}
