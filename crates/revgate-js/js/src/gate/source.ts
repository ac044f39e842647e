/**
 * Where the gate's module comes from: here, from within the package. `revgate/slim` and
 * `revgate/js` are built with `source-slim.ts` and `source-js.ts` in place of this file.
 */

import { packed } from '../../wasm/packed.js';
import type { GateModule } from './abi.js';
import { compile, compileSync, instantiate } from './compile.js';
import { unpack } from './pack.js';

let module: GateModule | undefined;
let loading: Promise<GateModule> | undefined;

/**
 * The module, compiled by the first call; `undefined` where the engine compiles nothing of this
 * size at once, as Chrome's windows did before version 115. Then {@link loadGate} has it.
 */
export function loadGateSync(): GateModule | undefined {
	module ??= loading ? undefined : compileSync(unpack(packed));
	return module;
}

/** The module, at once where the engine allows it. */
export async function loadGate(): Promise<GateModule> {
	module = loadGateSync() ?? (await (loading ??= compile(unpack(packed)).then(instantiate)));
	return module;
}
