/** `source.ts` for `revgate/slim`: the app hands the module in. */

import type { GateModule } from './abi.js';
import { compile, compileSync, GateLoadError, instance, isModule } from './compile.js';

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
let loading: Promise<GateModule> | undefined;

/**
 * Hands in the gate's WASM module. What needs the gate waits for it, if this was called before.
 * A call after one that went well does nothing; after one that failed it tries anew.
 *
 * @example
 * import { provideGate } from 'revgate/slim';
 * import url from 'revgate/gate.wasm?url';
 * await provideGate(url);
 */
export async function provideGate(source: GateSource): Promise<void> {
	if (module) {
		return;
	}
	if (isModule(source)) {
		module = instance(source);
		return;
	}
	loading = load(source);
	module = await loading;
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
		throw new GateLoadError(
			'Revgate has no WebAssembly module yet: with `revgate/slim`, call `provideGate` with ' +
				"the bytes or the address of 'revgate/gate.wasm' first, or import 'revgate' instead",
		);
	}
	return loading;
}

async function load(source: GateSource): Promise<GateModule> {
	const given = await (typeof source === 'string' || source instanceof URL ? fetch(source) : source);
	if (isModule(given)) {
		return instance(given);
	}
	const bytes = given instanceof Response ? await bytesOf(given) : (given as BufferSource);
	return compileSync(bytes) ?? compile(bytes);
}

async function bytesOf(response: Response): Promise<ArrayBuffer> {
	if (!response.ok) {
		const { status, url } = response;
		throw new GateLoadError(`Revgate's WebAssembly module is not at ${url}: HTTP status ${status}`);
	}
	return response.arrayBuffer();
}
