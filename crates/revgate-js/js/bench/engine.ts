/**
 * An engine with the semantics of `createRevisionSync`, written by hand in TypeScript: what the
 * package would be without the Rust gate. For the benchmark alone, which no user has.
 */

import type {
	InvalidationEvent,
	Revision,
	RevisionSyncHandle,
	RevisionSyncOptions,
	SnapshotEnvelope,
	SyncPhase,
	Unsubscribe,
} from '../src/index.js';
import { HandPacer } from './pacing.js';

interface Version {
	readonly epoch: string;
	readonly revision: string;
}

interface News<T> {
	readonly version: Version;
	readonly base?: Version;
	readonly data?: T;
	readonly patch?: unknown;
}

interface Waiter {
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
}

const CANONICAL = /^(0|[1-9][0-9]*)$/;
const LARGEST = '18446744073709551615';
const TIMEOUT_MS = 10_000;
const RESYNC_MS = 30_000;

function isCanonical(text: unknown): text is string {
	return (
		typeof text === 'string' &&
		CANONICAL.test(text) &&
		(text.length < LARGEST.length || (text.length === LARGEST.length && text <= LARGEST))
	);
}

function compareNumbers(a: string, b: string): number {
	return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length;
}

function compare(a: Version, b: Version): number {
	return compareNumbers(a.epoch, b.epoch) || compareNumbers(a.revision, b.revision);
}

function versionOf(message: { revision?: unknown; epoch?: unknown }): Version {
	const { revision, epoch } = message;
	if (!isCanonical(revision)) {
		throw new Error(`the revision ${String(revision)} is not canonical`);
	}
	if (epoch !== undefined && epoch !== null && !isCanonical(epoch)) {
		throw new Error(`the epoch ${String(epoch)} is not canonical`);
	}
	return { epoch: epoch ?? '0', revision };
}

export function createHandWrittenSync<T>(options: RevisionSyncOptions<T>): RevisionSyncHandle {
	const { topic, subscriber, provider, applier, shouldRefresh, logger, onError, applyPatch } = options;
	const pacer = new HandPacer(options.throttling ?? {});
	const calls: (() => void)[] = [];
	let isBusy = false;
	let isApplying = false;
	let isStopped = false;
	let isStarted = false;
	let isSubscribed = false;
	let isUnproven = true;
	let unsubscribe: Unsubscribe | undefined;
	let applied: Version | undefined;
	let shown: T | undefined;
	let wanted: Version | undefined;
	let kept: News<T> | undefined;
	let fetching: { readonly deadline: number; readonly wanted: Version | undefined; readonly covers: number } | undefined;
	let retryAt = Infinity;
	let failures = 0;
	let quietSince = 0;
	let asked = 0;
	let settled = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let timerFor = Infinity;
	let starts: Waiter[] = [];
	let refreshes: (Waiter & { readonly ticket: number })[] = [];

	function fail(phase: SyncPhase, error: unknown, extra?: object): void {
		const context = { phase, topic, error, localRevision: (applied?.revision ?? '0') as Revision, ...extra };
		try {
			logger?.error(`${phase} error`, context);
			onError?.(context);
		} catch {
			// Not ours.
		}
	}

	/** Does a call, now or after the one under way. */
	function enter(call: () => void): void {
		calls.push(call);
		if (!isBusy && !isApplying) {
			run();
		}
	}

	function run(): void {
		isBusy = true;
		let done = 0;
		while (done < calls.length && !isApplying) {
			try {
				calls[done++]!();
			} catch (error) {
				fail('refresh', error);
			}
		}
		calls.splice(0, done);
		isBusy = false;
	}

	function hear(message: unknown): void {
		if (isStopped) {
			return;
		}
		if (isBusy || isApplying) {
			calls.push(() => hear(message));
			return;
		}
		isBusy = true;
		try {
			take(message);
		} catch (error) {
			fail('protocol', error, { sourceEvent: message });
		}
		isBusy = false;
		if (calls.length > 0) {
			run();
		}
	}

	function take(message: unknown): void {
		if (typeof message !== 'object' || message === null) {
			throw new Error('an invalidation event must be an object');
		}
		const event = message as Partial<Record<string, unknown>>;
		if (typeof event['topic'] !== 'string' || event['topic'].trim() === '') {
			throw new Error('Empty topic in invalidation event');
		}
		if (event['topic'] !== topic) {
			return;
		}
		const version = versionOf(event);
		if (shouldRefresh !== undefined) {
			try {
				if (!shouldRefresh(event as unknown as InvalidationEvent)) {
					return;
				}
			} catch (error) {
				fail('invalidation', error, { sourceEvent: message });
			}
		}
		if ('data' in event) {
			keep({ version, data: event['data'] as T });
		} else if (event['patch'] !== undefined && applyPatch !== undefined) {
			keep({ version, base: versionOf(event['base'] as object), patch: event['patch'] });
		}
		const now = performance.now();
		if (wanted === undefined || compare(version, wanted) > 0) {
			wanted = version;
			pacer.event(now);
		}
		advance(now);
	}

	function keep(news: News<T>): void {
		const order = kept === undefined ? 1 : compare(news.version, kept.version);
		if ((applied === undefined || compare(news.version, applied) > 0) && (order > 0 || (order === 0 && news.base === undefined))) {
			kept = news;
		}
	}

	function isWanting(): boolean {
		return applied === undefined || (wanted !== undefined && compare(applied, wanted) < 0);
	}

	function advance(now: number): void {
		if (isApplying || !isSubscribed) {
			return setTimer();
		}
		const isAwaited = settled < asked;
		const isQuiet = fetching === undefined && (retryAt === Infinity || isAwaited);
		if (isQuiet && (isUnproven || isAwaited)) {
			fetch(now);
		} else if (isWanting() && pacer.deadline() <= now) {
			const usable = applied !== undefined && kept !== undefined && wanted !== undefined && compare(kept.version, wanted) === 0 && (kept.base === undefined || compare(kept.base, applied) === 0);
			if (usable) {
				pacer.delivered(now);
				apply(kept!.version, kept!.base === undefined ? kept!.data! : applyPatch!(shown!, kept!.patch));
			} else if (isQuiet) {
				pacer.delivered(now);
				fetch(now);
			}
		}
		setTimer();
	}

	function setTimer(): void {
		let due = isSubscribed ? (fetching?.deadline ?? Math.min(retryAt, quietSince + RESYNC_MS)) : retryAt;
		if (isSubscribed && fetching === undefined && isWanting()) {
			due = Math.min(due, pacer.deadline());
		}
		if (due >= timerFor && due < Infinity) {
			return;
		}
		clearTimeout(timer);
		timerFor = due;
		if (due < Infinity) {
			timer = setTimeout(() => enter(tick), Math.max(0, Math.ceil(due - performance.now())));
		}
	}

	function tick(): void {
		timerFor = Infinity;
		const now = performance.now();
		if (isStopped) {
			return;
		}
		if (fetching !== undefined && now >= fetching.deadline) {
			return failFetch('getSnapshot', new Error(`no answer within ${TIMEOUT_MS} ms`));
		}
		if (retryAt <= now) {
			retryAt = Infinity;
			return isSubscribed ? fetch(now) : subscribe();
		}
		if (now >= quietSince + RESYNC_MS) {
			isUnproven = true;
		}
		advance(now);
	}

	function fetch(now: number): void {
		const own = (fetching = { deadline: now + TIMEOUT_MS, wanted, covers: asked });
		isUnproven = false;
		retryAt = Infinity;
		new Promise<SnapshotEnvelope<T>>((resolve) => resolve(provider.getSnapshot())).then(
			(snapshot) => enter(() => fetched(own, snapshot)),
			(error) => enter(() => own === fetching && failFetch('getSnapshot', error)),
		);
		setTimer();
	}

	function fetched(own: typeof fetching, snapshot: SnapshotEnvelope<T>): void {
		if (isStopped) {
			return;
		}
		let version: Version;
		try {
			version = versionOf(snapshot);
		} catch (error) {
			return own === fetching ? failFetch('protocol', error) : undefined;
		}
		if (wanted === undefined || compare(version, wanted) > 0) {
			wanted = version;
		}
		if (own !== fetching) {
			return advance(performance.now());
		}
		if (applied === undefined || compare(version, applied) > 0) {
			apply(version, snapshot.data, own);
		} else {
			finish(own, version);
		}
	}

	function finish(own: typeof fetching, version: Version): void {
		const now = performance.now();
		if (own?.wanted !== undefined && compare(version, own.wanted) < 0) {
			return failFetch('getSnapshot', new Error(`${version.revision} came though ${own.wanted.revision} was announced`));
		}
		failures = 0;
		quietSince = now;
		fetching = undefined;
		settle(own?.covers ?? 0);
		advance(now);
	}

	function failFetch(phase: SyncPhase, error: unknown): void {
		const covers = fetching?.covers ?? 0;
		fetching = undefined;
		isUnproven = true;
		retry(phase, error);
		settle(covers, error);
		advance(performance.now());
	}

	function retry(phase: SyncPhase, error: unknown): void {
		const delay = Math.min(500 * 2 ** Math.min(failures++, 31), 10_000) * (1 - Math.random() / 2);
		retryAt = performance.now() + delay;
		fail(phase, error, { attempt: failures, willRetry: true, nextDelayMs: delay });
	}

	function apply(version: Version, data: T, own?: typeof fetching): void {
		const { revision, epoch } = version;
		const ended = () => {
			applied = version;
			shown = data;
			if (kept !== undefined && compare(kept.version, version) <= 0) {
				kept = undefined;
			}
			if (!isWanting()) {
				pacer.forget();
			}
			for (const { resolve } of starts.splice(0)) {
				resolve();
			}
			return own === undefined ? advance(performance.now()) : finish(own, version);
		};
		const failed = (error: unknown) => failFetch('apply', error);
		try {
			const answer = applier.apply({ revision: revision as Revision, ...(epoch !== '0' && { epoch }), data });
			if (typeof (answer as PromiseLike<void> | undefined)?.then !== 'function') {
				return ended();
			}
			isApplying = true;
			const resume = (call: () => void) => {
				isApplying = false;
				calls.unshift(call);
				run();
			};
			Promise.resolve(answer).then(
				() => resume(ended),
				(error) => resume(() => failed(error)),
			);
		} catch (error) {
			failed(error);
		}
	}

	function settle(through: number, error?: unknown): void {
		settled = Math.max(settled, through);
		const ended = refreshes.filter(({ ticket }) => ticket <= through);
		refreshes = refreshes.filter(({ ticket }) => ticket > through);
		for (const { resolve, reject } of ended) {
			error === undefined ? resolve() : reject(error);
		}
	}

	function subscribe(): void {
		new Promise<Unsubscribe>((resolve) => resolve(subscriber.subscribe(hear))).then(
			(end) =>
				enter(() => {
					if (isStopped) {
						return end();
					}
					unsubscribe = end;
					isSubscribed = true;
					failures = 0;
					advance(performance.now());
				}),
			(error) =>
				enter(() => {
					if (!isStopped) {
						retry('subscribe', error);
						setTimer();
					}
				}),
		);
	}

	return {
		start: () =>
			new Promise((resolve, reject) => {
				if (isStopped) {
					return reject(new Error('start after stop'));
				}
				if (applied !== undefined) {
					return resolve();
				}
				starts.push({ resolve, reject });
				if (!isStarted) {
					isStarted = true;
					subscribe();
				}
			}),
		refresh: () =>
			new Promise((resolve, reject) =>
				enter(() => {
					refreshes.push({ ticket: ++asked, resolve, reject });
					advance(performance.now());
				}),
			),
		stop() {
			isStopped = true;
			clearTimeout(timer);
			unsubscribe?.();
			const error = new Error('stopped');
			for (const { reject } of [...starts, ...refreshes]) {
				reject(error);
			}
			starts = [];
			refreshes = [];
		},
		getLocalRevision: () => (applied?.revision ?? '0') as Revision,
	};
}
