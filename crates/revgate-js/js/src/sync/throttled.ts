import { check, FUNCTION } from '../gate/check.js';
import { Pacer } from '../gate/gate.js';
import { PACING } from '../gate/options.js';
import type { InvalidationThrottlingOptions } from '../types.js';
import { createAlarm } from './alarm.js';
import { quietly } from './guard.js';
import { type Host, platform } from './host.js';
import { gateNow } from './revision.js';

/** Calls a function less often than it is asked to. */
export interface ThrottledHandler {
	/** Asks for a call: made at once, or when the pacing allows it. */
	trigger(): void;
	/** Forgets what was asked for, and frees what it holds. */
	dispose(): void;
	/** Whether a call is due later. */
	hasPending(): boolean;
}

/**
 * Paces calls of `onRefresh` as a sync paces its fetches: sustained triggers still get through, at
 * least every `maxWaitMs` or `throttleMs`, and the last one always leads to a call. By the Rust
 * pacer, on a clock that does not jump. What it throws or rejects with is told to the console.
 *
 * @throws TypeError if an option is of the wrong kind or unknown.
 * @throws RangeError if a time makes no sense, or options contradict each other.
 *
 * @example
 * import { createThrottledHandler } from 'revgate';
 * const handler = createThrottledHandler(() => save(), { debounceMs: 50, maxWaitMs: 500 });
 * input.addEventListener('input', () => handler.trigger());
 * window.addEventListener('pagehide', () => handler.dispose());
 */
export function createThrottledHandler(
	onRefresh: () => void,
	options: InvalidationThrottlingOptions = {},
	host: Host = platform,
): ThrottledHandler {
	check({ onRefresh, options }, { onRefresh: FUNCTION, options: PACING });
	let pacer: Pacer | undefined = new Pacer(gateNow(), options);
	const alarm = createAlarm(host, ring);

	function ring(): void {
		const due = pacer?.deadline();
		if (pacer === undefined || due === undefined) {
			return;
		}
		const now = host.now();
		if (due > now) {
			return alarm(due);
		}
		alarm(Infinity);
		pacer.delivered(now);
		quietly(onRefresh, (error) => console.error('[revgate] a throttled function failed', error));
	}

	return {
		trigger() {
			pacer ??= new Pacer(gateNow(), options);
			pacer.event(host.now());
			ring();
		},
		dispose() {
			alarm(Infinity);
			pacer?.free();
			pacer = undefined;
		},
		hasPending: () => pacer?.deadline() !== undefined,
	};
}
