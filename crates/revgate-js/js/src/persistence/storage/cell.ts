import type { Unsubscribe } from '../../types.js';

/** What to do with what lies in a cell. */
export interface Change {
	/** Replaces it. */
	put?: string;
	/** Keeps what lay there beside it, as it is not ours to throw away. */
	aside?: string;
}

/** Decides by what lies there. It may throw, which changes nothing. */
export type Decide = (stored: string | null) => Change;

/** A place for one text: all that the four storages differ in. Failures are `PersistenceError`s. */
export interface Cell {
	/** The place, for messages. */
	readonly where: string;
	read(): Promise<string | null>;
	/** Reads, decides and writes, with nobody else in between. */
	swap(decide: Decide): Promise<void>;
	/** The same at once or as soon as it goes, for a page that is about to go. */
	swapNow(decide: Decide): void | Promise<void>;
	remove(): Promise<void>;
	/** Calls back when another window has changed it. */
	watch?(changed: (stored: string | null) => void): Unsubscribe;
	/** The room that all of the storage takes, if the platform tells. */
	usage?(): Promise<{ used: number; quota?: number } | undefined>;
}
