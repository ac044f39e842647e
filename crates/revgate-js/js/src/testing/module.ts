/** The backend in memory: Rust, as a module. */

import { initSync, MemoryBackend } from '../../wasm/memory.js';
import { packed } from '../../wasm/memory-packed.js';
import { compile } from '../gate/compile.js';
import { unpack } from '../gate/pack.js';
import { loadGate } from '../gate/source.js';

let loading: Promise<unknown> | undefined;

/** A backend without topics, once its code and the gate's are there. */
export async function memoryBackend(): Promise<MemoryBackend> {
	loading ??= compile(unpack(packed)).then((module) => initSync({ module }));
	await Promise.all([loading, loadGate()]);
	return new MemoryBackend();
}
