import type { InvalidationThrottlingOptions } from '../types.js';
import { say, Word } from '../words/say.js';
import { type GateModule, NO_TIME } from './abi.js';
import { check, FLAG, kind, maybe, only, TIME } from './check.js';

/** How patient a gate is. Times are in milliseconds; `Infinity` has no end. */
export interface GateOptions {
	/** How often announcements may lead to a fetch or an apply. Default: as often as they come. */
	pacing?: InvalidationThrottlingOptions;
	/** How long a fetch, or to subscribe, may take before it counts as failed. Default: 10,000. */
	fetchTimeoutMs?: number;
	/** How long to wait between failures. */
	backoff?: BackoffOptions;
	/** How long without news to fetch again, so that a lost announcement is healed. Default: never. */
	resyncMs?: number;
	/** Whether a hidden window fetches nothing more until it is shown. Default: no. */
	pauseWhileHidden?: boolean;
}

/** Exponential backoff: `firstMs`, twice that, four times that, … at most `capMs`. */
export interface BackoffOptions {
	/** The delay after the first failure. Default: 500. */
	firstMs?: number;
	/** The longest delay. Default: 10,000. */
	capMs?: number;
	/**
	 * 64 bits that set this window's delays apart from other windows': each is shortened by up to a
	 * half. Default: none, no jitter.
	 */
	jitterSeed?: bigint;
}

const time = maybe(TIME);
const flag = maybe(FLAG);

/** What paces may be. */
export const PACING = only({ debounceMs: time, maxWaitMs: time, throttleMs: time, leading: flag, trailing: flag });

const bigint = maybe(kind('a BigInt', (it) => typeof it === 'bigint'));
const BACKOFF = only({ firstMs: time, capMs: time, jitterSeed: bigint }, 'backoff.');

/** What {@link GateOptions} may be. */
export const GATE = only({
	pacing: maybe(PACING),
	fetchTimeoutMs: time,
	backoff: maybe(BACKOFF),
	resyncMs: time,
	pauseWhileHidden: flag,
});

/** The answer that says that options contradict each other; the further contradictions are below: the core decides. */
const CONTRADICTION = -10;

/** The times, in the order in which the module takes them. */
const TIMES = ['debounceMs', 'maxWaitMs', 'throttleMs', 'fetchTimeoutMs', 'firstMs', 'capMs', 'resyncMs'] as const;

/**
 * Hands options to a function of the module, which takes the bits of those that are there.
 *
 * @throws TypeError | RangeError naming the options that are of the wrong kind, or contradict each other
 */
export function hand(module: GateModule, options: GateOptions, call: (bits: number) => number): number {
	check({ gate: options }, { gate: GATE });
	const given = { ...options, ...options.pacing, ...options.backoff };
	const { leading, jitterSeed } = given;
	if (given.trailing === false) {
		throw new RangeError(say(Word.NotTrailing));
	}
	let bits = (leading == null ? 0 : leading ? 1 << 7 : 1 << 8) | (given.pauseWhileHidden ? 1 << 9 : 0);
	TIMES.forEach((name, index) => {
		const time = given[name];
		if (time != null) {
			module.numbers[index] = time;
			bits |= 1 << index;
		}
	});
	if (jitterSeed != null) {
		module.wide[0] = jitterSeed;
		bits |= 1 << 10;
	}
	const answer = call(bits);
	module.refresh();
	if (answer === NO_TIME) {
		throw new RangeError(say(Word.OptionNotTime, TIMES[module.numbers[0]!]!));
	}
	if (answer <= CONTRADICTION) {
		throw new RangeError(say(Word.MaxWaitTooShort + CONTRADICTION - answer));
	}
	return answer;
}
