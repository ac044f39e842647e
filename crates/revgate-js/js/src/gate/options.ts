import type { InvalidationThrottlingOptions } from '../types.js';
import { type Abi, NO_TIME } from './abi.js';
import { kindOf } from './errors.js';

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
	 * Sets this window's delays apart from other windows': each is shortened by up to a half.
	 * Default: none, no jitter.
	 */
	jitterSeed?: bigint;
}

/** In the order of their numbers, see `src/options.rs` of the crate. */
const NAMES = [
	'debounceMs',
	'maxWaitMs',
	'throttleMs',
	'fetchTimeoutMs',
	'backoff.firstMs',
	'backoff.capMs',
	'resyncMs',
	'leading',
	'pauseWhileHidden',
] as const;

type Name = (typeof NAMES)[number];
type Values = Partial<Record<Name, unknown>>;

const FLAGS = NAMES.indexOf('leading');
const JITTER_SEED = 9;

/** By their numbers: what contradicts what. The core decides, and has other names for them. */
const CONTRADICTIONS: readonly ((shown: (name: Name) => string) => string)[] = [
	(shown) => `${shown('maxWaitMs')} must not be shorter than ${shown('debounceMs')}`,
	() => '`maxWaitMs` has no meaning without `debounceMs`',
	() => '`leading` has no meaning without `debounceMs` or `throttleMs`',
	() => '`fetchTimeoutMs` must be longer than zero',
	(shown) => `${shown('backoff.firstMs')} must not be longer than ${shown('backoff.capMs')}`,
	() => '`backoff.firstMs` must be longer than zero',
	(shown) => `${shown('resyncMs')} must not be shorter than ${shown('fetchTimeoutMs')}`,
];
const CONTRADICTION = -10;

/** What applies where an option that contradicts another was not given. */
const DEFAULTS: Values = { fetchTimeoutMs: 10_000, 'backoff.firstMs': 500, 'backoff.capMs': 10_000 };

/**
 * Hands options to a function of the module.
 *
 * @param call takes the bits of those that are there
 * @throws RangeError naming the options that are no times or contradict each other
 */
export function hand(abi: Abi, options: GateOptions, call: (present: number) => number): number {
	const { pacing, backoff } = options;
	if (pacing?.trailing === false) {
		throw new RangeError('`trailing` cannot be false: the last update of a burst would be lost');
	}
	const values: Values = {
		...pacing,
		...options,
		'backoff.firstMs': backoff?.firstMs,
		'backoff.capMs': backoff?.capMs,
	};
	const present = put(abi, values) | putSeed(abi, backoff?.jitterSeed);
	const answer = call(present);
	if (answer === NO_TIME) {
		const name = NAMES[abi.numbers[0]!]!;
		throw new RangeError(`${shown(values, name)} is no time: give milliseconds, from 0 on`);
	}
	if (answer <= CONTRADICTION) {
		throw new RangeError(CONTRADICTIONS[CONTRADICTION - answer]!((name) => shown(values, name)));
	}
	return answer;
}

function put(abi: Abi, values: Values): number {
	let present = 0;
	NAMES.forEach((name, index) => {
		const value = values[name];
		if (value === undefined) {
			return;
		}
		const expected = index < FLAGS ? 'number' : 'boolean';
		if (typeof value !== expected) {
			throw new RangeError(`\`${name}\` is ${kindOf(value)}: give a ${expected}`);
		}
		abi.numbers[index] = Number(value);
		present |= 1 << index;
	});
	return present;
}

function putSeed(abi: Abi, seed: unknown): number {
	if (seed === undefined) {
		return 0;
	}
	if (typeof seed !== 'bigint') {
		throw new RangeError(`\`backoff.jitterSeed\` is ${kindOf(seed)}: give a bigint`);
	}
	const bits = BigInt.asUintN(64, seed);
	abi.numbers[JITTER_SEED] = Number(bits >> 32n);
	abi.numbers[JITTER_SEED + 1] = Number(bits & 0xffff_ffffn);
	return 1 << JITTER_SEED;
}

function shown(values: Values, name: Name): string {
	return `\`${name}\` (${String(values[name] ?? DEFAULTS[name])} ms)`;
}
