/** `source.ts` for `revgate/js`: the module as JavaScript, for pages that may not use WASM. */

import { instantiate } from '../../wasm/wasm2js.js';
import { type GateExports, GateModule } from './abi.js';

let module: GateModule | undefined;

export function loadGateSync(): GateModule {
	module ??= new GateModule(instantiate() as unknown as GateExports);
	return module;
}

export async function loadGate(): Promise<GateModule> {
	return loadGateSync();
}
