import { type GateExports, GateModule } from './abi.js';

/**
 * The WASM module could not be used: most often because the page's content-security policy forbids
 * it. `cause` is what the engine said.
 */
export class GateLoadError extends Error {
	override readonly name = 'GateLoadError';
	/** With `revgate/slim`: settles when there is a module after all, of another `provideGate`. */
	mended?: Promise<unknown>;
}

/** A module with its own memory; `undefined` if the engine compiles this much only in passing. */
export function compileSync(bytes: BufferSource): GateModule | undefined {
	try {
		return instance(new WebAssembly.Module(bytes));
	} catch (error) {
		if (error instanceof RangeError) {
			return undefined;
		}
		throw refused(error);
	}
}

/** The module, compiled in passing. */
export async function compile(bytes: BufferSource): Promise<WebAssembly.Module> {
	try {
		return await WebAssembly.compile(bytes);
	} catch (error) {
		throw refused(error);
	}
}

/** As {@link instance}, in passing. */
export async function instantiate(module: WebAssembly.Module): Promise<GateModule> {
	return exportsOf(await WebAssembly.instantiate(module));
}

/** An instance of a module that is compiled already. */
export function instance(module: WebAssembly.Module): GateModule {
	return exportsOf(new WebAssembly.Instance(module));
}

/**
 * Whether it is a compiled module. Not even the name is there where the engine has no WASM. No type
 * guard: TypeScript takes every object for a module.
 */
export function isModule(value: unknown): boolean {
	return typeof WebAssembly !== 'undefined' && value instanceof WebAssembly.Module;
}

function exportsOf(instance: WebAssembly.Instance): GateModule {
	return new GateModule(instance.exports as unknown as GateExports);
}

function refused(cause: unknown): GateLoadError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new GateLoadError(
		"Revgate's WebAssembly module cannot be used. If the content-security policy forbids it, " +
			"add 'wasm-unsafe-eval' to its script-src, or import 'revgate/js' in place of 'revgate': " +
			`the same in JavaScript. The engine says: ${reason}`,
		{ cause },
	);
}
