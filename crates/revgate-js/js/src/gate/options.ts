import type { InvalidationThrottlingOptions } from '../types.js';
import { type Abi, CONTRADICTION, NO_TIME } from './abi.js';

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

/** The times in the order of their numbers, see `src/options.rs` of the crate. */
const NAMES = [
	'debounceMs',
	'maxWaitMs',
	'throttleMs',
	'fetchTimeoutMs',
	'backoff.firstMs',
	'backoff.capMs',
	'resyncMs',
];

/** What contradicts what, by its number: the core decides, and has other names for the options. */
const CONTRADICTIONS = [
	'`maxWaitMs` must not be shorter than `debounceMs`',
	'`maxWaitMs` has no meaning without `debounceMs`',
	'`leading` has no meaning without `debounceMs` or `throttleMs`',
	'`fetchTimeoutMs` must be longer than zero',
	'`backoff.firstMs` must not be longer than `backoff.capMs`',
	'`backoff.firstMs` must be longer than zero',
	'`resyncMs` must not be shorter than `fetchTimeoutMs`',
];

/**
 * Hands options to a function of the module, which takes the bits of those that are there.
 *
 * @throws RangeError naming the options that are no times or contradict each other
 */
export function hand(abi: Abi, options: GateOptions, call: (bits: number) => number): number {
	const { pacing = {}, backoff = {} } = options;
	const { leading, trailing } = pacing;
	if (trailing === false) {
		throw new RangeError('`trailing` cannot be false: the last update of a burst would be lost');
	}
	const times = [
		pacing.debounceMs,
		pacing.maxWaitMs,
		pacing.throttleMs,
		options.fetchTimeoutMs,
		backoff.firstMs,
		backoff.capMs,
		options.resyncMs,
	];
	let bits = leading == null ? 0 : leading ? 1 << 7 : 1 << 8;
	bits |= options.pauseWhileHidden ? 1 << 9 : 0;
	times.forEach((time, index) => {
		if (time != null) {
			abi.numbers[index] = time;
			bits |= 1 << index;
		}
	});
	if (backoff.jitterSeed !== undefined) {
		const seed = BigInt.asUintN(64, backoff.jitterSeed);
		abi.halves[0] = Number(seed & 0xffff_ffffn);
		abi.halves[1] = Number(seed >> 32n);
		bits |= 1 << 10;
	}
	const answer = call(bits);
	if (answer === NO_TIME) {
		const index = abi.numbers[0]!;
		throw new RangeError(`\`${NAMES[index]}\` is ${times[index]}, not milliseconds from 0 on`);
	}
	if (answer <= CONTRADICTION) {
		throw new RangeError(CONTRADICTIONS[CONTRADICTION - answer]);
	}
	return answer;
}
