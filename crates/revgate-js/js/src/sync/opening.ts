import { Gate, type GateOptions } from '../gate/gate.js';
import { loadGate, loadGateSync } from '../gate/source.js';

/**
 * A gate: at once where the engine compiles its module at once.
 *
 * @throws RangeError if the options contradict each other, or what forbids the module.
 */
export function openGate(options: GateOptions): Gate | Promise<Gate> {
	const module = loadGateSync();
	if (module !== undefined) {
		return new Gate(module, options);
	}
	return loadGate().then((module) => new Gate(module, options));
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
