import { Gate, type GateOptions } from '../gate/gate.js';
import { loadGate, loadGateSync } from '../gate/source.js';
import type { Turns } from './turns.js';

/**
 * Opens a gate: at once where the engine compiles its module at once; else all turns wait for it. What
 * forbids the module is never told at once, so that whoever has just made what needs the gate can ask
 * to be told.
 */
export function openGate(
	options: GateOptions,
	turns: Turns,
	opened: (gate: Gate) => void,
	failed: (error: unknown) => void,
): void {
	let loading: Promise<Gate>;
	try {
		const module = loadGateSync();
		if (module !== undefined) {
			return opened(new Gate(module, options));
		}
		loading = loadGate().then((module) => new Gate(module, options));
	} catch (error) {
		loading = Promise.reject(error);
	}
	turns.hold();
	loading.then(
		(gate) => turns.resume(() => opened(gate)),
		(error) => turns.resume(() => failed(error)),
	);
}

/** @throws RangeError if options contradict each other, where that can be told at once. */
export function checkOptions(options: GateOptions): void {
	try {
		const module = loadGateSync();
		if (module !== undefined) {
			new Gate(module, options).free();
		}
	} catch (error) {
		// What forbids the module is told at the start.
		if (error instanceof RangeError) {
			throw error;
		}
	}
}
