import type { ActionBatch, Followed, TopicBackend, Written } from '../../src/index.js';
import type { Version } from '../../src/gate/gate.js';
import type { Listener } from '../../src/sync/transport.js';
import { parse } from '../../src/topic/exact/parse.js';
import { isSame } from '../../src/sync/messages.js';
import type { Revision, Unsubscribe } from '../../src/types.js';
import { type Apply, Plugin, refusal } from '../topic/backend.js';

/** What was asked of one topic, or of all: `doc:42 write`. */
type Call = string;

/** A topic of a family, which tells that of each change. */
class Member extends Plugin {
	constructor(
		topic: string,
		state: string,
		readonly changed: () => void,
	) {
		super(topic, state);
	}

	override announce(message: unknown): void {
		super.announce(message);
		this.changed();
	}
}

/** A family of the plugin, in memory: what it announces and answers is what `shared/src/wire/family.rs` has, as text. */
export class Family implements TopicBackend {
	readonly calls: Call[] = [];
	/** Each announcement of the family, as text. */
	readonly announced: string[] = [];
	/** Holds up what is asked of the family as a whole: all calls wait for it. */
	gate: Promise<unknown> = Promise.resolve();
	/** Whether announcements bring no members: too much has changed. */
	isBare = false;
	/** Whether announcements are lost. */
	isDeaf = false;
	/** What the family as a whole is refused with. */
	denial: object | undefined;
	apply: Apply | undefined;
	revision = 0n;
	#epochs = 0;
	readonly members = new Map<string, Member>();
	/** At which revision of the family each key changed last. */
	readonly #changes = new Map<string, bigint>();
	readonly #listeners = new Set<Listener>();

	/** @param largest how long the state of a member may be to be sent along */
	constructor(
		readonly name: string,
		states: Readonly<Record<string, string>> = {},
		readonly largest = 6 * 1024,
	) {
		for (const [key, state] of Object.entries(states)) this.create(key, state);
	}

	get subscriptions(): number {
		return this.#listeners.size;
	}

	/** So many subscriptions to one member. */
	subscriptionsTo(key: string): number {
		return this.members.get(key)?.subscriptions ?? 0;
	}

	member(key: string): Plugin {
		return this.members.get(key)!;
	}

	create(key: string, state: string): void {
		const member = new Member(`${this.name}:${key}`, state, () => this.#changed([key]));
		member.brings = true;
		if (this.#epochs > 0) member.restart(String(this.#epochs));
		if (this.apply) member.apply = this.apply;
		this.members.set(key, member);
		this.#changed([key]);
	}

	remove(key: string): void {
		const member = this.members.get(key)!;
		this.members.delete(key);
		// One that comes again is of another life.
		this.#epochs += 1;
		member.endSubscriptions();
		this.#changed([key]);
	}

	/** Changes a member, as Rust or another window does. */
	change<T>(key: string, change: (state: T) => T): void {
		this.member(key).change(change as never);
	}

	endSubscriptions(): void {
		const listeners = [...this.#listeners];
		this.#listeners.clear();
		for (const listener of listeners) listener.ended(undefined);
	}

	async subscribe(topic: string, listener: Listener, known: Version | undefined): Promise<Unsubscribe | Followed> {
		this.calls.push(`${topic} subscribe`);
		if (!this.#isWhole(topic)) return this.#of(topic).subscribe(topic, listener, known);
		await this.gate;
		this.#check();
		this.#listeners.add(listener);
		return { end: () => void this.#listeners.delete(listener), fetched: this.#answer(known) };
	}

	async fetch(topic: string, known: Version | undefined): Promise<string> {
		this.calls.push(`${topic} fetch`);
		if (!this.#isWhole(topic)) return this.#of(topic).fetch(topic, known);
		await this.gate;
		this.#check();
		return this.#answer(known);
	}

	async write(topic: string, change: Written): Promise<string> {
		this.calls.push(`${topic} write`);
		return this.#of(topic).write(topic, change);
	}

	async act(topic: string, batch: ActionBatch): Promise<string> {
		this.calls.push(`${topic} act`);
		return this.#of(topic).act(topic, batch);
	}

	/** Sends whatever it is to whoever listens. */
	announce(message: unknown): void {
		for (const listener of [...this.#listeners]) listener.announced(message);
	}

	#isWhole(topic: string): boolean {
		return topic === `${this.name}:*`;
	}

	#of(topic: string): Plugin {
		const found = this.members.get(topic.slice(this.name.length + 1));
		if (found && topic.startsWith(this.name)) return found;
		throw refusal({ kind: 'unknownTopic', topic, known: [] });
	}

	#check(): void {
		if (this.denial) throw refusal(this.denial);
	}

	get #version(): Version {
		return { revision: String(this.revision) as Revision };
	}

	#changed(keys: readonly string[]): void {
		const base = this.#version;
		this.revision += 1n;
		for (const key of keys) this.#changes.set(key, this.revision);
		const news = this.isBare ? '' : `,"base":${JSON.stringify(base)},"patch":${this.#patch(keys)}`;
		const text = `{"topic":"${this.name}","revision":"${this.revision}"${news}}`;
		if (this.isDeaf) return;
		this.announced.push(text);
		this.announce(parse(text));
	}

	#patch(keys: readonly string[]): string {
		return `{${keys.map((key) => `${JSON.stringify(key)}:${this.#told(key)}`).join()}}`;
	}

	#told(key: string): string {
		const member = this.members.get(key);
		if (!member) return 'null';
		const version = JSON.stringify(member.version).slice(0, -1);
		return member.json.length > this.largest ? `${version}}` : `${version},"data":${member.json}}`;
	}

	#answer(known: Version | undefined): string {
		const version = JSON.stringify(this.#version).slice(0, -1);
		if (known === undefined) return `${version},"data":${this.#patch([...this.members.keys()])}}`;
		if (isSame(known, this.#version)) return `${version}}`;
		const since = [...this.#changes].filter(([, at]) => at > BigInt(known.revision)).map(([key]) => key);
		return `${version},"base":${JSON.stringify(known)},"patch":${this.#patch(since)}}`;
	}
}
