import type { ActionBatch, Followed, TopicBackend, Written } from '../../src/index.js';
import type { Version } from '../../src/gate/gate.js';
import { ask, unacted } from '../../src/local/topics.js';
import type { Listener } from '../../src/sync/transport.js';
import { memoryBackend } from '../../src/testing/module.js';
import { Literal, parse } from '../../src/topic/exact/parse.js';
import { isPlainNumber } from '../../src/topic/exact/take.js';
import { asFloat } from '../../src/topic/exact/write.js';
import { diff } from '../../src/topic/patch.js';
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

// Its code is there by then: a test makes backends at once.
const Memory = (await memoryBackend()).constructor as new () => Awaited<ReturnType<typeof memoryBackend>>;

interface Opened {
	readonly memory: InstanceType<typeof Memory>;
	/** The subscription, which ends when it is collected. */
	readonly standing: object;
}

/**
 * The backend in memory of the test kit, with one topic; and around it what a test does to its messages. What
 * it accepts and refuses is decided there, by what decides for windows in Rust.
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
	/** Each state that there was. */
	readonly history: unknown[] = [];
	/** There when something is asked of it: some tests have ten thousand. */
	#opened: Opened | undefined;
	readonly #listeners = new Map<Listener, string>();

	/** @param first the first state, as JSON */
	constructor(
		readonly topic: string,
		readonly first: string,
	) {
		this.history.push(parse(first));
	}

	get #memory(): InstanceType<typeof Memory> {
		return (this.#opened ??= this.#open()).memory;
	}

	#open(): Opened {
		const memory = new Memory();
		const check = (state: string) => {
			// The first state is what it is.
			const fault = this.#opened && this.validate(parse(state) as never);
			return fault && spell(fault);
		};
		const play = (state: string, action: string) => this.#play(parse(state), parse(action));
		ask(() => memory.topic(this.topic, this.first, check, play));
		const standing = memory.subscribe(this.topic, undefined, (news?: string) => news !== undefined && this.#told(news));
		return { memory, standing };
	}

	get subscriptions(): number {
		return this.#listeners.size;
	}

	get version(): Version {
		return this.#opened ? (parse(this.#memory.version(this.topic)) as Version) : { revision: '1' as Revision };
	}

	get revision(): bigint {
		return BigInt(this.version.revision);
	}

	/** The state as JSON. */
	get json(): string {
		return this.#opened ? this.#memory.state(this.topic)! : this.first;
	}

	subscribe(topic: string, listener: Listener, known?: Version): Promise<Unsubscribe | Followed> {
		this.calls.push('subscribe');
		return this.way('subscribe', () => {
			const fetched = this.#fetched(topic, known);
			this.#listeners.set(listener, topic);
			const end = () => void this.#listeners.delete(listener);
			return this.brings ? { end, fetched } : end;
		});
	}

	fetch(topic: string, known: Version | undefined): Promise<string> {
		this.calls.push('fetch');
		return this.way('fetch', () => this.#fetched(topic, known));
	}

	#fetched(topic: string, known: Version | undefined): string {
		return this.#memory.fetch(topic, known && JSON.stringify(known));
	}

	write(topic: string, change: Written): Promise<string> {
		this.calls.push('write');
		this.written.push(change);
		return this.way('write', () => {
			const answer = this.#memory.write(topic, JSON.stringify(change));
			const reason = this.diskFault;
			if (reason !== undefined) throw refusal({ kind: 'notDurable', ...this.version, reason });
			return answer;
		});
	}

	act(topic: string, batch: ActionBatch): Promise<string> {
		this.calls.push('act');
		this.batches.push(batch);
		return this.way('act', () => {
			const { refused, ...acted } = parse(this.#memory.act(topic, JSON.stringify(batch))) as Acted;
			// As the test has it, whatever the kind.
			const own = refused?.map(({ seq, error, ...why }) => (isFields(error) ? { seq, ...error } : { seq, ...why, error }));
			return spell({ ...acted, notDurable: this.diskFault, refused: own });
		});
	}

	/** Forgets which actions were done, as when the backend, or the topic, is started anew. */
	restart(epoch: string): void {
		this.#memory.renew(this.topic, epoch);
	}

	/** A change by Rust, or by another window. */
	change(change: (state: never) => unknown): void {
		this.#memory.set(this.topic, spell(change(structuredClone(parse(this.json)) as never)));
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

	#play(state: unknown, action: unknown): string {
		try {
			return spell(this.apply(state as never, action as never));
		} catch (error) {
			throw error instanceof Unacted ? unacted({ kind: 'refused', error: error.fields }) : error;
		}
	}

	/** What the backend announces, with as much news as the test wants. */
	#told(text: string): void {
		const before = this.history.at(-1);
		const data = parse(this.json);
		this.history.push(data);
		const { topic, revision, epoch } = parse(text) as Version & { topic: string };
		const base = { ...this.version, revision: String(this.revision - 1n) };
		const news = { pull: {}, inline: { data }, patch: { base, patch: diff(before, data) } }[this.delivery];
		this.announce(parse(spell({ topic, revision, epoch, ...news })));
	}
}

/** The answer to actions: what of it is another one here. */
interface Acted {
	readonly refused?: readonly { readonly seq: string; readonly error?: unknown }[];
}

const isFields = (error: unknown): error is object => typeof (error as { kind?: unknown } | undefined)?.kind === 'string';

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
