import type { ActionBatch, Followed, TopicBackend, Written } from '../../src/index.js';
import type { Version } from '../../src/gate/gate.js';
import type { Listener } from '../../src/sync/transport.js';
import { Literal, parse } from '../../src/topic/exact/parse.js';
import { pointerOfPath } from '../../src/topic/exact/pointer.js';
import { isPlainNumber } from '../../src/topic/exact/take.js';
import { asFloat } from '../../src/topic/exact/write.js';
import { applyPatch, diff, isSame } from '../../src/topic/patch.js';
import type { Revision, Unsubscribe } from '../../src/types.js';

/** A call on its way, which a test may hold up, lose, or answer late. */
export type Way = <A>(what: 'subscribe' | 'fetch' | 'write' | 'act' | 'announce', act: () => A) => Promise<A>;

const atOnce: Way = async (_, act) => act();

/** What the backend finds wrong with a state, as `Topic::validate` in Rust. */
export type Validate = (state: never) => { path: string; reason: string } | undefined;

/** Does an action, as `Action::apply` in Rust: returns the state to be, or throws why it is not done. */
export type Apply = (state: never, action: never) => unknown;

/** Why an action is not done, with the fields of the wire. */
export class Unacted extends Error {
	constructor(readonly fields: { kind: string } & Record<string, unknown>) {
		super(fields.kind);
	}
}

/** How an action has ended: the version by then, and why it was not done. */
interface Outcome {
	readonly version: Version;
	readonly why?: object | undefined;
}

interface Asked {
	readonly seq: string;
	readonly at: string;
	readonly action: never;
}

/**
 * The plugin, in memory: what it accepts, refuses and announces is what
 * `crates/tauri-plugin-revgate` does, and all of it crosses as text.
 */
export class Plugin implements TopicBackend {
	way: Way = atOnce;
	/** Whether the state comes with a subscription, as it does from the plugin. */
	brings = false;
	/** How announcements bring news: by version alone, with the state, or as a patch. */
	delivery: 'pull' | 'inline' | 'patch' = 'pull';
	validate: Validate = () => undefined;
	/** Why what is written is not on the disk, as of a durable topic. */
	diskFault: string | undefined;
	/** What was asked of it, in its order. */
	readonly calls: string[] = [];
	/** Each change as it came. */
	readonly written: Written[] = [];
	/** Each batch of actions as it came. */
	readonly batches: ActionBatch[] = [];
	apply: Apply = () => {
		throw new Unacted({ kind: 'unreadable', reason: 'there are no actions' });
	};
	/** How each action has ended, by its source and its number; of each source, its last number. */
	readonly #ledger = new Map<string, Outcome>();
	readonly #last = new Map<string, bigint>();
	/** Each state that there was. */
	readonly history: unknown[] = [];
	revision = 1n;
	epoch: string | undefined;
	#data: unknown;
	readonly #listeners = new Map<Listener, string>();

	/** @param state the first state, as JSON */
	constructor(
		readonly topic: string,
		state: string,
	) {
		this.#data = parse(state);
		this.history.push(this.#data);
	}

	get subscriptions(): number {
		return this.#listeners.size;
	}

	get version(): Version {
		const revision = String(this.revision) as Revision;
		return this.epoch === undefined ? { revision } : { revision, epoch: this.epoch };
	}

	/** The state as JSON. */
	get json(): string {
		return spell(this.#data);
	}

	subscribe(topic: string, listener: Listener, known?: Version): Promise<Unsubscribe | Followed> {
		this.calls.push('subscribe');
		return this.way('subscribe', () => {
			this.#find(topic);
			this.#listeners.set(listener, topic);
			const end = () => void this.#listeners.delete(listener);
			return this.brings ? { end, fetched: this.#answer(known) } : end;
		});
	}

	fetch(topic: string, known: Version | undefined): Promise<string> {
		this.calls.push('fetch');
		return this.way('fetch', () => {
			this.#find(topic);
			return this.#answer(known);
		});
	}

	#answer(known: Version | undefined): string {
		const { version } = this;
		const isKnown = known?.revision === version.revision && known.epoch === version.epoch;
		return spell({ ...version, ...(isKnown ? {} : { data: this.#data }) });
	}

	write(topic: string, change: Written): Promise<string> {
		this.calls.push('write');
		this.written.push(change);
		return this.way('write', () => {
			this.#find(topic);
			const { base } = change;
			const isBase = base.revision === String(this.revision) && base.epoch === this.epoch;
			if (!isBase && !this.#isAhead(change)) throw refusal({ kind: 'conflict', ...this.version, data: this.#data });
			this.#replace(this.#made(change));
			const reason = this.diskFault;
			if (reason !== undefined) throw refusal({ kind: 'notDurable', ...this.version, reason });
			return spell(this.version);
		});
	}

	act(topic: string, batch: ActionBatch): Promise<string> {
		this.calls.push('act');
		this.batches.push(batch);
		return this.way('act', () => {
			this.#find(topic);
			const epoch = this.epoch ?? '0';
			if ((batch.epoch ?? '0') !== epoch) throw refusal({ kind: 'otherEpoch', epoch: this.epoch });
			const asked = parse(batch.actions) as Asked[];
			const base = this.version;
			const outcomes = this.#once(batch.source, asked);
			const versions = asked.map(({ seq }) => outcomes.get(seq)!.version.revision);
			const revision = versions.reduce((one, other) => (BigInt(one) > BigInt(other) ? one : other), versions[0]!);
			const refused = asked.flatMap(({ seq }) => outcomes.get(seq)?.why ?? []);
			const notDurable = this.diskFault;
			return spell({ ...base, revision, base, notDurable, ...(refused.length > 0 && { refused }) });
		});
	}

	/** Forgets which actions were done, as when the backend, or the topic, is started anew. */
	restart(epoch: string): void {
		this.epoch = epoch;
		this.#ledger.clear();
		this.#last.clear();
	}

	/** Does those that are new, in one write. */
	#once(source: string, asked: readonly Asked[]): ReadonlyMap<string, Outcome> {
		let data = this.#data;
		const whys = new Map<string, object | undefined>();
		const outcomes = new Map<string, Outcome>();
		for (const { seq, action } of asked) {
			const known = this.#ledger.get(`${source}.${seq}`);
			if (known) outcomes.set(seq, known);
			else if (BigInt(seq) <= (this.#last.get(source) ?? 0n)) outcomes.set(seq, { version: this.version, why: { seq, kind: 'forgotten' } });
			else {
				this.#last.set(source, BigInt(seq));
				whys.set(seq, undefined);
				try {
					data = this.apply(structuredClone(data) as never, action);
				} catch (error) {
					if (!(error instanceof Unacted)) throw error;
					whys.set(seq, { seq, ...error.fields });
				}
			}
		}
		this.#replace(data);
		for (const [seq, why] of whys) {
			const outcome = { version: this.version, why };
			this.#ledger.set(`${source}.${seq}`, outcome);
			outcomes.set(seq, outcome);
		}
		return outcomes;
	}

	/** A change by Rust, or by another window. */
	change(change: (state: never) => unknown): void {
		this.#replace(change(structuredClone(this.#data) as never));
	}

	/** Ends every subscription, as when the topic is removed. */
	endSubscriptions(): void {
		const listeners = [...this.#listeners.keys()];
		this.#listeners.clear();
		for (const listener of listeners) listener.ended(undefined);
	}

	/** Sends whatever it is to whoever listens. */
	announce(message: unknown): void {
		for (const listener of [...this.#listeners.keys()]) {
			void this.way('announce', () => listener.announced(message)).catch(() => undefined);
		}
	}

	#find(topic: string): void {
		if (topic === this.topic) return;
		throw refusal({ kind: 'unknownTopic', topic, known: [this.topic] });
	}

	#isAhead(change: Written): boolean {
		const ahead = 'ahead' in change ? change.ahead : undefined;
		const isNext = BigInt(change.base.revision) + 1n === this.revision && change.base.epoch === this.epoch;
		return ahead !== undefined && isNext && isSame(parse(ahead), this.#data);
	}

	#made(change: Written): unknown {
		const made = 'data' in change ? parse(change.data) : this.#patched(change.patch);
		const fault = this.validate(made as never);
		if (fault) throw refusal({ kind: 'invalid', ...fault });
		return made;
	}

	#patched(patch: string): unknown {
		try {
			return applyPatch(this.#data, parse(patch));
		} catch (error) {
			throw refusal({ kind: 'patchFailed', operation: 0, path: pointerOfPath(''), reason: String(error) });
		}
	}

	#replace(data: unknown): void {
		if (isSame(this.#data, data)) return;
		const [base, before] = [this.version, this.#data];
		this.revision += 1n;
		this.#data = data;
		this.history.push(data);
		const news = {
			pull: {},
			inline: { data },
			patch: { base, patch: diff(before, data) },
		}[this.delivery];
		this.announce(parse(spell({ topic: this.topic, ...this.version, ...news })));
	}
}

/** A refusal, as a command rejects with it in the form of text. */
export function refusal(fields: object): string {
	return spell(fields);
}

function spell(value: unknown): string {
	if (value instanceof Literal) return value.text;
	if (typeof value === 'number' && !isPlainNumber(value)) return asFloat(value);
	if (Array.isArray(value)) return `[${value.map(spell).join()}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const fields = Object.entries(value).filter(([, value]) => value !== undefined);
	return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${spell(value)}`).join()}}`;
}
