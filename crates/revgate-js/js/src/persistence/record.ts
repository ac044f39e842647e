import type { Version } from '../gate/gate.js';
import type { Revision, SnapshotEnvelope } from '../types.js';
import { crc32 } from './checksum.js';
import { canCompress, GZIP, gzip } from './compression.js';
import { PersistenceError, reasonOf } from './errors.js';
import { decode, type Encoded, encode } from './exact.js';
import type { CompressionAdapter, PersistedSnapshotMetadata } from './types.js';

/**
 * A record is one text, `revgate/1 CRC32 HEAD\nBODY`: the checksum covers all behind it, and the
 * head tells how new it is without a look at the body, which may be megabytes.
 */
const MAGIC = 'revgate/';
const FORMAT = '1';
const LINE = /^revgate\/(\d+) ([0-9a-f]{8}|-{8}) (\{.*)$/;

/** What a record says of its body. */
export interface Head {
	epoch?: string;
	revision: string;
	schemaVersion: number;
	/** Milliseconds since 1970. */
	savedAt: number;
	ttlMs?: number;
	/** The length of the body before compression. */
	sizeBytes: number;
	/** The length of the body: one that was cut off is known without a checksum. */
	length: number;
	/** The algorithm that the body was compressed with. */
	compression?: string;
	/** The body was written by the storage's own `serialize`. */
	custom?: true;
	/** What the body holds in another form, and where. */
	odd?: Encoded['odd'];
}

/** What a text in a storage is. */
export type Found =
	/** Not ours. */
	| { kind: 'foreign' }
	/** Ours, and not whole. */
	| { kind: 'damaged'; why: string }
	/** Ours, of a format that only a newer program knows. */
	| { kind: 'newer'; format: string }
	| { kind: 'record'; head: Head; body: string; sum: string | undefined; intact: () => boolean };

/** The storage's own way to text and back. */
export interface Serializer {
	serialize(snapshot: SnapshotEnvelope<unknown>): string;
	deserialize(text: string): SnapshotEnvelope<unknown>;
}

/** The terms on which a snapshot is kept. */
export interface Terms {
	schemaVersion: number;
	savedAt: number;
	ttlMs?: number | undefined;
	hashed: boolean;
}

/** The parts of a record, before they are one text. */
export interface Draft {
	head: Omit<Head, 'length'>;
	body: string;
	hashed: boolean;
}

/** The text of a state as it is now: the app may go on to change the object. */
export function bodyOf(snapshot: SnapshotEnvelope<unknown>, serializer?: Serializer): Encoded {
	return serializer ? { text: serializer.serialize(snapshot), odd: [] } : encode(snapshot.data);
}

/** The data that a body is of. */
export function parsed(body: Encoded, serializer?: Serializer): unknown {
	return serializer ? serializer.deserialize(body.text).data : decode(body);
}

/** A record of `body`, uncompressed. */
export function draft(
	{ revision, epoch }: { revision: string; epoch?: string },
	{ text, odd }: Encoded,
	{ schemaVersion, savedAt, ttlMs, hashed }: Terms,
	serializer?: Serializer,
): Draft {
	const head = {
		...(epoch !== undefined && { epoch }),
		revision,
		schemaVersion,
		savedAt,
		...(ttlMs !== undefined && { ttlMs }),
		sizeBytes: text.length,
		...(serializer && { custom: true as const }),
		...(odd.length > 0 && { odd }),
	};
	return { head, body: text, hashed };
}

/** The same with a smaller body, if `adapter` can make one here. */
export async function compressed(plain: Draft, adapter: CompressionAdapter | undefined): Promise<Draft> {
	if (!adapter || !canCompress(adapter, plain.body)) {
		return plain;
	}
	const body = await adapter.compress(plain.body);
	if (body.length >= plain.body.length) {
		return plain;
	}
	return { ...plain, head: { ...plain.head, compression: adapter.algorithm }, body };
}

/** The text of a record. */
export function written({ head, body, hashed }: Draft): string {
	const rest = `${JSON.stringify({ ...head, length: body.length })}\n${body}`;
	return `${MAGIC}${FORMAT} ${hashed ? crc32(rest) : '--------'} ${rest}`;
}

/** What `text` is, without a look at the body. */
export function find(text: string): Found {
	if (!text.startsWith(MAGIC)) {
		return plainSnapshot(text) ?? { kind: MAGIC.startsWith(text) ? 'damaged' : 'foreign', why: 'it was cut off' };
	}
	const end = text.indexOf('\n');
	const line = LINE.exec(end < 0 ? text : text.slice(0, end));
	if (!line) {
		return { kind: 'damaged', why: 'its first line is not a head' };
	}
	const [, format, sum, json] = line as unknown as [string, string, string, string];
	if (format !== FORMAT) {
		return { kind: 'newer', format };
	}
	const head = parseHead(json);
	if (!head) {
		return { kind: 'damaged', why: 'its head cannot be read' };
	}
	const body = text.slice(end + 1);
	if (end < 0 || body.length !== head.length) {
		const there = end < 0 ? 0 : body.length;
		return { kind: 'damaged', why: `it has ${there} of ${head.length} characters` };
	}
	const hashed = sum !== '--------';
	return {
		kind: 'record',
		head,
		body,
		sum: hashed ? `crc32:${sum}` : undefined,
		intact: () => !hashed || crc32(`${json}\n${body}`) === sum,
	};
}

/** What the reference document's add-on has left: an envelope as JSON. It is of schema version 1. */
function plainSnapshot(text: string): Found | undefined {
	const parsed = parse(text) as Partial<SnapshotEnvelope<unknown>> | undefined;
	if (typeof parsed !== 'object' || parsed === null || typeof parsed.revision !== 'string' || !('data' in parsed)) {
		return undefined;
	}
	const body = JSON.stringify(parsed.data);
	const { revision, epoch } = parsed;
	const head = { revision, ...(epoch !== undefined && { epoch }), schemaVersion: 1, savedAt: 0 };
	return {
		kind: 'record',
		head: { ...head, sizeBytes: body.length, length: body.length },
		body,
		sum: undefined,
		intact: () => true,
	};
}

function parseHead(json: string): Head | undefined {
	const head = parse(json) as Head | undefined;
	const whole =
		typeof head === 'object' &&
		head !== null &&
		typeof head.revision === 'string' &&
		(head.epoch === undefined || typeof head.epoch === 'string') &&
		Number.isSafeInteger(head.schemaVersion) &&
		Number.isFinite(head.savedAt) &&
		(head.ttlMs === undefined || Number.isFinite(head.ttlMs)) &&
		Number.isSafeInteger(head.length);
	return whole ? head : undefined;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** How new the record's state is. */
export function versionOf({ revision, epoch }: { revision: string; epoch?: string }): Version {
	return { revision: revision as Revision, ...(epoch !== undefined && { epoch }) };
}

/** What the interface of the storages shows of a head. */
export function metadataOf(head: Head, sum: string | undefined): PersistedSnapshotMetadata {
	const { savedAt, schemaVersion, sizeBytes, compression, ttlMs } = head;
	return {
		savedAt,
		schemaVersion,
		sizeBytes,
		compressed: compression !== undefined,
		...(sum !== undefined && { hash: sum }),
		...(ttlMs !== undefined && { ttlMs }),
	};
}

/** The data of a whole record. */
export async function dataOf(
	{ head, body }: { head: Head; body: string },
	serializer: Serializer | undefined,
	adapter: CompressionAdapter | undefined,
): Promise<unknown> {
	const text = head.compression === undefined ? body : await decompressed(head.compression, body, adapter);
	if (head.custom && !serializer) {
		throw new PersistenceError(
			'damaged',
			'it was written by a `serialize` of its own; give the storage both functions',
		);
	}
	return parsed({ text, odd: head.odd ?? [] }, head.custom && serializer);
}

async function decompressed(algorithm: string, body: string, adapter: CompressionAdapter | undefined): Promise<string> {
	const known = adapter?.algorithm === algorithm ? adapter : algorithm === GZIP ? gzip : undefined;
	if (!known) {
		throw new PersistenceError('damaged', `it was compressed by \`${algorithm}\`; pass that adapter as \`compression\``);
	}
	try {
		return await known.decompress(body);
	} catch (error) {
		throw new PersistenceError('damaged', `it cannot be decompressed by \`${algorithm}\`: ${reasonOf(error)}`, error);
	}
}
