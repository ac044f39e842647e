/** The window's own edits, on their way to the backend. */

import type { Version } from '../gate/gate.js';
import { attempt } from '../sync/guard.js';
import type { Host } from '../sync/host.js';
import type { Written } from './backend.js';
import { cheapest, whole } from './change.js';
import { type Fate, TopicError } from './error.js';
import { parse, type Place, takeParsed } from './exact/index.js';
import type { Edit, Fallen, Fault, Layer, Optimistic } from './optimistic.js';
import { type Failed, failedBy } from './refusal.js';

/** What a writer needs of the replica that it writes for. */
export interface Replicated {
	readonly topic: string;
	readonly place: Place;
	readonly host: Host;
	/** How long a write may take, and how often in a row it may lose against others'. */
	readonly writeTimeoutMs: number;
	readonly maxRebases: number;
	/** Does `call` when its turn comes, and then what follows from it. */
	enter(call: () => void): void;
	send(change: Written): Promise<string>;
	/** Whether a version's texts are canonical: what is wrong with them is thrown. */
	check(version: Version): void;
	/** Shows the edits as they stand. */
	show(): void;
	/** A write was answered with this state. */
	offer(layer: Layer): void;
	/** A write that could have had this echo has been answered. */
	answered(): void;
	/** Tells of a failure. */
	tell(error: TopicError): void;
}

/** How a write has ended: made, though perhaps not on the disk; or not made, as far as is known. */
type Answer = { layer: Layer; notDurable?: Failed } | { failed: Failed };

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
	/** Counts writes, so that the answer to one that timed out is told from the awaited one. */
	#lastWrite = 0;
	#rebases = 0;
	#behind: Behind | undefined;
	#cancelTimeout: (() => void) | undefined;

	constructor(replica: Replicated, edits: Optimistic) {
		this.#replica = replica;
		this.#edits = edits;
	}

	/** Takes an edit, which is shown at once. */
	take(edit: Edit): void {
		const pushed = this.#edits.push(edit);
		if (pushed.type === 'nothing') edit.done(pushed.version);
		if (pushed.type === 'fallen') this.#tellOfFall({ edit, fault: pushed.fault });
	}

	/** Sends what waits, if no write is under way. */
	write(): void {
		for (;;) {
			const next = this.#edits.nextWrite();
			if (next.type === 'nothing') {
				for (const edit of next.edits) edit.done(next.version);
				continue;
			}
			if (next.type === 'write') this.#send(cheapest(next.change));
			break;
		}
		this.#replica.show();
		this.tellFallen();
	}

	/** Tells of the edits that what lies beneath has made impossible. */
	tellFallen(): void {
		for (const fallen of this.#edits.takeFallen()) this.#tellOfFall(fallen);
	}

	/**
	 * Sends at once what waits behind a write under way: for when the page is about to go, and
	 * nobody will be there to hear how that write ended. What is sent overwrites nobody.
	 */
	flush(): void {
		if (this.#behind) return;
		const behind = this.#edits.writeBehind();
		if (!behind) return;
		// Whole: nobody knows which of two states a patch would be applied to.
		const { change, count, ahead } = behind;
		const answer = this.#ask(whole(change, ahead), change.data);
		const late = new Promise<Answer>((resolve) => void answer.then(this.#afterLimit(resolve)));
		// The page may live on, should it be asked whether it wants to go.
		this.#behind = { count, answer: Promise.race([answer, late]) };
	}

	/** Gives up what waits for a first state, as nothing says that one will come. */
	abandon(failed: Failed): void {
		this.#failAll(this.#edits.clear(), failed);
	}

	/** Gives up whatever was not answered. */
	end(): void {
		this.#cancelTimeout?.();
		const [fate, reason] = this.#edits.isWriting
			? (['unknown', 'the topic was stopped before the backend answered'] as const)
			: (['notSent', 'the topic was stopped before it was sent'] as const);
		for (const edit of this.#edits.clear()) edit.failed(this.failure(fate, { reason }));
	}

	/** An edit that failed. */
	failure(fate: Fate, { reason, ...rest }: Pick<Failed, 'reason'> & Partial<Omit<Failed, 'fate'>>): TopicError {
		const { path, kind, cause } = rest;
		return new TopicError({ topic: this.#replica.topic, phase: 'write', fate, reason, path, kind, cause });
	}

	#send(change: Written): void {
		const id = ++this.#lastWrite;
		const ended = (answer: Answer): void => this.#replica.enter(() => this.#written(id, answer));
		this.#cancelTimeout = this.#afterLimit(ended);
		void this.#ask(change, this.#edits.made).then(ended);
	}

	/** Gives the answer of a write that was not answered in time. */
	#afterLimit(ended: (answer: Answer) => void): () => void {
		const { host, writeTimeoutMs } = this.#replica;
		return host.after(writeTimeoutMs, () => {
			ended({ failed: failedBy(new Error(`no answer within ${writeTimeoutMs} ms`)) });
		});
	}

	/** Sends a change that makes `made` of the state, and reads the answer. Never rejects. */
	#ask(change: Written, made: unknown): Promise<Answer> {
		return attempt(() => this.#replica.send(change)).then(
			(text) => this.#read(text, made),
			(error: unknown) => this.#refused(error, made),
		);
	}

	#read(text: string, made: unknown): Answer {
		try {
			const answer = parse(text) as { revision?: unknown; epoch?: unknown; data?: unknown };
			const { revision, epoch } = answer;
			const version = (epoch === undefined || epoch === null ? { revision } : { revision, epoch }) as Version;
			return { layer: this.#layer(version, 'data' in answer ? answer.data : made) };
		} catch (error) {
			const words = error instanceof Error ? error.message : String(error);
			return { failed: { ...failedBy(error), fate: 'unknown', reason: `malformed answer: ${words}` } };
		}
	}

	#refused(error: unknown, made: unknown): Answer {
		const failed = failedBy(error);
		if (failed.made) return this.#notDurable(failed, { data: made, ...failed.made });
		if (!failed.conflict) return { failed };
		try {
			const { version, data } = failed.conflict;
			const { data: current } = this.#layer(version, data);
			return { failed: { ...failed, conflict: { version, data: current } } };
		} catch (fault) {
			// There is a newer state, which this window cannot read: so it will be once more.
			const words = fault instanceof Error ? fault.message : String(fault);
			return { failed: { ...failed, conflict: undefined, reason: `${failed.reason}, which cannot be read: ${words}` } };
		}
	}

	#notDurable(failed: Failed, { version, data }: Layer): Answer {
		try {
			return { layer: this.#layer(version, data), notDurable: failed };
		} catch (fault) {
			// The state has the edits, and will be fetched with them.
			const words = fault instanceof Error ? fault.message : String(fault);
			return { failed: { ...failed, reason: `${failed.reason}, and what was made cannot be read: ${words}` } };
		}
	}

	#layer(version: Version, data: unknown): Layer {
		this.#replica.check(version);
		return { version, data: takeParsed(data, this.#replica.place) };
	}

	/** Whether this write is under way. */
	#isAwaited(id: number): boolean {
		return id === this.#lastWrite && this.#edits.isWriting;
	}

	#written(id: number, answer: Answer): void {
		if (!this.#isAwaited(id)) return this.#takeLate(answer);
		this.#cancelTimeout?.();
		if (this.#behind) return this.#awaitBehind(id, answer, this.#behind);
		if ('layer' in answer) {
			this.#rebases = 0;
			const edits = this.#edits.accepted(answer.layer);
			this.#offer(answer.layer);
			if (answer.notDurable) this.#failAll(edits, answer.notDurable);
			else for (const edit of edits) edit.done(answer.layer.version);
		} else if (answer.failed.conflict && this.#rebases < this.#replica.maxRebases) {
			this.#rebases += 1;
			this.#edits.lostAgainst(answer.failed.conflict);
			this.#offer(answer.failed.conflict);
		} else {
			this.#giveUp(answer.failed);
		}
		this.#replica.answered();
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
		const reason = rebases === 0 ? failed.reason : `after ${rebases} times that others were faster: ${failed.reason}`;
		if (failed.conflict) this.#edits.learn(failed.conflict);
		const edits = this.#edits.unmade(failed.isByContent);
		// Taken back first, so that the error is the last word on it.
		if (failed.conflict) this.#offer(failed.conflict);
		else this.#replica.show();
		this.#failAll(edits, { ...failed, reason });
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
		const error = this.failure('notSent', fault as Fault);
		this.#replica.tell(error);
		edit.failed(error);
	}
}
