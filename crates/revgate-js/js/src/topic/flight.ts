/** Actions on their way to the backend. */

import type { Version } from '../gate/gate.js';
import { attempt } from '../sync/guard.js';
import type { Host } from '../sync/host.js';
import { type Acted, readActed } from './acted.js';
import type { ActionBatch } from './backend.js';
import type { Actions } from './queue.js';
import { type Failed, failedBy, malformed, noAnswer } from './refusal.js';
import { Timer } from './timer.js';

/** What actions need of the replica that they are sent for. */
export interface Sender {
	readonly host: Host;
	/** How long one message may take; all of a batch together may take three times as long. */
	readonly writeTimeoutMs: number;
	/** How long to wait after so many failures in a row. */
	backoff(failures: number): number;
	/** Does `call` when its turn comes, and then what follows from it. */
	readonly enter: (call: () => void) => void;
	sendActions(batch: ActionBatch): Promise<string>;
	/** Whether a version's texts are canonical: what is wrong with them is thrown. */
	readonly check: (version: Version) => void;
	/** There is a state of this version, wherever it is. */
	readonly hearOf: (version: Version) => void;
}

/** How a batch has ended. */
export type Landed = { acted: Acted } | { failed: Failed };

/** A batch under way. */
interface Flight {
	readonly actions: Actions;
	readonly since: number;
	readonly landed: (landed: Landed) => void;
	/** How often it has been sent. */
	attempts: number;
}

/**
 * Sends actions, one batch at a time, and each again until it is answered: however often it comes, it
 * is done once. As `replica/act.rs` in Rust.
 */
export class Flights {
	readonly #sender: Sender;
	readonly #source: string;
	#flight: Flight | undefined;
	readonly #timer: Timer;

	/** @param source the replica's number, by which the backend knows its actions. */
	constructor(sender: Sender, source: bigint) {
		this.#sender = sender;
		this.#source = String(source);
		this.#timer = new Timer(sender.host, sender.enter);
	}

	send(actions: Actions, landed: (landed: Landed) => void): void {
		this.#flight = { actions, since: this.#sender.host.now(), landed, attempts: 0 };
		this.#sendAgain(this.#flight);
	}

	/**
	 * Sends actions behind those under way, for a page that is about to go. How they end is heard when
	 * their turn comes: they are sent again then, and done once.
	 */
	sendBehind(actions: Actions): void {
		attempt(() => this.#sender.sendActions(this.#batch(actions))).catch(() => undefined);
	}

	/** Awaits nothing any more. */
	end(): void {
		this.#timer.cancel();
		this.#flight = undefined;
	}

	#batch({ known: { epoch = '0', revision: known }, json }: Actions): ActionBatch {
		const batch = { source: this.#source, known, actions: json };
		return epoch === '0' ? batch : { ...batch, epoch };
	}

	#sendAgain(flight: Flight): void {
		if (this.#flight !== flight) return;
		const { enter, writeTimeoutMs } = this.#sender;
		const number = ++flight.attempts;
		const heard = (landed: Landed): void => this.#heard(flight, number, landed);
		this.#timer.set(writeTimeoutMs, () => heard({ failed: noAnswer(writeTimeoutMs) }));
		void this.#ask(this.#batch(flight.actions)).then((landed) => enter(() => heard(landed)));
	}

	/** Never rejects. */
	#ask(batch: ActionBatch): Promise<Landed> {
		return attempt(() => this.#sender.sendActions(batch)).then(
			(text) => {
				try {
					return { acted: readActed(text, this.#sender.check) };
				} catch (error) {
					return { failed: malformed(error) };
				}
			},
			(error: unknown) => ({ failed: this.#refused(failedBy(error)) }),
		);
	}

	/** Actions have no base, so that no state is of interest that a refusal may bring. */
	#refused({ conflict, made, ...failed }: Failed): Failed {
		try {
			if (failed.epoch !== undefined) this.#sender.check({ revision: '0', epoch: failed.epoch } as Version);
			return failed;
		} catch (error) {
			return malformed(error);
		}
	}

	#heard(flight: Flight, number: number, landed: Landed): void {
		if (this.#flight !== flight) {
			// It was given up, or is known already; it may tell of a version all the same.
			if ('acted' in landed) this.#sender.hearOf(landed.acted.version);
			return;
		}
		// Whichever of the messages was answered; of those that were not, the last one counts.
		if ('acted' in landed) this.#land(flight, landed);
		else if (number === flight.attempts) this.#failed(flight, landed.failed);
	}

	#failed(flight: Flight, failed: Failed): void {
		const { host, writeTimeoutMs } = this.#sender;
		const { attempts, since, actions } = flight;
		const delay = this.#sender.backoff(attempts);
		if (failed.isLost && host.now() - since + delay < 3 * writeTimeoutMs) {
			this.#timer.set(delay, () => this.#sendAgain(flight));
			return;
		}
		// The message that was lost may have been the one that counted.
		const fate = attempts > 1 || actions.again ? 'unknown' : failed.fate;
		this.#land(flight, { failed: { ...failed, fate } });
	}

	#land(flight: Flight, landed: Landed): void {
		this.end();
		flight.landed(landed);
	}
}
