import type { Revision } from '../types.js';
import type { GateModule, Version } from './abi.js';
import type { RevisionError } from './errors.js';
import { type BackoffOptions, hand } from './options.js';

/** How long to wait between failures. */
export interface DelayOptions extends BackoffOptions {
	/** What each further failure multiplies the delay by. Default: 2, as the gate itself does. */
	factor?: number;
}

/**
 * How many milliseconds to wait after so many failures in a row; 0 counts as 1.
 *
 * @example
 * backoffDelay(await loadGate(), { firstMs: 500, capMs: 10_000 }, 3); // 2000
 */
export function backoffDelay(module: GateModule, options: DelayOptions, failures: number): number {
	const { firstMs = 500, capMs = 10_000, factor = 2, jitterSeed } = options;
	const times = Math.max(Math.trunc(failures), 1);
	// The core doubles, and knows no other factor: it is asked for the first delay of a backoff that
	// begins here.
	const doubles = factor === 2;
	const first = Math.min(doubles ? firstMs : firstMs * factor ** (times - 1), capMs);
	if (first === 0) {
		return 0;
	}
	const backoff: BackoffOptions = { firstMs: first, capMs };
	if (jitterSeed !== undefined) {
		backoff.jitterSeed = doubles ? jitterSeed : jitterSeed ^ BigInt(times) ^ 1n;
	}
	const count = doubles ? Math.min(times, 2 ** 32 - 1) : 1;
	return hand(module, { backoff }, (bits) => module.exports.backoff(bits, count));
}

/**
 * What is wrong with a revision or an epoch; `undefined` if it is a canonical decimal number.
 *
 * @example
 * parseFault(await loadGate(), '042'); // 'it has a leading zero'
 */
export function parseFault(module: GateModule, text: unknown): string | undefined {
	try {
		const version = { revision: text as Revision };
		module.compare(version, version);
		return undefined;
	} catch (error) {
		return (error as RevisionError).fault;
	}
}

/**
 * Compares two versions, by epoch first: -1 if the first is older, 1 if it is newer.
 *
 * @throws RevisionError if one is not canonical
 *
 * @example
 * compareVersions(await loadGate(), { revision: '1', epoch: '2' }, { revision: '50' }); // 1
 */
export function compareVersions(module: GateModule, first: Version, second: Version): -1 | 0 | 1 {
	return module.compare(first, second) as -1 | 0 | 1;
}
