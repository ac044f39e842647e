import type { GateOptions, GateStatus, Version } from '../gate/gate.js';
import type { InvalidationEvent, Logger, SyncErrorContext, SyncPhase, Unsubscribe } from '../types.js';
import type { Host } from './host.js';
import type { Fields } from './messages.js';
import type { Extra } from './report.js';

/** What a subscription brings. Both may be called before the subscription stands. */
export interface Listener {
	/** Something was announced: an object with the fields of the wire, or whatever came instead. */
	announced(message: unknown): void;
	/** The backend has ended this subscription; nothing follows. */
	ended(reason: unknown): void;
	/**
	 * Aborts when the answer is no longer waited for: at the next try, or the stop. Whatever serves
	 * it may be let go of then, and the call reject; one that is answered all the same counts.
	 */
	readonly signal: AbortSignal;
}

/** A subscription, and the state that came with it. */
export interface Standing {
	/** Ends it. */
	readonly end: Unsubscribe;
	/** As {@link Transport.fetch}, of what came. */
	fetch(): Promise<unknown>;
}

/**
 * The way to the backend and back. It may lose, repeat, delay and reorder announcements, throw
 * where it should reject, and never answer: the driver copes.
 */
export interface Transport {
	/**
	 * Asks for every announcement. The function that it resolves to ends that. The state may come
	 * along, as it was when the subscription stood; or that it is no newer than `known`.
	 */
	subscribe(listener: Listener, known: Version | undefined): Promise<Unsubscribe | Standing>;
	/**
	 * Fetches the state: an object with `revision`, `epoch` and `data`. Without `data` it says that
	 * the version `known`, which the window shows, is no older than the backend's.
	 */
	fetch(known: Version | undefined): Promise<unknown>;
	/** Whether nothing can come of another try, by what `subscribe` has rejected with. */
	isHopeless?(error: unknown): boolean;
}

/**
 * How a replica is doing: the names of `Status` in the Rust crate; and `failed`, where there is
 * nothing to try again: the gate cannot be loaded, or the page has no backend. To start or refresh
 * it begins anew.
 */
export type Status = GateStatus | { type: 'failed' };

/**
 * Who stands on a driver and is told of every change. Each of these functions may call the driver:
 * what it asks is done when it has returned. One that throws, or returns a promise that rejects,
 * is reported, and the driver goes on.
 */
export interface Sink<T> {
	/**
	 * Makes it the state that the window shows. Until a promise that it returns has settled,
	 * nothing else happens, unless that takes longer than a fetch may. Thrown or rejected: the
	 * window shows what it showed before; it is reported and tried again.
	 */
	apply(version: Version, data: T): void | PromiseLike<void>;
	/**
	 * The backend's state of the version `base`, patched. Without this function, announcements that
	 * bring a patch cost a fetch.
	 */
	patched?(base: Version, patch: unknown): T;
	/** Whether an announcement is of interest. One that is not is as if it had never been made. */
	readonly shouldRefresh?: ((event: InvalidationEvent) => boolean) | undefined;
	/**
	 * Whether the sink takes this announcement over, to hand it to {@link Driver.take} later or never. Its
	 * version is not known to be one.
	 */
	holds?(message: Fields): boolean;
	/** Something failed. What is due is tried again by itself. Not called after the stop. */
	readonly failed?: ((context: SyncErrorContext) => void) | undefined;
	/** How the replica is doing has changed. */
	readonly status?: ((status: Status) => void) | undefined;
}

/** How a call ended: without a context, well. */
export type Done = (failure?: SyncErrorContext) => void;

/** What a driver is made of. */
export interface DriverOptions<T> {
	readonly topic: string;
	readonly transport: Transport;
	readonly sink: Sink<T>;
	readonly gate?: GateOptions | undefined;
	readonly logger?: Logger | undefined;
	/** The clock and the timers. Default: the platform's. */
	readonly host?: Host | undefined;
}

/**
 * The run loop of the gate for one topic. What decides is the gate, in Rust; this carries out what
 * it says and tells it what came of that.
 *
 * Nothing that anybody else's code does gets out of it: what throws, rejects, answers twice, late,
 * never or with nonsense is reported, and the driver goes on.
 */
export interface Driver<T> {
	/** The version that the window shows. */
	readonly applied: Version | undefined;
	/** How the replica is doing. */
	readonly status: Status;
	/** Whether it was stopped. */
	readonly hasEnded: boolean;
	/** Listens and fetches. `done` when the first state is applied; what fails on the way is tried again. */
	start(done: Done): void;
	/**
	 * Fetches now, whatever the pacing. `done` when a state at least as new as this call is applied,
	 * or that has failed. Before the start, it fetches once and does not listen.
	 */
	refresh(done: Done): void;
	/** A version exists and its state is at hand: the answer to a write of the window's own. */
	offer(version: Version, data: T): void;
	/** Takes an announcement that the sink has held. */
	take(message: object): void;
	/** Tells whether the window can be seen. Shown again, it fetches whatever it missed. */
	setVisible(isVisible: boolean): void;
	/**
	 * Listens and fetches anew, whatever was under way: the browser had put the page aside, and shows
	 * it again. The backend has ended its subscription, and could not tell it.
	 */
	resume(): void;
	/** Does `call`, now or after the one under way. */
	enter(call: () => void): void;
	/** Ends for good: nothing is applied, fetched or reported any more. */
	stop(): void;
	/** Reports a failure that is not tried again. */
	fail(phase: SyncPhase, error: unknown, extra?: Extra): SyncErrorContext;
}
