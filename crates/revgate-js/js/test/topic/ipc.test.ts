import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type ActionBatch, createTopic, noopLogger, type Topic, type TopicError } from '../../src/index.js';
import type { Version } from '../../src/gate/gate.js';
import { invoke, NoBackendError, openChannel } from '../../src/tauri/ipc.js';
import { ending, FIRST, gatekeeper, pass, type Settings, watchEverything } from './harness.js';
import { Plugin } from './backend.js';

watchEverything();

/** Tauri's internals, as its `core.js` has them: what is registered stays until somebody takes it out. */
class Tauri {
	readonly callbacks = new Map<number, (message: unknown) => void>();
	readonly plugin = new Plugin('settings', FIRST);
	readonly warnings: number[] = [];
	/** Whether the plugin is of before states came with subscriptions. */
	isOld = false;
	/** Whether the backend tells a channel of its end, and answers. */
	isWellBehaved = true;
	#last = 0;

	constructor() {
		this.plugin.brings = true;
	}

	readonly transformCallback = (callback: (message: unknown) => void): number => {
		this.callbacks.set(++this.#last, callback);
		return this.#last;
	};

	readonly unregisterCallback = (id: number): void => void this.callbacks.delete(id);

	readonly runCallback = (id: number, message: unknown): void => {
		const callback = this.callbacks.get(id);
		if (callback) callback(message);
		else this.warnings.push(id);
	};

	readonly #ends = new Map<number, () => void>();

	/** Tauri's own words about a command that no capability has. */
	denied: string | undefined;

	readonly invoke = async (command: string, args: Record<string, never>): Promise<unknown> => {
		expect(args['form']).toBe('text');
		if (this.denied === command) throw `Command ${command} not allowed by ACL`;
		const bytes = async (answer: Promise<string>) => new TextEncoder().encode(await answer).buffer;
		switch (command) {
			case 'plugin:revgate|subscribe': {
				const channel = Number(String(args['news']).split(':')[1]);
				let index = 0;
				const announced = (message: unknown): void =>
					this.runCallback(channel, { index: index++, message: JSON.stringify(message) });
				const end = (): void => {
					if (this.isWellBehaved) this.runCallback(channel, { index, end: true });
				};
				const wanted = args['snapshot'] as { known?: Version } | undefined;
				const listener = { announced, ended: end, signal: new AbortController().signal };
				const answer = await this.plugin.subscribe(args['topic'] as never, listener, wanted?.known);
				const { end: stop, fetched } = typeof answer === 'function' ? { end: answer, fetched: undefined } : answer;
				this.#ends.set(channel, () => (stop(), end()));
				return this.isOld || fetched === undefined ? channel : bytes(Promise.resolve(`${channel}\n${fetched}`));
			}
			case 'plugin:revgate|unsubscribe':
				this.#ends.get(args['subscription'] as never)?.();
				return true;
			case 'plugin:revgate|snapshot':
				return bytes(this.plugin.fetch(args['topic'] as never, args['known'] as never));
			case 'plugin:revgate|act': {
				const { topic, form: _, ...batch } = args as never as { topic: string; form: string } & ActionBatch;
				return bytes(this.plugin.act(topic, batch));
			}
			default:
				return bytes(this.plugin.write(args['topic'] as never, { ...args, ahead: args['aheadOf'] } as never));
		}
	};
}

const page = globalThis as { __TAURI_INTERNALS__?: unknown };
let tauri: Tauri;
beforeEach(() => void (page.__TAURI_INTERNALS__ = tauri = new Tauri()));
afterEach(() => void delete page.__TAURI_INTERNALS__);

const open = (): Topic<Settings> => createTopic<Settings>('settings', { logger: noopLogger });

describe("the page's table of functions", () => {
	it('is after the last handle has stopped what it was before', async () => {
		const handles = [open(), open()];
		await pass();
		await handles[1]!.update((draft) => void (draft.theme = 'dark'));
		expect([handles[0]!.get()?.theme, tauri.callbacks.size]).toEqual(['dark', 1]);
		for (const handle of handles) handle.stop();
		await pass();
		expect([tauri.callbacks.size, tauri.plugin.subscriptions, tauri.warnings]).toEqual([0, 0, []]);
	});

	it('is so if it stops before its subscription stands, at whatever moment', async () => {
		for (let turns = 0; turns < 12; turns += 1) {
			const topic = open();
			for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
			topic.stop();
			await pass();
			expect([turns, tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual([turns, 0, 0]);
		}
	});

	it('is so if the backend never lets go of the channel', async () => {
		tauri.isWellBehaved = false;
		const topic = open();
		await pass();
		topic.stop();
		await pass(1000);
		expect([tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual([0, 0]);
	});

	it('is so if no subscription is ever answered, however often it is asked for', async () => {
		tauri.plugin.way = (what, act) => (what === 'subscribe' ? new Promise(() => {}) : Promise.resolve(act()));
		const topic = open();
		for (let tries = 0; tries < 5; tries += 1) {
			await pass(25_000);
			expect(tauri.callbacks.size, 'the one that is waited for, and one that may have its last word').toBeLessThan(3);
		}
		expect(tauri.plugin.calls.filter((it) => it === 'subscribe').length).toBeGreaterThan(4);
		topic.stop();
		await pass(1000);
		expect(tauri.callbacks.size).toBe(0);
	});

	it.each(['a time-out', 'a stop'])('is so if subscriptions are answered after %s, which ends them', async (after) => {
		const { opens: answers, open: answer } = gatekeeper();
		tauri.plugin.way = async (what, act) => {
			if (what === 'subscribe') await answers;
			return act();
		};
		const topic = open();
		await pass(after === 'a stop' ? 0 : 10_600);
		if (after === 'a stop') topic.stop();
		await pass(5000);
		const isLive = after !== 'a stop';
		answer();
		await pass(1000);
		expect([tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual(isLive ? [1, 1] : [0, 0]);
		expect(topic.status().type).toBe(isLive ? 'live' : 'stopped');
		topic.stop();
		await pass(1000);
		expect([tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual([0, 0]);
	});

	it('is so if the end of a subscription is never answered', async () => {
		const topic = open();
		await pass();
		const { invoke } = tauri;
		const hung = (command: string, args: never) => (command.endsWith('unsubscribe') ? new Promise(() => {}) : invoke(command, args));
		page.__TAURI_INTERNALS__ = Object.assign(Object.create(tauri), { invoke: hung });
		topic.stop();
		await pass(1000);
		expect(tauri.callbacks.size).toBe(0);
	});

	it('holds one for each subscription, also if the backend has ended the one before', async () => {
		const topic = open();
		await pass();
		tauri.plugin.endSubscriptions();
		await pass(1000);
		expect([topic.status(), tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual([{ type: 'live' }, 1, 1]);
		topic.stop();
		await pass();
		expect(tauri.callbacks.size).toBe(0);
	});
});

it('a message that comes late or out of order, or after the end, does no harm', async () => {
	const received: unknown[] = [];
	const ended = vi.fn();
	const channel = openChannel({ received: (message) => received.push(message), ended });
	const id = Number(channel.argument.split(':')[1]);
	const callback = tauri.callbacks.get(id)!;
	callback({ index: 2, message: 'c' });
	callback({ index: 0, message: 'a' });
	callback(null);
	callback({ index: 3, end: true });
	callback({ index: 1, message: 'b' });
	expect([received, ended.mock.calls.length, tauri.callbacks.size]).toEqual([['c', 'a', null], 1, 0]);
	channel.release();
});

it('what comes in place of an announcement is reported, and the next one is heard', async () => {
	const topic = open();
	const errors: string[] = [];
	topic.onError(({ phase }) => errors.push(phase));
	await pass();
	for (const message of [null, 7, 'no JSON', '[]', '{}', '{"topic":"settings","revision":5}', '"text"']) {
		tauri.runCallback(1, { index: 0, message });
	}
	await pass();
	expect(errors.length).toBeGreaterThan(4);
	expect(new Set(errors)).toEqual(new Set(['protocol']));
	tauri.plugin.change((state: Settings) => ({ ...state, theme: 'dark' }));
	await pass();
	expect(topic.get()?.theme).toBe('dark');
	topic.stop();
});

it('outside Tauri an edit is not sent, and says so once there was a state', async () => {
	const topic = open();
	await pass();
	delete page.__TAURI_INTERNALS__;
	await expect(invoke('any')).rejects.toBeInstanceOf(NoBackendError);
	await expect(topic.update((draft) => void (draft.theme = 'dark'))).rejects.toMatchObject({ fate: 'notSent' });
	topic.stop();
});

it('a window that shows a state does not give up, should it be cut off from Tauri', async () => {
	const topic = open();
	await pass();
	delete page.__TAURI_INTERNALS__;
	tauri.plugin.endSubscriptions();
	await pass(5000);
	expect([topic.status().type, topic.get()?.theme]).toEqual(['retrying', 'light']);
	page.__TAURI_INTERNALS__ = tauri;
	tauri.plugin.change((state: Settings) => ({ ...state, theme: 'dark' }));
	await pass(10_000);
	expect([topic.status().type, topic.get()?.theme]).toEqual(['live', 'dark']);
	topic.stop();
});

describe('a page that goes', () => {
	it.runIf(typeof document !== 'undefined').each(['beforeunload', 'pagehide'])('sends what waits (%s)', async (event) => {
		const topic = open();
		await pass();
		tauri.plugin.way = (_, act) => new Promise(() => void act());
		void topic.update((draft) => void (draft.theme = 'dark'));
		void topic.update((draft) => void (draft.fontSize = 20));
		expect(tauri.plugin.written).toHaveLength(1);
		dispatchEvent(new Event(event));
		expect(JSON.parse(tauri.plugin.json), 'both are there, though neither was answered').toMatchObject({ theme: 'dark', fontSize: 20 });
		expect(tauri.plugin.written[1]).toMatchObject({ base: { revision: '1' } });
		topic.stop();
		await pass(20_000);
	});
});

describe('a window that opens', () => {
	const calls: string[] = [];
	beforeEach(() => {
		calls.length = 0;
		const { invoke } = tauri;
		const counted = (command: string, args: never) => (calls.push(command.split('|')[1]!), invoke(command, args));
		page.__TAURI_INTERNALS__ = Object.assign(Object.create(tauri), { invoke: counted });
	});

	it('has its first state after one call', async () => {
		const topic = open();
		await pass();
		expect([topic.get()?.theme, topic.status().type, calls]).toEqual(['light', 'live', ['subscribe']]);
		topic.stop();
		await pass();
	});

	it('has it after two from a plugin of before', async () => {
		tauri.isOld = true;
		const topic = open();
		await pass();
		expect([topic.get()?.theme, topic.status().type, calls]).toEqual(['light', 'live', ['subscribe', 'snapshot']]);
		topic.stop();
		await pass();
		expect([tauri.callbacks.size, tauri.plugin.subscriptions]).toEqual([0, 0]);
	});
});

describe('actions', () => {
	it('are a command, whose arguments are those of the plugin', async () => {
		tauri.plugin.apply = (state: Settings, theme: string) => ({ ...state, theme });
		const topic = open();
		const acted = topic.act('dark');
		await pass();
		expect(await acted).toEqual({ revision: '2' });
		expect(topic.get()?.theme).toBe('dark');
		const [batch] = tauri.plugin.batches;
		expect(Object.keys(batch!).sort()).toEqual(['actions', 'known', 'source']);
		topic.stop();
		await pass();
	});

	it.each([
		['act', 'act', (topic: Topic<Settings>) => topic.act('dark')],
		['patch', 'write', (topic: Topic<Settings>) => topic.update((draft) => void (draft.theme = 'dark'))],
		['subscribe', 'read', (topic: Topic<Settings>) => topic.ready()],
		['snapshot', 'read', (topic: Topic<Settings>) => topic.refresh()],
	] as const)('and all else (%s) that no capability has say which permission is missing', async (command, permission, call) => {
		tauri.denied = `plugin:revgate|${command}`;
		const topic = open();
		const end = ending(call(topic));
		await pass();
		const error = end.error as TopicError;
		const grant = `{ "identifier": "revgate:${permission}", "allow": [{ "topic": "settings" }] }`;
		expect(error.reason).toContain(`the topic \`settings\`: add ${grant} to the permissions of its capability`);
		expect(error.kind).toBe('denied');
		expect(error.fate).toBe(permission === 'read' ? undefined : 'refused');
		topic.stop();
		await pass();
	});
});
