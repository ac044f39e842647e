/** Plays what the Rust suites have recorded, and compares every step. */

import { expect } from 'vitest';

import {
	backoffDelay,
	compareVersions,
	type GateModule,
	type GateOptions,
	Pacer,
	parseFault,
	type Version,
} from '../../src/gate/gate.js';
import type { InvalidationThrottlingOptions, Revision } from '../../src/types.js';
import { type Said, Steered } from './steered.js';

type Step = [method: string, ...rest: unknown[]];

/** One line of a file: `tests/recording/` of the workspace writes them. */
export type Recorded =
	| { name: string; gate: GateOptions; steps: Step[] }
	| { name: string; pacer: InvalidationThrottlingOptions; steps: Step[] }
	| { backoff: GateOptions['backoff']; failures: number; delay: number }
	| { one: string; other: string; order: number }
	| { text: string; fault: string | null };

/** As in a trace: `epoch.revision`. */
function versionOf(text: string): Version {
	const [epoch, revision] = text.split('.') as [string, Revision];
	return epoch === '0' ? { revision } : { revision, epoch };
}

function traceOf(version: Version | undefined): string | null {
	return version ? `${version.epoch ?? '0'}.${version.revision}` : null;
}

function outputOf(output: Said): unknown[] {
	switch (output.type) {
		case 'fetch':
			return ['fetch', output.id];
		case 'apply': {
			const { candidate } = output;
			return ['apply', typeof candidate === 'string' ? candidate : traceOf(candidate)];
		}
		case 'report': {
			const { phase, cause, attempt, retryIn, fetched, wanted } = output;
			const versions = [traceOf(fetched), traceOf(wanted)];
			return ['report', phase, cause, attempt, retryIn === Infinity ? 'Infinity' : (retryIn ?? null), ...versions];
		}
		case 'settle':
			return ['settle', output.through, output.settlement];
		case 'wait':
			return ['wait', output.deadline ?? null];
		default:
			return [output.type];
	}
}

function seen(gate: Steered): unknown[] {
	const { status } = gate;
	return [
		traceOf(gate.applied),
		traceOf(gate.wanted),
		traceOf(gate.kept),
		gate.pacedUntil ?? null,
		status.type === 'retrying' ? status.attempt : status.type,
	];
}

/** Times are the same if they are to the nanosecond. */
function isSame(one: unknown, other: unknown): boolean {
	if (Array.isArray(one) && Array.isArray(other)) {
		return one.length === other.length && one.every((item, at) => isSame(item, other[at]));
	}
	if (typeof one === 'number' && typeof other === 'number') {
		return one === other || Math.round(one * 1e6) === Math.round(other * 1e6);
	}
	return one === other;
}

function compare(actual: unknown, expected: unknown, where: () => string): void {
	if (!isSame(actual, expected)) {
		expect(actual, where()).toEqual(expected);
		expect.fail(`${where()}: ${actual}, not ${expected}`);
	}
}

/** The options without those that are not there. */
function optionsOf<T>(recorded: T): T {
	const text = JSON.stringify(recorded, (_, value) => value ?? undefined);
	return JSON.parse(text, (key, value) => (key === 'jitterSeed' ? BigInt(value) : value));
}

/** Takes a step; what is to be compared with what was recorded. */
function take(gate: Steered, [method, ...rest]: Step): [unknown, unknown] {
	const [now, first, second] = rest as [number, never, never];
	switch (method) {
		case 'poll':
			return [outputOf(gate.poll()), rest[0]];
		case 'refresh':
			return [gate.refresh(now), first];
		case 'announced': {
			const news = second === 'version' || second === 'state' ? second : versionOf(second);
			return [gate.announced(now, versionOf(first), news), undefined];
		}
		case 'offered':
			return [gate.offered(now, versionOf(first)), undefined];
		case 'fetched':
			return [gate.fetched(now, first, versionOf(second)), undefined];
		case 'fetchFailed':
			return [gate.fetchFailed(now, first), undefined];
		default:
			return [gate[method as 'start'](now), undefined];
	}
}

function replayGate(module: GateModule, options: GateOptions, steps: Step[]): number {
	const gate = new Steered(module, optionsOf(options));
	let expected: unknown = [null, null, null, null, 'loading'];
	steps.forEach((step, at) => {
		const where = () => `step ${at}: ${JSON.stringify(step)}`;
		if (step[0] === 'seen') {
			[, expected] = step;
			return;
		}
		const [actual, recorded] = take(gate, step);
		compare(actual, recorded, where);
		if (steps[at + 1]?.[0] === 'seen') {
			[, expected] = steps[at + 1]!;
		}
		compare(seen(gate), expected, () => `seen after ${where()}`);
	});
	gate.free();
	return steps.length;
}

function replayPacer(
	module: GateModule,
	options: InvalidationThrottlingOptions,
	steps: Step[],
): number {
	const pacer = new Pacer(module, optionsOf(options));
	let expected: unknown = null;
	steps.forEach((step, at) => {
		const [method, now] = step;
		if (method === 'seen') {
			return;
		}
		pacer[method as 'event'](now as number);
		if (steps[at + 1]?.[0] === 'seen') {
			[, expected] = steps[at + 1]!;
		}
		compare(pacer.deadline() ?? null, expected, () => `step ${at}: ${JSON.stringify(step)}`);
	});
	pacer.free();
	return steps.length;
}

/** How many steps were compared. */
export function replay(module: GateModule, recorded: Recorded): number {
	const where = () => JSON.stringify(recorded);
	if ('gate' in recorded) {
		return replayGate(module, recorded.gate, recorded.steps);
	}
	if ('pacer' in recorded) {
		return replayPacer(module, recorded.pacer, recorded.steps);
	}
	if ('delay' in recorded) {
		const backoff = optionsOf(recorded.backoff)!;
		compare(backoffDelay(module, backoff, recorded.failures), recorded.delay, where);
	} else if ('order' in recorded) {
		const versions = [versionOf(recorded.one), versionOf(recorded.other)] as const;
		compare(compareVersions(module, ...versions), recorded.order, where);
	} else {
		compare(parseFault(module, recorded.text) ?? null, recorded.fault, where);
	}
	return 1;
}
