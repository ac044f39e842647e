import type { CompressionAdapter } from './types.js';

/** What the platform's gzip is called in a record. */
export const GZIP = 'gzip';

/** The bytes that one call turns into text: more arguments overflow the stack of some engines. */
const CHUNK = 0x8000;

/**
 * Compresses by the platform's `CompressionStream` (gzip). Where there is none, states are kept
 * uncompressed; so they are by a page that is about to go, which has no time to wait.
 *
 * @example
 * createPersistenceApplier({ storage, applier, compression: createCompressionStreamAdapter() });
 */
export function createCompressionStreamAdapter(): CompressionAdapter {
	return gzip;
}

/**
 * {@link createCompressionStreamAdapter} under the name that the reference document uses.
 *
 * @example
 * createPersistenceApplier({ storage, applier, compression: createLZCompressionAdapter() });
 */
export const createLZCompressionAdapter: () => CompressionAdapter = createCompressionStreamAdapter;

/** The adapter that reads records of any platform with `DecompressionStream`. */
export const gzip: CompressionAdapter = {
	algorithm: GZIP,
	async compress(data) {
		const bytes = new TextEncoder().encode(data);
		return toBase64(await through(bytes, new CompressionStream('gzip')));
	},
	async decompress(data) {
		const bytes = await through(fromBase64(data), new DecompressionStream('gzip'));
		return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	},
};

/** Whether `adapter` works on this platform for this text: gzip is of UTF-8, which has no halves. */
export function canCompress(adapter: CompressionAdapter, text: string): boolean {
	return (
		adapter.algorithm !== GZIP || (typeof CompressionStream === 'function' && !/\p{Surrogate}/u.test(text))
	);
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: GenericTransformStream): Promise<Uint8Array> {
	const piped = new Blob([bytes]).stream().pipeThrough<Uint8Array<ArrayBuffer>>(stream);
	return new Uint8Array(await new Response(piped).arrayBuffer());
}

function toBase64(bytes: Uint8Array): string {
	let binary = '';
	for (let start = 0; start < bytes.length; start += CHUNK) {
		binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
	}
	return btoa(binary);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
}
