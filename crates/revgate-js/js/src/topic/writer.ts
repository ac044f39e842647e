/** The window's own edits, on their way to the backend. */

import type { Version } from '../gate/gate.js';
import { attempt } from '../sync/guard.js';
import { type Answer, readAnswer, readRefusal } from './answer.js';
import type { Acted } from './acted.js';
import type { Written } from './backend.js';
import { cheapest, whole } from './change.js';
import type { Edit, Fallen, Layer } from './edit.js';
import { type Fate, TopicError } from './error.js';
import { takeParsed } from './exact/index.js';
import { Flights, type Landed } from './flight.js';
import type { Optimistic } from './optimistic.js';
import { type Failed, failedBy, noAnswer } from './refusal.js';
import type { Replicated } from './replicated.js';
import { Timer } from './timer.js';

/** How long what is announced may take that an answer has told of. As `replica/ahead.rs` in Rust. */
const ON_ITS_WAY_MS = 100;

/** A write sent behind the one under way, which it holds. */
interface Behind {
	/** How many edits it has, those of the write under way among them. */
	readonly count: number;
	readonly answer: Promise<Answer>;
	/** How the write ahead has ended, once it has. */
	ahead?: Answer;
}

/** Sends edits, one write at a time. As `replica/write.rs` and `replica/behind.rs` in Rust. */
export class Writer {
	readonly #replica: Replicated;
	readonly #edits: Optimistic;
	readonly #flights: Flights;
	/** Counts writes, so that the answer to one that timed out is told from the awaited one. */
	#lastWrite = 0;
	#rebases = 0;
	#behind: Behind | undefined;
	/** The newest version that an answer to actions has told of. */
	#newest: Version | undefined;
	/** Ends the wait for an answer; for news of what was done, and for a state that has it; for one to make edits on. */
	readonly #timeout: Timer;
	readonly #news: Timer;
	readonly #arrival: Timer;
	readonly #state: Timer;

	/** @param source the number by which the backend knows the replica's actions. */
	constructor(replica: Replicated, edits: Optimistic, source: bigint) {
		this.#replica = replica;
		this.#edits = edits;
		this.#flights = new Flights(replica, source);
		const timer = (): Timer => new Timer(replica.host, replica.enter);
		[this.#timeout, this.#news, this.#arrival, this.#state] = [timer(), timer(), timer(), timer()];
	}

	/** Takes an edit, which is shown at once. */
	take(edit: Edit): void {
		const pushed = this.#edits.push(edit);
		if (pushed.type === 'kept') this.#replica.dismissError();
		if (pushed.type === 'nothing') edit.done(pushed.version);
		if (pushed.type === 'fallen') this.#tellOfFall({ edit, fault: pushed.fault });
	}

	/** Sends what waits, if no write is under way. */
	write(): void {
		for (;;) {
			const next = this.#edits.nextWrite();
			if (next.type === 'lost') {
				const reason = 'the topic has been started anew since it was sent';
				this.#failAll(next.edits, { ...failedBy(new Error(reason)), fate: 'unknown' });
				continue;
			}
			if (next.type === 'write') this.#send(cheapest(next.change));
			if (next.type === 'act') {
				// The answer to a write that was given up is not the answer to these.
				this.#lastWrite += 1;
				this.#flights.send(next.actions, (landed) => this.#landed(landed));
			}
			break;
		}
		this.#limitWait();
		this.#replica.show();
		this.tellEnded();
	}

	/** Edits wait for a state to be made on no longer than for the answer to a write. */
	#limitWait(): void {
		if (this.#edits.isWriting || this.#edits.pending === 0) return this.#state.cancel();
		if (this.#state.isSet) return;
		const { writeTimeoutMs } = this.#replica;
		this.#state.set(writeTimeoutMs, () => {
			const { error } = this.#replica;
			const words = `within ${writeTimeoutMs} ms there was no state to make it on${error ? `: ${error.reason}` : ''}`;
			this.abandon({ ...failedBy(new Error(words, { cause: error })), fate: 'notSent' });
		});
		if (!this.#news.isSet) this.#hasten();
	}

	/** An edit of the window's own is neither paced nor put off until the window is shown. */
	#hasten(): void {
		if (this.#state.isSet) this.#replica.hasten();
	}

	/** Tells of the edits that what lies beneath has made impossible, and of those that it has by now. */
	tellEnded(): void {
		for (const fallen of this.#edits.takeFallen()) this.#tellOfFall(fallen);
		for (const { edit, version } of this.#edits.takeArrived()) edit.done(version);
		if (this.#edits.isCatchingUp) return;
		this.#arrival.cancel();
		this.#news.cancel();
	}

	/**
	 * Sends at once what waits behind a write under way: for when the page is about to go, and
	 * nobody will be there to hear how that write ended. What is sent overwrites nobody.
	 */
	flush(): void {
		this.#flushWrites();
		const actions = this.#edits.actionsBehind();
		if (actions) this.#flights.sendBehind(actions);
	}

	#flushWrites(): void {
		if (this.#behind) return;
		const behind = this.#edits.writeBehind();
		if (!behind) return;
		// Whole: nobody knows which of two states a patch would be applied to.
		const { change, count, ahead } = behind;
		const answer = this.#ask(whole(change, ahead), change.data);
		const { host, writeTimeoutMs } = this.#replica;
		const late = new Promise<Answer>((resolve) => {
			void answer.then(host.after(writeTimeoutMs, () => resolve({ failed: noAnswer(writeTimeoutMs) })));
		});
		// The page may live on, should it be asked whether it wants to go.
		this.#behind = { count, answer: Promise.race([answer, late]) };
	}

	/** Gives up what waits for a state, as nothing says that one will come. */
	abandon(failed: Failed): void {
		const edits = this.#edits.giveUpWaiting();
		// Taken back first, so that the error is the last word on it.
		this.#replica.show();
		const isSent = ({ ask }: Edit): boolean => ask?.sentOn !== undefined;
		this.#failAll(edits.filter((edit) => !isSent(edit)), failed);
		this.#failAll(edits.filter(isSent), { ...failed, fate: 'unknown' });
	}

	/** Gives up whatever was not answered. */
	end(): void {
		for (const timer of [this.#timeout, this.#news, this.#arrival, this.#state]) timer.cancel();
		this.#flights.end();
		this.#tellDone();
		const { isWriting } = this.#edits;
		for (const edit of this.#edits.clear()) {
			const [fate, reason] =
				isWriting || edit.ask?.sentOn !== undefined
					? (['unknown', 'the topic was stopped before the backend answered'] as const)
					: (['notSent', 'the topic was stopped before it was sent'] as const);
			edit.failed(this.failure(fate, { reason }));
		}
	}

	/** An edit that failed. */
	failure(fate: Fate, { reason, ...rest }: Pick<Failed, 'reason'> & Partial<Omit<Failed, 'fate'>>): TopicError {
		const { path, kind, refused, cause } = rest;
		return new TopicError({ topic: this.#replica.topic, phase: 'write', fate, reason, path, kind, refused, cause });
	}

	#send(change: Written): void {
		const id = ++this.#lastWrite;
		const { enter, writeTimeoutMs } = this.#replica;
		const ended = (answer: Answer): void => this.#written(id, answer);
		this.#timeout.set(writeTimeoutMs, () => ended({ failed: noAnswer(writeTimeoutMs) }));
		void this.#ask(change, this.#edits.made).then((answer) => enter(() => ended(answer)));
	}

	/** Sends a change that makes `made` of the state, and reads the answer. Never rejects. */
	#ask(change: Written, made: unknown): Promise<Answer> {
		const { check, place } = this.#replica;
		const layer = (version: Version, data: unknown): Layer => {
			check(version);
			return { version, data: takeParsed(data, place) };
		};
		const reader = { layer, isNewer: this.#edits.isNewer };
		return attempt(() => this.#replica.send(change)).then(
			(text) => readAnswer(text, change.base, made, reader),
			(error: unknown) => readRefusal(error, made, reader),
		);
	}

	/** Whether this write is under way. */
	#isAwaited(id: number): boolean {
		return id === this.#lastWrite && this.#edits.isWriting;
	}

	#written(id: number, answer: Answer): void {
		if (!this.#isAwaited(id)) return this.#takeLate(answer);
		this.#timeout.cancel();
		if (this.#behind) return this.#awaitBehind(id, answer, this.#behind);
		if ('layer' in answer) {
			this.#rebases = 0;
			const edits = this.#edits.accepted(answer.layer);
			this.#offer(answer.layer);
			if (answer.notDurable) this.#failAll(edits, answer.notDurable);
		} else if (answer.failed.conflict && this.#rebases < this.#replica.maxRebases) {
			this.#rebases += 1;
			this.#edits.lostAgainst(answer.failed.conflict);
			this.#offer(answer.failed.conflict);
		} else {
			this.#giveUp(answer.failed);
		}
		this.#replica.answered();
	}

	/** Actions have ended. */
	#landed(landed: Landed): void {
		if ('acted' in landed) this.#acted(landed.acted);
		else this.#giveUp(landed.failed);
	}

	#acted({ version, refused: reasons, notDurable }: Acted): void {
		const reasonOf = ({ ask }: Edit): Failed | undefined => ask && reasons.get(ask.seq);
		const { done, refused } = this.#edits.acted(version, (edit) => reasonOf(edit) !== undefined);
		// Taken back first, so that the error is the last word on it.
		this.#replica.show();
		for (const edit of refused) this.#failAll([edit], reasonOf(edit) as Failed);
		if (notDurable !== undefined) {
			this.#failAll(done, { ...failedBy(notDurable), fate: 'notDurable', kind: 'notDurable' });
		}
		// Those that were done are told of when the window shows what has them: or after this time.
		const { writeTimeoutMs } = this.#replica;
		if (!this.#arrival.isSet) this.#arrival.set(writeTimeoutMs, () => this.#tellDone());
		this.#newest = version;
		if (!this.#news.isSet) this.#awaitNews(version);
	}

	/** What is announced of actions brings their change; the answer, which mostly comes before it, has none. */
	#awaitNews(version: Version): void {
		this.#news.set(ON_ITS_WAY_MS, () => {
			this.#replica.hearOf(version);
			this.#hasten();
			if (this.#newest !== version) this.#awaitNews(this.#newest as Version);
		});
	}

	#tellDone(): void {
		for (const { edit, version } of this.#edits.takeArrived(true)) edit.done(version);
	}

	/**
	 * The write ahead has ended; what that means hangs on the one behind, and until that has ended,
	 * too, nothing is sent: it may have been made. Meanwhile the one ahead may end again, by the answer
	 * that comes after its time.
	 */
	#awaitBehind(id: number, ahead: Answer, behind: Behind): void {
		const isAwaited = behind.ahead !== undefined;
		behind.ahead = ahead;
		if (isAwaited) return;
		void behind.answer.then((second) => {
			this.#replica.enter(() => {
				this.#behind = undefined;
				if ('failed' in second && second.failed.fate === 'refused') {
					// It is as if it had never been sent.
					this.#takeLate(second);
					return this.#written(id, behind.ahead ?? ahead);
				}
				// It was made, whatever has become of the other; or nobody knows.
				if (this.#isAwaited(id)) this.#edits.takeBehind(behind.count);
				this.#written(id, second);
			});
		});
	}

	#giveUp(failed: Failed): void {
		const rebases = this.#rebases;
		this.#rebases = 0;
		// In another life of the topic, the window waits for the first state that it hears of.
		const first = failed.epoch === undefined ? undefined : ({ revision: '0', epoch: failed.epoch } as Version);
		if (first) this.#edits.holdUntil(first);
		const reason = rebases === 0 ? failed.reason : `after ${rebases} times that others were faster: ${failed.reason}`;
		if (failed.conflict) this.#edits.learn(failed.conflict);
		const edits = this.#edits.unmade(failed.isByContent && failed.fate === 'refused');
		// Taken back first, so that the error is the last word on it.
		if (failed.conflict) this.#offer(failed.conflict);
		else this.#replica.show();
		this.#failAll(edits, { ...failed, fate: failed.conflict ? 'outraced' : failed.fate, reason });
		if (first) this.#replica.hearOf(first);
	}

	#failAll(edits: readonly Edit[], failed: Failed): void {
		if (edits.length === 0) return;
		const error = this.failure(failed.fate, failed);
		this.#replica.tell(error);
		for (const edit of edits) edit.failed(error);
	}

	/**
	 * Takes the answer to a write that was given up: it may tell of a version that nobody else has
	 * told of.
	 */
	#takeLate(answer: Answer): void {
		const layer = 'layer' in answer ? answer.layer : answer.failed.conflict;
		if (!layer) return;
		this.#edits.learn(layer);
		this.#offer(layer);
	}

	#offer(layer: Layer): void {
		this.#replica.show();
		this.#replica.offer(layer);
	}

	#tellOfFall({ edit, fault }: Fallen): void {
		const error = this.failure('notSent', fault);
		this.#replica.tell(error);
		edit.failed(error);
	}
}
