import type { Version } from '../gate/gate.js';
import { say, Word } from '../words/say.js';
import { isThenable } from './guard.js';
import type { Host } from './host.js';
import type { Reporter } from './report.js';
import type { Sink } from './transport.js';
import type { Turns } from './turns.js';

/** When to try again to apply what another apply, late, has overwritten. */
const AGAIN_MS = 1000;

/** How an apply ended: without an error, well. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/** Applies, which may take their time, but not for ever. */
export interface Applying<T> {
	/**
	 * Applies what `make` makes. `ended` is called at once, unless that takes a promise: then all
	 * turns wait for it, and `ended` is called, and `after`. Whether it was at once.
	 */
	apply(version: Version, make: () => T, ended: Ended, after: () => void): boolean;
	/** Waits for nothing any more. */
	stop(): void;
}

export function createApplying<T>(host: Host, limitMs: number, turns: Turns, sink: Sink<T>, report: Reporter): Applying<T> {
	let letGo = () => {};
	/** How many were given up and have not ended. */
	let overdue = 0;
	/** What was applied since one was given up. */
	let again: { readonly version: Version; readonly data: T } | undefined;
	let cancelAgain = () => {};

	function run(apply: () => unknown, ended: Ended, after?: () => void): boolean {
		let answer: unknown;
		try {
			answer = apply();
		} catch (error) {
			ended({ error });
			return true;
		}
		if (!isThenable(answer)) {
			ended();
			return true;
		}
		let isAwaited = true;
		let isGivenUp = false;
		const resume: Ended = (failure) => {
			letGo();
			turns.resume(() => {
				ended(failure);
				after?.();
			});
		};
		const cancel = host.after(limitMs, () => {
			isGivenUp = true;
			overdue++;
			resume({ error: new Error(say(Word.NotApplied, limitMs)) });
		});
		letGo = () => {
			isAwaited = false;
			cancel();
		};
		const end: Ended = (failure) => {
			if (isAwaited) {
				resume(failure);
			} else if (isGivenUp) {
				overdue--;
				turns.enter(applyAgain, undefined);
			}
		};
		turns.hold();
		Promise.resolve(answer).then(() => end(), (error) => end({ error }));
		return false;
	}

	/** One that was given up has ended, maybe on top of what was applied since: that is applied again. */
	function applyAgain(): void {
		if (again === undefined) {
			return;
		}
		const { version, data } = again;
		run(
			() => sink.apply(version, data),
			(failed) => {
				if (failed && again !== undefined) {
					cancelAgain();
					cancelAgain = host.after(AGAIN_MS, () => turns.enter(applyAgain, undefined));
					const extra = { snapshotRevision: version.revision, willRetry: true, nextDelayMs: AGAIN_MS };
					report.tell(report.failure('apply', failed.error, extra));
				}
			},
		);
	}

	return {
		apply(version, make, ended, after) {
			let data: T;
			return run(
				() => {
					data = make();
					return sink.apply(version, data);
				},
				(failure) => {
					if (!failure) {
						again = overdue > 0 ? { version, data } : undefined;
					}
					ended(failure);
				},
				after,
			);
		},
		stop() {
			again = undefined;
			letGo();
			cancelAgain();
		},
	};
}
