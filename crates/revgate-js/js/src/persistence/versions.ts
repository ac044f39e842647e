import type { GateModule } from '../gate/abi.js';
import { compareVersions, parseFault, type Version } from '../gate/gate.js';
import { loadGate, loadGateSync } from '../gate/source.js';

/** A number of 64 bits, or why it is none; what is newer: all as the gate decides it, in Rust. */
export class Versions {
	readonly module: GateModule;

	constructor(module: GateModule) {
		this.module = module;
	}

	/** Whether `version` is older than `other`. */
	isOlder(version: Version, other: Version): boolean {
		return compareVersions(this.module, version, other) < 0;
	}

	isSame(version: Version, other: Version): boolean {
		return compareVersions(this.module, version, other) === 0;
	}

	/** Why it is no version, if it is none. */
	faultOf({ revision, epoch }: { revision: unknown; epoch?: unknown }): string | undefined {
		const fault = parseFault(this.module, revision);
		if (fault !== undefined) {
			return `its revision ${quoted(revision)} is malformed: ${fault}`;
		}
		const epochFault = epoch === undefined ? undefined : parseFault(this.module, epoch);
		return epochFault && `its epoch ${quoted(epoch)} is malformed: ${epochFault}`;
	}
}

/** The gate's comparison, if the gate is there already. */
export function versionsNow(): Versions | undefined {
	const module = loadGateSync();
	return module && new Versions(module);
}

/** The gate's comparison, once the gate is there. */
export async function versions(): Promise<Versions> {
	return versionsNow() ?? new Versions(await loadGate());
}

function quoted(text: unknown): string {
	return typeof text === 'string' ? `\`${text.slice(0, 32)}\`` : `of type ${typeof text}`;
}
