import { Cause, type Gate, type Version } from '../gate/gate.js';
import type { Logger, Revision, SyncErrorContext, SyncPhase } from '../types.js';
import { say, Word } from '../words/say.js';
import { quietly } from './guard.js';

/** The revision of a window that shows nothing yet. */
export const ZERO_REVISION = '0' as Revision;

/** The phase `subscribe`, by its number in the core. */
const SUBSCRIBE = 1;

/** What a failure is told with, besides what every one is. */
export type Extra = Partial<SyncErrorContext>;

/** Tells the log and the error callback what happens to one topic. */
export interface Reporter {
	/** The version that the window shows. */
	applied: Version | undefined;
	/** Whether only the log hears of failures. */
	isQuiet: boolean;
	/** What failed last, as it was told. */
	readonly last: SyncErrorContext | undefined;
	/** A failure in its context. */
	failure(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext;
	/** Tells a failure, and returns it. */
	tell(failure: SyncErrorContext): SyncErrorContext;
	/** Tells the report that the gate has just put out; `fault` is what the driver knows of it. */
	tellReport(gate: Gate, fault: SyncErrorContext | undefined, limitMs: number): void;
	/** Tells the log of what is no failure of the topic. */
	log(level: keyof Logger, message: string, extra?: object): void;
}

export function createReporter(
	topic: string,
	logger: Logger | undefined,
	failed: (context: SyncErrorContext) => void,
): Reporter {
	const reporter = {
		applied: undefined as Version | undefined,
		isQuiet: false,
		last: undefined as SyncErrorContext | undefined,
		failure: (phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext => ({
			phase,
			topic,
			error,
			localRevision: reporter.applied?.revision ?? ZERO_REVISION,
			...extra,
		}),
		tell(failure: SyncErrorContext) {
			reporter.last = failure;
			reporter.log('error', `${failure.phase} error`, failure);
			if (!reporter.isQuiet) {
				quietly(
					() => failed(failure),
					(error) => reporter.log('error', say(Word.OnErrorThrew), { error }),
				);
			}
			return failure;
		},
		tellReport(gate: Gate, fault: SyncErrorContext | undefined, limitMs: number) {
			const [, attempt, cause, phase, delay] = gate.numbers;
			let failure = fault;
			if (cause === Cause.TimedOut) {
				// Nothing else has a time of the gate's.
				const timed = phase === SUBSCRIBE ? 'subscribe' : 'getSnapshot';
				failure = reporter.failure(timed, new Error(say(Word.NoAnswer, limitMs)));
			} else if (cause === Cause.Stale) {
				const [snapshotRevision, eventRevision] = [gate.version(0).revision, gate.version(2).revision];
				const error = new Error(say(Word.Stale, snapshotRevision, eventRevision));
				failure = reporter.failure('getSnapshot', error, { snapshotRevision, eventRevision });
			}
			// Without one, nothing has failed: what never listened begins to.
			if (failure !== undefined) {
				const willRetry = delay! >= 0;
				reporter.tell({ ...failure, attempt: attempt!, willRetry, ...(willRetry && { nextDelayMs: delay! }) });
			}
		},
		log(level: keyof Logger, message: string, extra?: object) {
			if (logger !== undefined) {
				quietly(() => logger[level](`[revgate] ${message}`, { topic, ...extra }));
			}
		},
	};
	return reporter;
}
