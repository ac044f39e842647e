import type { GateModule } from '../gate/abi.js';
import { compareVersions, parseFault, type Version } from '../gate/gate.js';
import { loadGateSync } from '../gate/source.js';
import type { Revision } from '../types.js';
import { say, Word } from '../words/say.js';

export { ZERO_REVISION } from './report.js';

/**
 * Whether this is a {@link Revision}: text, digits only, no leading zero, at most
 * `'18446744073709551615'`. The parser is the Rust one.
 *
 * @example
 * import { isCanonicalRevision } from 'revgate';
 * isCanonicalRevision('42'); // true
 * isCanonicalRevision('042'); // false
 * isCanonicalRevision(42); // false
 */
export function isCanonicalRevision(value: unknown): value is Revision {
	return parseFault(gateNow(), value) === undefined;
}

/**
 * Which of two revisions is the newer: `1` if `a` is, `-1` if `b` is, `0` if they are the same.
 *
 * @throws RevisionError if one of them is none.
 *
 * @example
 * import { compareRevisions } from 'revgate';
 * compareRevisions('10', '9'); // 1
 */
export function compareRevisions(a: string, b: string): -1 | 0 | 1 {
	return compareVersions(gateNow(), { revision: a as Revision }, { revision: b as Revision });
}

/** @throws RevisionError if the version is none. */
export function checkVersion(version: Version): void {
	compareVersions(gateNow(), version, version);
}

/** The gate's module, for those who cannot wait. */
export function gateNow(): GateModule {
	const module = loadGateSync();
	if (module === undefined) {
		throw new Error(say(Word.NoModule));
	}
	return module;
}
