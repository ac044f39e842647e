import type { Version } from '../gate/gate.js';
import type { SnapshotEnvelope, Unsubscribe } from '../types.js';
import { asPersistenceError, PersistenceError } from './errors.js';
import type { Encoded } from './exact.js';
import { type Deposit, isNewerKept, newerProgram } from './judge.js';
import {
	bodyOf,
	compressed,
	type Draft,
	dataOf,
	draft,
	type Found,
	find,
	metadataOf,
	parsed,
	type Serializer,
	versionOf,
	written,
} from './record.js';
import type { Cell, Change } from './storage/cell.js';
import type { CompressionAdapter, PersistedSnapshotMetadata } from './types.js';
import type { Versions } from './versions.js';

/** What was kept. */
export interface Kept {
	version: Version;
	data: unknown;
	/** Absent if the storage keeps none. */
	metadata?: PersistedSnapshotMetadata;
}

/** How to read what was kept. */
export interface Reading {
	versions: Versions;
	verifyHash: boolean;
	compression?: CompressionAdapter | undefined;
}

/** What the cache asks of a storage, be it one of the four or the app's own. */
export interface Keeper<T> {
	/** The place, for messages. */
	readonly where: string;
	/** Takes a snapshot's text now. Absent if the storage makes its own text. */
	capture?(snapshot: SnapshotEnvelope<T>): Encoded;
	/** The data that was captured. */
	release?(body: Encoded): unknown;
	/**
	 * The length of the data that was saved; `undefined` if what is there is newer, and stays.
	 *
	 * @throws PersistenceError `unstorable`, `newer`, or that of the storage.
	 */
	save(deposit: Deposit<T>, compression?: CompressionAdapter): Promise<number | undefined>;
	/** The same at once, for a page that is about to go. Absent where that cannot be. */
	saveNow?(deposit: Deposit<T>): void | Promise<void>;
	/** @throws PersistenceError `foreign`, `damaged`, `newer`, or that of the storage. */
	load(reading: Reading): Promise<Kept | null>;
	clear(): Promise<void>;
	/** Calls back when another window has changed it: with the version that is there now. */
	watch?(changed: (version: Version | undefined) => void): Unsubscribe;
}

/** Keeps records in a cell. */
export class RecordKeeper<T> implements Keeper<T> {
	readonly cell: Cell;
	readonly #serializer: Serializer | undefined;

	constructor(cell: Cell, serializer?: Serializer) {
		this.cell = cell;
		this.#serializer = serializer;
	}

	get where(): string {
		return this.cell.where;
	}

	capture(snapshot: SnapshotEnvelope<T>): Encoded {
		return bodyOf(snapshot, this.#serializer);
	}

	release(body: Encoded): unknown {
		return parsed(body, this.#serializer);
	}

	/** The record that a storage starts with. */
	textOf(snapshot: SnapshotEnvelope<T>): string {
		const terms = { schemaVersion: 1, savedAt: Date.now(), hashed: true };
		return written(draft(snapshot, this.capture(snapshot), terms, this.#serializer));
	}

	async save(deposit: Deposit<T>, compression?: CompressionAdapter): Promise<number | undefined> {
		const plain = this.#draft(deposit);
		const text = written(await compressed(plain, compression));
		let size: number | undefined = plain.body.length;
		await this.cell.swap((stored) => {
			const stays = this.#isNewerIn(stored, deposit);
			size = stays ? undefined : plain.body.length;
			return stays ? {} : replacing(stored, text);
		});
		return size;
	}

	saveNow(deposit: Deposit<T>): void | Promise<void> {
		const text = written(this.#draft(deposit));
		return this.cell.swapNow((stored) => (this.#isNewerIn(stored, deposit) ? {} : replacing(stored, text)));
	}

	async load(reading: Reading): Promise<Kept | null> {
		const all = newestFirst((await this.cell.read()).map(find), reading.versions);
		const faults: unknown[] = [];
		for (const found of all) {
			try {
				return await this.#read(found, reading);
			} catch (fault) {
				faults.push(fault); // What a page has left on its way out may do instead.
			}
		}
		if (faults.length > 0) {
			throw faults[0];
		}
		return null;
	}

	clear(): Promise<void> {
		return this.cell.remove();
	}

	watch(changed: (version: Version | undefined) => void): Unsubscribe {
		const end = this.cell.watch?.((stored) => {
			const found = stored === null ? undefined : find(stored);
			changed(found?.kind === 'record' ? versionOf(found.head) : undefined);
		});
		return end ?? (() => {});
	}

	#isNewerIn(stored: readonly string[], deposit: Deposit<T>): boolean {
		return stored.some((text) => isNewerKept(deposit, find(text), this.where));
	}

	async #read(found: Found, { verifyHash, compression }: Reading): Promise<Kept> {
		switch (found.kind) {
			case 'foreign':
				throw new PersistenceError(
					'foreign',
					`what is kept at ${this.where} was not written by Revgate. The next save moves it aside, ` +
						'to the same name with `.unreadable`; choose another name if it is still needed.',
				);
			case 'newer':
				throw newerProgram(this.where, `in format ${found.format}`);
			case 'damaged':
				throw this.#damaged(found.why);
		}
		if (verifyHash && !found.intact()) {
			throw this.#damaged('it fails its checksum');
		}
		try {
			const data = await dataOf(found, this.#serializer, compression);
			return { version: versionOf(found.head), data, metadata: metadataOf(found.head, found.sum) };
		} catch (error) {
			throw this.#damaged(asPersistenceError(error, 'reading it').message, error);
		}
	}

	#draft(deposit: Deposit<T>): Draft {
		const { snapshot, body = this.capture(snapshot) } = deposit;
		return draft(snapshot, body, deposit, this.#serializer);
	}

	#damaged(why: string, cause?: unknown): PersistenceError {
		return new PersistenceError(
			'damaged',
			`the last known state at ${this.where} cannot be read: ${why}. The window starts without it, ` +
				'and the next save replaces it.',
			cause,
		);
	}
}

function replacing([first]: readonly string[], put: string): Change {
	return { put, aside: first !== undefined && find(first).kind === 'foreign' };
}

/** The records by their versions, then what is none. */
function newestFirst(all: readonly Found[], versions: Versions): Found[] {
	const records = all.filter((found) => found.kind === 'record' && !versions.faultOf(found.head)) as Whole[];
	records.sort((a, b) => (versions.isOlder(versionOf(a.head), versionOf(b.head)) ? 1 : -1));
	return [...records, ...all.filter((found) => !records.includes(found as Whole))];
}

type Whole = Extract<Found, { kind: 'record' }>;
