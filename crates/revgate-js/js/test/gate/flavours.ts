import { loadGate } from '../../src/gate/source.js';
import { loadGateSync } from '../../src/gate/source-js.js';
import type { Version } from '../../src/gate/gate.js';
import type { Revision } from '../../src/types.js';

/** The module as WASM, and as what `revgate/js` has in its place. */
export const flavours = [
	['WASM', await loadGate()],
	['JavaScript', loadGateSync()],
] as const;

export const version = (revision: string, epoch?: string): Version => ({
	revision: revision as Revision,
	...(epoch !== undefined && { epoch }),
});
