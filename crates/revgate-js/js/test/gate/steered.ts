/** A gate by names, as the Rust suites have them, in place of the numbers that cross. */

import { Candidate, Cause, Gate, type GateModule, type GateOptions, type GateStatus, Input, Look, Output, type Version } from '../../src/gate/gate.js';
import type { SyncPhase } from '../../src/types.js';

/** What an announcement carries besides its version: nothing, the state, or a patch on a base. */
export type News = 'version' | 'state' | Version;

/** What the gate asks of the driver. */
export type Said =
	| { type: 'subscribe' | 'unsubscribe' }
	| { type: 'fetch'; id: number }
	| { type: 'apply'; candidate: 'fetched' | 'offered' | Version | undefined }
	| Report
	| { type: 'settle'; through: number; settlement: 'fresh' | 'failed' | 'stopped' }
	| { type: 'wait'; deadline: number | undefined };

interface Report {
	type: 'report';
	phase: SyncPhase;
	cause: 'failed' | 'timedOut' | 'stale';
	attempt: number;
	retryIn?: number;
	fetched?: Version;
	wanted?: Version;
}

/** In the order of the core's `Phase`. */
const PHASES: SyncPhase[] = ['start', 'subscribe', 'invalidation', 'refresh', 'protocol', 'getSnapshot', 'apply', 'throttle', 'write'];

const finite = (time: number) => (time === Infinity ? undefined : time);

export class Steered {
	readonly #gate: Gate;

	constructor(module: GateModule, options?: GateOptions) {
		this.#gate = new Gate(module, options);
	}

	start = (now: number) => this.#gate.handle(now, Input.Start);
	subscribed = (now: number) => this.#gate.handle(now, Input.Subscribed);
	subscribeFailed = (now: number) => this.#gate.handle(now, Input.SubscribeFailed);
	subscriptionEnded = (now: number) => this.#gate.handle(now, Input.SubscriptionEnded);
	appliedOne = (now: number) => this.#gate.handle(now, Input.Applied);
	applyFailed = (now: number) => this.#gate.handle(now, Input.ApplyFailed);
	hidden = (now: number) => this.#gate.handle(now, Input.Hidden);
	shown = (now: number) => this.#gate.handle(now, Input.Shown);
	stop = (now: number) => this.#gate.handle(now, Input.Stop);
	tick = (now: number) => this.#gate.handle(now, Input.Tick);
	fetchFailed = (now: number, id: number) => this.#gate.handle(now, Input.FetchFailed, undefined, id);
	fetched = (now: number, id: number, version: Version) => this.#gate.handle(now, Input.Fetched, version, id);
	offered = (now: number, version: Version) => this.#gate.handle(now, Input.Offered, version);

	announced(now: number, version: Version, news: News): void {
		if (news === 'version') return this.#gate.handle(now, Input.Announced, version);
		if (news === 'state') return this.#gate.handle(now, Input.AnnouncedState, version);
		this.#gate.handle(now, Input.AnnouncedPatch, version, 0, news);
	}

	/** Its ticket. */
	refresh(now: number): number {
		this.#gate.handle(now, Input.Refresh);
		return this.#gate.look(Look.Ticket);
	}

	poll(): Said {
		const output = this.#gate.poll();
		const [, first, second] = this.#gate.numbers as unknown as [number, number, number];
		switch (output) {
			case Output.Wait:
				return { type: 'wait', deadline: finite(this.#gate.deadline) };
			case Output.Subscribe:
				return { type: 'subscribe' };
			case Output.Unsubscribe:
				return { type: 'unsubscribe' };
			case Output.Fetch:
				return { type: 'fetch', id: first };
			case Output.Apply:
				return { type: 'apply', candidate: this.#candidate(second) };
			case Output.Report:
				return this.#report();
			case Output.Settle:
				return { type: 'settle', through: first, settlement: (['fresh', 'failed', 'stopped'] as const)[second]! };
		}
	}

	get applied(): Version | undefined {
		return this.#version(Look.Applied);
	}

	get wanted(): Version | undefined {
		return this.#version(Look.Wanted);
	}

	get kept(): Version | undefined {
		return this.#version(Look.Kept);
	}

	/** Whether the news just announced are to be kept. */
	get keeps(): boolean {
		return this.#gate.look(Look.Keeps) === 1;
	}

	get pacedUntil(): number | undefined {
		return finite(this.#gate.look(Look.PacedUntil));
	}

	get status(): GateStatus {
		const number = this.#gate.look(Look.Status);
		const type = (['loading', 'live', 'stopped'] as const)[number];
		return type ? { type } : { type: 'retrying', attempt: number - 2 };
	}

	free(): void {
		this.#gate.free();
	}

	#version(which: Look): Version | undefined {
		return this.#gate.look(which) ? this.#gate.version(0) : undefined;
	}

	#candidate(which: Candidate): 'fetched' | 'offered' | Version | undefined {
		return which === Candidate.Kept ? this.kept : which === Candidate.Offered ? 'offered' : 'fetched';
	}

	#report(): Report {
		const [, attempt, cause, phase, retryIn] = this.#gate.numbers as unknown as [number, number, Cause, number, number];
		return {
			type: 'report',
			phase: PHASES[phase]!,
			cause: (['failed', 'timedOut', 'stale'] as const)[cause],
			attempt,
			...(retryIn >= 0 && { retryIn }),
			...(cause === Cause.Stale && { fetched: this.#gate.version(0), wanted: this.#gate.version(2) }),
		};
	}
}
