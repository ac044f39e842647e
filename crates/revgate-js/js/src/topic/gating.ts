/** What the gate is given, and says. */

import { compareVersions, type GateOptions, type Version } from '../gate/gate.js';
import { loadGateSync } from '../gate/source.js';
import { ProtocolError } from '../sync/messages.js';
import { parse } from './exact/index.js';
import { DEFAULTS, type TopicOptions } from './options.js';
import { wordsOf } from './refusal.js';

/** @throws {ProtocolError} if an answer is no JSON: then the state cannot be read, as when it has no version. */
export function readFetched(answer: string): unknown {
	try {
		return parse(answer);
	} catch (cause) {
		throw new ProtocolError(`the answer is no JSON: ${wordsOf(cause)}`, { cause });
	}
}

/** The gate's own options, and what a window of an app adds to them. */
export function gateOptions({ gate, resyncMs, throttling }: TopicOptions): GateOptions {
	const jitterSeed = BigInt(Math.floor(Math.random() * 2 ** 53));
	const pacing = throttling === undefined ? {} : { pacing: throttling };
	const { firstMs, capMs } = gate?.backoff ?? {};
	const backoff = { jitterSeed: gate?.backoff?.jitterSeed ?? jitterSeed, ...(firstMs != null && { firstMs }), ...(capMs != null && { capMs }) };
	return { resyncMs: resyncMs ?? DEFAULTS.resyncMs, ...pacing, ...gate, backoff };
}

/** The gate's order. Versions come when the gate is there, and with it its module. */
export function isNewer(one: Version, other: Version): boolean {
	const module = loadGateSync();
	return module !== undefined && compareVersions(module, one, other) > 0;
}
