import { atLeast, check, FUNCTION, having, maybe, only, TEXT, TIME } from '../gate/check.js';
import { backoffDelay } from '../gate/gate.js';
import { loadGate } from '../gate/source.js';
import type { Logger, SnapshotEnvelope, SnapshotProvider, SyncErrorContext, TopicName } from '../types.js';
import { attempt, quietly } from './guard.js';
import { platform } from './host.js';

/** How often to try, and how long to wait in between. */
export interface RetryPolicy {
	/** How many tries there are, the first one included. Default: 3. */
	maxAttempts?: number;
	/** The wait after the first failure, in milliseconds. Default: 500. */
	initialDelayMs?: number;
	/** How many times longer each further wait is. Default: 2. */
	backoffMultiplier?: number;
	/** The longest wait, in milliseconds. Default: 10 000. */
	maxDelayMs?: number;
}

/** A try that failed, and when the next one comes. */
export interface RetryInfo {
	/** Which try, counted from 1. */
	attempt: number;
	error: unknown;
	nextDelayMs: number;
}

/** A provider whose waits end with a signal: a sync asks for it, so that none outlives its stop. */
export const UNTIL = Symbol('until');

interface Retrying<T> extends SnapshotProvider<T> {
	[UNTIL]?(signal: AbortSignal): SnapshotProvider<T>;
}

/** `provider`, whose waits, if it has any, end with the signal. */
export function until<T>(provider: SnapshotProvider<T>, signal: AbortSignal): SnapshotProvider<T> {
	return (provider as Retrying<T>)[UNTIL]?.(signal) ?? provider;
}

/**
 * Tries a provider again when it fails, after waits that grow, by the Rust backoff. `onRetry` is
 * told of each failure but the last, which the call itself rejects with.
 *
 * A sync tries again by itself, without an end; this is for a few quick tries within one of its
 * fetches, which all together have its time-out, or for a provider that is used without a sync.
 *
 * @throws TypeError if a part or an option is of the wrong kind or unknown.
 * @throws RangeError if a number makes no sense: the first try counts, so there is at least one.
 *
 * @example
 * import { createTauriSnapshotProvider, withRetry } from 'revgate';
 * import { invoke } from '@tauri-apps/api/core';
 * const provider = withRetry(
 *   createTauriSnapshotProvider({ invoke, commandName: 'get_settings' }),
 *   { maxAttempts: 5, initialDelayMs: 100 },
 *   ({ attempt, nextDelayMs }) => console.info(`try ${attempt} failed, next in ${nextDelayMs} ms`),
 * );
 */
export function withRetry<T>(
	provider: SnapshotProvider<T>,
	policy: RetryPolicy = {},
	onRetry?: (info: RetryInfo) => void,
): SnapshotProvider<T> {
	const limits = only({
		maxAttempts: maybe(atLeast(1)),
		initialDelayMs: maybe(TIME),
		backoffMultiplier: maybe(atLeast(0)),
		maxDelayMs: maybe(TIME),
	});
	check(
		{ provider, policy, onRetry },
		{ provider: having('getSnapshot'), policy: limits, onRetry: maybe(FUNCTION) },
	);
	const { maxAttempts = 3, initialDelayMs: firstMs = 500, maxDelayMs: capMs = 10_000 } = policy;
	const { backoffMultiplier: factor = 2 } = policy;
	const retrying = (signal?: AbortSignal): Retrying<T> => ({
		async getSnapshot(): Promise<SnapshotEnvelope<T>> {
			const tried = signal === undefined ? provider : until(provider, signal);
			for (let failures = 1; ; failures++) {
				try {
					return await attempt(() => tried.getSnapshot());
				} catch (error) {
					if (failures >= maxAttempts || signal?.aborted) {
						throw error;
					}
					const nextDelayMs = backoffDelay(await loadGate(), { firstMs, capMs, factor }, failures);
					quietly(() => onRetry?.({ attempt: failures, error, nextDelayMs }));
					if (!(await sleep(nextDelayMs, signal))) {
						throw error;
					}
				}
			}
		},
		[UNTIL]: retrying,
	});
	return retrying();
}

/** Waits; whether it came to the end of it. */
function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
	return new Promise((resolve) => {
		if (signal?.aborted) {
			return resolve(false);
		}
		const end = () => {
			cancel();
			resolve(false);
		};
		const cancel = platform.after(delayMs, () => {
			signal?.removeEventListener('abort', end);
			resolve(true);
		});
		signal?.addEventListener('abort', end);
	});
}

/** What {@link withRetryReporting} reports, and to whom. */
export interface RetryReportingOptions {
	/** The topic that the provider is for, as it is to be named. */
	topic: TopicName;
	policy?: RetryPolicy;
	logger?: Logger;
	/** Is told of each failure that is tried again: `phase` is `getSnapshot`, `willRetry` true. */
	onError?: (context: SyncErrorContext) => void;
}

/**
 * {@link withRetry}, with each failure that is tried again told to a logger and an error callback.
 * The last one is the call's own.
 *
 * @throws TypeError | RangeError as {@link withRetry} does, and for what is here besides.
 *
 * @example
 * import { createConsoleLogger, withRetryReporting } from 'revgate';
 * const reporting = withRetryReporting(provider, {
 *   topic: 'settings',
 *   policy: { maxAttempts: 5 },
 *   logger: createConsoleLogger(),
 *   onError: (context) => statusBar.show(`retrying in ${context.nextDelayMs} ms`),
 * });
 */
export function withRetryReporting<T>(
	provider: SnapshotProvider<T>,
	options: RetryReportingOptions,
): SnapshotProvider<T> {
	check(options, {
		topic: TEXT,
		logger: maybe(having('debug', 'warn', 'error')),
		onError: maybe(FUNCTION),
	});
	const { topic, policy, logger, onError } = options;
	return withRetry(provider, policy, (info) => {
		const context: SyncErrorContext = { phase: 'getSnapshot', topic, willRetry: true, ...info };
		quietly(() => logger?.warn('[revgate] getSnapshot retry scheduled', context));
		quietly(
			() => onError?.(context),
			(error) => quietly(() => logger?.error('[revgate] onError callback threw', { topic, error })),
		);
	});
}
