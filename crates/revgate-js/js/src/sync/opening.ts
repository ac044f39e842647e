import { Gate, type GateOptions } from '../gate/gate.js';
import { loadGate, loadGateSync } from '../gate/source.js';

/**
 * A gate: at once where the engine compiles its module at once. Rejects if the options contradict
 * each other, or with what forbids the module: never at once, so that whoever has just made what
 * needs the gate can ask to be told.
 */
export function openGate(options: GateOptions): Gate | Promise<Gate> {
	try {
		const module = loadGateSync();
		return module === undefined ? loadGate().then((module) => new Gate(module, options)) : new Gate(module, options);
	} catch (error) {
		return Promise.reject(error);
	}
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
