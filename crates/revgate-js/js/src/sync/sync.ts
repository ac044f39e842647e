import { check, FUNCTION, having, maybe, type Shape, TEXT } from '../gate/check.js';
import type { Version } from '../gate/gate.js';
import { GATE, type GateOptions, PACING } from '../gate/options.js';
import type {
	InvalidationEvent,
	InvalidationSubscriber,
	InvalidationThrottlingOptions,
	Logger,
	Revision,
	SnapshotApplier,
	SnapshotProvider,
	SyncErrorContext,
	TopicName,
} from '../types.js';
import { say, Word } from '../words/say.js';
import { createDriver } from './driver.js';
import { atOnce, isThenable } from './guard.js';
import type { Host } from './host.js';
import { isSame, ProtocolError } from './messages.js';
import { ZERO_REVISION } from './report.js';
import { until } from './retry.js';
import type { Done, Sink, Status, Transport } from './transport.js';
import { watchVisibility } from './visibility.js';

/** How long without news to fetch again, so that a lost announcement is healed. */
export const RESYNC_MS = 30_000;

/** What {@link createRevisionSync} keeps in sync, and how. */
export interface RevisionSyncOptions<T> {
	/** The topic: announcements of others are ignored. */
	topic: TopicName;
	/** Where announcements come from. */
	subscriber: InvalidationSubscriber;
	/** Where snapshots come from. */
	provider: SnapshotProvider<T>;
	/** What makes them the window's own. */
	applier: SnapshotApplier<T>;
	/**
	 * Whether an announcement is of interest: one of the window's own writes, by its `sourceId`,
	 * may not be. One that is not is as if it had never been made. If this throws, that is reported
	 * (phase `invalidation`) and the announcement taken.
	 */
	shouldRefresh?: ((event: InvalidationEvent) => boolean) | undefined;
	logger?: Logger | undefined;
	/** Is told of each failure. What is due is tried again by itself. Not called after the stop. */
	onError?: ((context: SyncErrorContext) => void) | undefined;
	/** How often announcements may lead to a fetch. Default: as often as they come. */
	throttling?: InvalidationThrottlingOptions | undefined;
	/**
	 * Makes the new state of the one shown and what an announcement brought as `patch`. It must
	 * not change `data`. Without it, such an announcement costs a fetch.
	 */
	applyPatch?: ((data: T, patch: unknown) => T) | undefined;
	/**
	 * How patient the gate is. Default: `resyncMs` 30 000, `fetchTimeoutMs` 10 000, `backoff` from
	 * 500 ms to 10 s with jitter.
	 */
	gate?: Omit<GateOptions, 'pacing'> | undefined;
	/** Is told how the sync is doing, whenever that changes. */
	onStatus?: ((status: Status) => void) | undefined;
	/** The clock and the timers, for tests. */
	host?: Host | undefined;
}

const callback = maybe(FUNCTION);

/** Others are left alone: an app may hand in more than is meant for the sync. */
const OPTIONS: Shape = {
	topic: TEXT,
	subscriber: having('subscribe'),
	provider: having('getSnapshot'),
	applier: having('apply'),
	shouldRefresh: callback,
	logger: maybe(having('debug', 'warn', 'error')),
	onError: callback,
	throttling: maybe(PACING),
	applyPatch: callback,
	gate: maybe(GATE),
	onStatus: callback,
};

/** Steers one sync. */
export interface RevisionSyncHandle {
	/**
	 * Listens, fetches, and resolves when the first state is applied. What fails on the way is
	 * reported and tried again until then. Further calls resolve with the first. Rejects if it was
	 * stopped, before or meanwhile, or if the gate cannot be loaded; then it may be called again.
	 */
	start(): Promise<void>;
	/** Ends for good: nothing is applied after it. Further calls do nothing. */
	stop(): void;
	/**
	 * Fetches now, whatever the pacing, and resolves when a state at least as new as this call is
	 * applied; rejects with the error if that fails. Before the start it fetches once and does not
	 * listen; after the stop it does nothing.
	 */
	refresh(): Promise<void>;
	/** The revision that the window shows; `'0'` before the first. */
	getLocalRevision(): Revision;
}

/**
 * Keeps a window's state the same as the backend's: announcements say that there is something new,
 * snapshots bring it, and the revision gate decides what is news and what is stale.
 *
 * The promises of the handle may be left alone: a rejection that nobody awaits raises nothing, as
 * each failure has gone to `onError` and the logger.
 *
 * @throws TypeError if a part is missing, or an option is of the wrong kind or unknown.
 * @throws RangeError if a number makes no sense, or options contradict each other.
 *
 * @example
 * import { createRevisionSync } from 'revgate';
 * const sync = createRevisionSync({
 *   topic: 'settings',
 *   subscriber,
 *   provider,
 *   applier: { apply: ({ data }) => store.set(data) },
 *   onError: (context) => console.error(`[sync] phase=${context.phase}`, context.error),
 * });
 * await sync.start();
 * window.addEventListener('beforeunload', () => sync.stop());
 */
export function createRevisionSync<T>(options: RevisionSyncOptions<T>): RevisionSyncHandle {
	check(options, OPTIONS);
	const { topic, subscriber, provider } = options;

	const stopped = new AbortController();
	const fetched = until(provider, stopped.signal);
	const transport: Transport = {
		subscribe: ({ announced }) => subscriber.subscribe(announced),
		fetch: () => fetched.getSnapshot(),
	};
	const driver = createDriver<T>({
		topic,
		transport,
		sink: sinkOf(options),
		logger: options.logger,
		host: options.host,
		gate: {
			resyncMs: RESYNC_MS,
			backoff: { jitterSeed: BigInt(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)) },
			...options.gate,
			...(options.throttling && { pacing: options.throttling }),
		},
	});
	let unwatch: (() => void) | undefined;

	return {
		start() {
			const started = promise((done) => driver.start(done));
			if (!driver.hasEnded) {
				unwatch ??= watchVisibility(driver);
			}
			return started;
		},
		stop() {
			unwatch?.();
			driver.stop();
			stopped.abort();
		},
		refresh: () => (driver.hasEnded ? Promise.resolve() : promise((done) => driver.refresh(done))),
		getLocalRevision: () => driver.applied?.revision ?? ZERO_REVISION,
	};
}

function sinkOf<T>(options: RevisionSyncOptions<T>): Sink<T> {
	const { applier, applyPatch } = options;
	const sink: Sink<T> = {
		// No spread: it would cost more than all the rest of an apply.
		apply: ({ revision, epoch }, data) =>
			applier.apply(epoch === undefined ? { revision, data } : { revision, epoch, data }),
		failed: options.onError,
		status: options.onStatus,
		shouldRefresh: options.shouldRefresh,
	};
	return applyPatch === undefined ? sink : patching(sink, applyPatch);
}

/** A sink that keeps the state shown, untouched by whoever shows it, to patch it. */
function patching<T>(sink: Sink<T>, applyPatch: (data: T, patch: unknown) => T): Sink<T> {
	let shown: { readonly version: Version; readonly data: T } | undefined;
	return {
		...sink,
		patched(base, patch) {
			// An apply that was given up may have ended since.
			if (shown === undefined || !isSame(shown.version, base)) {
				throw new ProtocolError(say(Word.UnknownBase, base.revision));
			}
			return atOnce('applyPatch', applyPatch(shown.data, patch));
		},
		apply(version, data) {
			const next = { version, data: structuredClone(data) };
			const made = () => {
				shown = next;
			};
			const answer = sink.apply(version, data);
			return isThenable(answer) ? answer.then(made) : made();
		},
	};
}

/** A promise that raises nothing if nobody looks at its rejection. */
function promise(ask: (done: Done) => void): Promise<void> {
	const asked = new Promise<void>((resolve, reject) => {
		ask((failure) => (failure === undefined ? resolve() : reject(failure.error)));
	});
	asked.catch(() => {});
	return asked;
}
