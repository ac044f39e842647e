import type { Output, Version } from '../gate/gate.js';
import type { Logger, Revision, SyncErrorContext, SyncPhase } from '../types.js';
import { quietly } from './guard.js';

/** The revision of a window that shows nothing yet. */
export const ZERO_REVISION = '0' as Revision;

type Report = Extract<Output, { type: 'report' }>;

/** What a failure is told with, besides what everyone is. */
export type Extra = Partial<SyncErrorContext>;

/** Tells the log and the error callback what happens to one topic. */
export class Reporter {
	/** The version that the window shows. */
	applied: Version | undefined;
	/** What failed last, as it was told. */
	last: SyncErrorContext | undefined;
	/** After the stop only the log hears of failures. */
	hasEnded = false;
	readonly #topic: string;
	readonly #logger: Logger | undefined;
	readonly #failed: ((context: SyncErrorContext) => void) | undefined;

	constructor(
		topic: string,
		logger: Logger | undefined,
		failed: ((context: SyncErrorContext) => void) | undefined,
	) {
		this.#topic = topic;
		this.#logger = logger;
		this.#failed = failed;
	}

	/** A failure in its context. */
	failure(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		const localRevision = this.applied?.revision ?? ZERO_REVISION;
		return { phase, topic: this.#topic, error, localRevision, ...extra };
	}

	/** Tells a failure. */
	tell(failure: SyncErrorContext): void {
		this.last = failure;
		this.#log('error', `${failure.phase} error`, failure);
		if (!this.hasEnded) {
			quietly(
				() => this.#failed?.(failure),
				(error) => this.#log('error', 'onError callback threw', { topic: this.#topic, error }),
			);
		}
	}

	/** Tells a failure that is not tried again. */
	fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext {
		const failure = this.failure(phase, error, extra);
		this.tell(failure);
		return failure;
	}

	/** Tells what the gate reports; `fault` is what the driver knows of it. */
	tellFault(
		{ phase, cause, attempt, retryIn, fetched, wanted }: Report,
		fault: SyncErrorContext | undefined,
		limit: number,
	): void {
		const failure =
			cause === 'timedOut'
				? this.failure(phase, new Error(`no answer within ${limit} ms`))
				: cause === 'stale' && fetched && wanted
					? this.failure(phase, new Error(`revision ${fetched.revision} came though ${wanted.revision} was announced`), {
							snapshotRevision: fetched.revision,
							eventRevision: wanted.revision,
						})
					: fault;
		// Without one, nothing has failed: what never listened begins to.
		if (failure !== undefined) {
			const willRetry = retryIn !== undefined;
			this.tell({ ...failure, attempt, willRetry, ...(willRetry && { nextDelayMs: retryIn }) });
		}
	}

	/** Tells the log of what is no failure of the topic. */
	warn(message: string, error: unknown): void {
		this.#log('warn', message, { topic: this.#topic, error });
	}

	/** Tells the log of what is going on. */
	debug(message: string, extra?: object): void {
		if (this.#logger !== undefined) {
			this.#log('debug', message, { topic: this.#topic, ...extra });
		}
	}

	#log(level: keyof Logger, message: string, extra: object): void {
		quietly(() => this.#logger?.[level](`[revgate] ${message}`, extra));
	}
}
