/** What kind of thing went wrong. */
export type PersistenceFault =
	/** The platform has no such storage, or denies it: private mode, a sandboxed frame. */
	| 'unavailable'
	/** Another tab holds the database in an older version. */
	| 'blocked'
	/** The storage is full. */
	| 'quota'
	/** What is kept there is not ours. */
	| 'foreign'
	/** A record of ours that was cut off or changed. */
	| 'damaged'
	/** A newer program has written the record. */
	| 'newer'
	/** The data could not be brought to today's shape. */
	| 'migration'
	/** The validator refused the data. */
	| 'invalid'
	/** The record is older than its time to live. */
	| 'expired'
	/** The state holds something that would not come back as it is. */
	| 'unstorable'
	/** The backend answered with an older version than the one kept. */
	| 'olderBackend'
	/** Any other failure: of the storage, the applier, the compression. See `cause`. */
	| 'failed';

/**
 * The last known state could not be kept or shown. The message says what, where, and what to do.
 *
 * @example
 * onPersistenceError: ({ error }) => {
 * 	if (error.fault === 'quota') showHint(error.message);
 * }
 */
export class PersistenceError extends Error {
	override readonly name = 'PersistenceError';
	readonly fault: PersistenceFault;

	constructor(fault: PersistenceFault, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.fault = fault;
	}
}

/** `error`, if it is one of ours; else what `doing` failed with. */
export function asPersistenceError(error: unknown, doing: string): PersistenceError {
	if (error instanceof PersistenceError) {
		return error;
	}
	return new PersistenceError('failed', `${doing} failed: ${reasonOf(error)}`, error);
}

/** What somebody else's error says. It may be anything, also an object that throws when asked. */
export function reasonOf(error: unknown): string {
	try {
		return error instanceof Error && error.message !== '' ? error.message : String(error);
	} catch {
		return 'for a reason that cannot be shown';
	}
}
