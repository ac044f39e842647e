/** Where the gate's module comes from in a test: as it really does, or as the test says. */

import type { GateModule } from '../src/gate/abi.js';

type Source = typeof import('../src/gate/source.js');

/** What the test says; nothing is as it really is. */
export const source: { sync: (() => unknown) | undefined; later: (() => Promise<unknown>) | undefined } = {
	sync: undefined,
	later: undefined,
};

let original: Source;

/** Stands in for `src/gate/source.ts`, by `vi.mock`. */
export async function controlled(load: () => Promise<unknown>): Promise<object> {
	original = (await load()) as Source;
	return {
		loadGateSync: () => (source.sync ?? original.loadGateSync)(),
		loadGate: () => (source.later ?? original.loadGate)(),
	};
}

/** The module as it really is. */
export function realModule(): GateModule {
	return original.loadGateSync() as GateModule;
}
