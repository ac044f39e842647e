/** `source.ts` for `revgate/js`: the module as JavaScript, for pages that may not use WASM. */

import { instantiate } from '../../wasm/wasm2js.js';
import type { GateModule } from './abi.js';

let module: GateModule | undefined;

export function loadGateSync(): GateModule {
	module ??= instantiate() as unknown as GateModule;
	return module;
}

export async function loadGate(): Promise<GateModule> {
	return loadGateSync();
}
