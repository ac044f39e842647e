import type { GateStatus, Version } from '../gate/gate.js';
import type { InvalidationEvent, SyncErrorContext, Unsubscribe } from '../types.js';

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

/**
 * The way to the backend and back. It may lose, repeat, delay and reorder announcements, throw
 * where it should reject, and never answer: the driver copes.
 */
export interface Transport {
	/** Asks for every announcement. The function that it resolves to ends that. */
	subscribe(listener: Listener): Promise<Unsubscribe>;
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
	shouldRefresh?(event: InvalidationEvent): boolean;
	/** Whether the sink takes this announcement over, to hand it to {@link Driver.take} later or never. */
	holds?(event: InvalidationEvent, message: unknown): boolean;
	/** Something failed. What is due is tried again by itself. Not called after the stop. */
	failed?(context: SyncErrorContext): void;
	/** How the replica is doing has changed. */
	status?(status: Status): void;
}

/** How a call ended: without a context, well. */
export type Done = (failure?: SyncErrorContext) => void;
