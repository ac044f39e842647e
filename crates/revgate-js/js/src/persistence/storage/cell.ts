import type { Unsubscribe } from '../../types.js';

/** What to do with what lies in a cell. */
export interface Change {
	/** Replaces it. */
	put?: string;
	/** Keeps the first text that lay there beside it, as it is not ours to throw away. */
	aside?: boolean;
}

/** Decides by what lies there. It may throw, which changes nothing. */
export type Decide = (stored: readonly string[]) => Change;

/** A place for one text: all that the four storages differ in. Failures are `PersistenceError`s. */
export interface Cell {
	/** The place, for messages. */
	readonly where: string;
	/**
	 * What lies there: nothing, one text, or after it a second one, which a page that was about to go
	 * has left where it could in time.
	 */
	read(): Promise<string[]>;
	/** Reads, decides and writes, with nobody else in between. */
	swap(decide: Decide): Promise<void>;
	/** The same at once, for a page that is about to go. A promise: that may come too late. */
	swapNow(decide: Decide): void | Promise<void>;
	remove(): Promise<void>;
	/** Calls back when another window has changed it. */
	watch?(changed: (stored: string | null) => void): Unsubscribe;
	/** The room that all of the storage takes, if the platform tells. */
	usage?(): Promise<{ used: number; quota?: number } | undefined>;
}
