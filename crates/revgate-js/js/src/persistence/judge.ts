import type { Version } from '../gate/gate.js';
import { PersistenceError } from './errors.js';
import type { SnapshotEnvelope } from '../types.js';
import type { Encoded } from './exact.js';
import { type Found, type Terms, versionOf } from './record.js';
import type { Versions } from './versions.js';

/** A snapshot that is to be kept. */
export interface Deposit<T> extends Terms {
	snapshot: SnapshotEnvelope<T>;
	/** Its text, if it was taken already. */
	body?: Encoded | undefined;
	versions: Versions;
	/** Gives way even if it is newer: what was kept before a backend that counts anew has answered. */
	replaces?: Version | undefined;
}

/**
 * Whether what lies there must stay, as it is whole and newer than the deposit.
 *
 * @throws PersistenceError `newer`, if it is of a newer program, which would lose it.
 */
export function isNewerKept<T>(deposit: Deposit<T>, found: Found, where: string): boolean {
	if (found.kind === 'newer') {
		throw newerProgram(where, `in format ${found.format}`);
	}
	if (found.kind !== 'record') {
		return false;
	}
	const { head, intact } = found;
	const { versions, snapshot, schemaVersion, replaces, savedAt } = deposit;
	if (head.schemaVersion > schemaVersion && intact()) {
		throw newerProgram(where, `with schema version ${head.schemaVersion}, this one knows ${schemaVersion}`);
	}
	if (versions.faultOf(head) !== undefined || isExpired(head, head.ttlMs, savedAt)) {
		return false;
	}
	const kept = versionOf(head);
	if (replaces && versions.isSame(kept, replaces)) {
		return false;
	}
	return versions.isOlder(versionOf(snapshot), kept) && intact();
}

/**
 * Whether what was saved then may no longer be shown. A clock that jumps makes nothing live longer:
 * what seems to come from further in the future than its time to live is expired too.
 */
export function isExpired({ savedAt }: { savedAt: number }, ttlMs: number | undefined, now: number): boolean {
	return ttlMs !== undefined && Math.abs(now - savedAt) > ttlMs;
}

/** What to say of a record that a newer program has written. */
export function newerProgram(where: string, how: string): PersistenceError {
	return new PersistenceError(
		'newer',
		`what is kept at ${where} was written by a newer program (${how}). It is left as it is; update ` +
			'this program, or call `clearPersistedData` to give it up.',
	);
}
