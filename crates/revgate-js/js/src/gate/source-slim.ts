/** `source.ts` for `revgate/slim`: the app hands the module in. */

import type { GateExports, GateModule } from './abi.js';
import { compile, GateLoadError, instance, instantiate, isModule } from './compile.js';

/**
 * The bytes of `revgate/gate.wasm`, where they are, the answer that brings them, or the module
 * that a bundler has compiled from it.
 */
export type GateSource =
	| BufferSource
	| WebAssembly.Module
	| Response
	| URL
	| string
	| Promise<BufferSource | WebAssembly.Module | Response>;

let module: GateModule | undefined;
/** Rejects when all that were on their way have failed, with the error of the last. */
let loading: Promise<GateModule> | undefined;
let arrive!: (module: GateModule) => void;
/** The first good module, whoever hands it in. */
const arrival = new Promise<GateModule>((resolve) => {
	arrive = resolve;
});

/**
 * Hands in the gate's WASM module. What needs the gate waits for it, if this is called before or in
 * the same turn, as by a module that imports one which has made a topic. A call after one that went
 * well does nothing; after one that failed it tries anew.
 *
 * Rejects with a {@link GateLoadError} that says what is wrong, and so does whatever needs the gate,
 * if no other call is on its way. Topics, syncs that were started, and caches begin by themselves
 * once a later call goes well.
 *
 * @example
 * import { provideGate } from 'revgate/slim';
 * import url from 'revgate/gate.wasm?url';
 * await provideGate(url);
 */
export async function provideGate(source: GateSource): Promise<void> {
	if (!module) {
		const own = load(source);
		const others = loading;
		const all = others ? own.catch((error) => others.catch(() => Promise.reject(error))) : own;
		loading = Promise.race([arrival, all]);
		loading.catch(() => {}); // Whoever needs it is told, and the caller.
		await own;
	}
}

/** The module, if it is there already. */
export function loadGateSync(): GateModule | undefined {
	return module;
}

/** The module, once it is there. */
export async function loadGate(): Promise<GateModule> {
	if (module) {
		return module;
	}
	if (!loading) {
		// Who is imported comes before who imports: the call may follow in the same turn.
		await new Promise((resolve) => setTimeout(resolve));
	}
	const awaited = loading;
	if (!awaited) {
		throw mendable(
			new GateLoadError(
				'Revgate has no WebAssembly module yet: with `revgate/slim`, call `provideGate` with ' +
					"the bytes or the address of 'revgate/gate.wasm' first, or import 'revgate' instead",
			),
		);
	}
	// If that fails, another may have been handed in meanwhile.
	return awaited.catch((error) => (loading === awaited ? Promise.reject(error) : loadGate()));
}

function mendable(error: GateLoadError): GateLoadError {
	error.mended = arrival;
	return error;
}

/** What the module exports. One that has less is another one. */
const EXPORTS: readonly (keyof GateExports)[] = [
	'memory',
	'exchange',
	'make_gate',
	'make_pacer',
	'free',
	'input',
	'poll',
	'look',
	'pace',
	'backoff',
	'compare',
];

/** What every WASM module begins with. */
const MAGIC = '\0asm';

async function load(source: GateSource): Promise<GateModule> {
	const isAddress = typeof source === 'string' || source instanceof URL;
	try {
		// A module without a wait: it can be used right after the call.
		const given = isModule(source) ? source : await (isAddress ? fetch(source) : source);
		const compiled = (isModule(given) ? given : await fromBytes(given)) as WebAssembly.Module;
		check(compiled);
		const found = given === source ? instance(compiled) : await instantiate(compiled);
		// Of two that are on their way, the first.
		module ??= found;
		arrive(module);
		return module;
	} catch (error) {
		throw mendable(explained(error, isAddress ? String(source) : 'what `provideGate` was given'));
	}
}

/** @throws if it is another module. */
function check(compiled: WebAssembly.Module): void {
	const there = WebAssembly.Module.exports(compiled).map(({ name }) => name);
	const absent = EXPORTS.find((name) => !there.includes(name));
	if (absent !== undefined) {
		throw new TypeError(`it is another module, without the export \`${absent}\``);
	}
}

/** @throws if these cannot be the bytes of a module, or the engine refuses them. */
async function fromBytes(given: unknown): Promise<WebAssembly.Module> {
	if (given instanceof Response && !given.ok) {
		throw new TypeError(`the answer has HTTP status ${given.status}`);
	}
	const source = given instanceof Response ? await given.arrayBuffer() : given;
	const bytes = viewOf(source);
	if (!bytes) {
		throw new TypeError(`it is ${source === null ? source : typeof source}`);
	}
	const begin = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
	if (begin !== MAGIC) {
		throw new TypeError(`it begins with ${JSON.stringify(begin)}, as no module does`);
	}
	return compile(bytes);
}

/** The bytes of a buffer, or of a view of one. */
function viewOf(source: unknown): Uint8Array<ArrayBuffer> | undefined {
	if (ArrayBuffer.isView(source)) {
		return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
	}
	// Of whatever realm: that of a test may be another one.
	const isBuffer = Object.prototype.toString.call(source) === '[object ArrayBuffer]';
	return isBuffer ? new Uint8Array(source as ArrayBuffer) : undefined;
}

/** What went wrong, with where and what to do. */
function explained(error: unknown, place: string): GateLoadError {
	if (error instanceof GateLoadError) {
		return error;
	}
	const reason = error instanceof Error ? error.message : String(error);
	return new GateLoadError(
		`Revgate's WebAssembly module cannot be had from ${place}: ${reason}. Give \`provideGate\` ` +
			"'revgate/gate.wasm' of this version of the package: its bytes, its address as your bundler " +
			'has it, the answer that brings it, or the compiled module',
		{ cause: error },
	);
}
