import { beforeEach, describe, expect, it, vi } from 'vitest';

import { createTopic, GateLoadError, noopLogger, type Topic, TopicError, type TopicOptions } from '../../src/index.js';
import { realModule, source } from '../source.js';
import { Plugin, refusal } from './backend.js';
import { ending, FIRST, open, pass, type Settings, watchEverything } from './harness.js';

vi.mock('../../src/gate/source.js', async (original) => (await import('../source.js')).controlled(original));

watchEverything();

beforeEach(() => void (source.sync = source.later = undefined));

const dark = (draft: Settings): void => {
	draft.theme = 'dark';
};

/** Every promise that a topic gives. */
const asked = (topic: Topic<Settings>) => [topic.update(dark), topic.replace({} as Settings), topic.refresh(), topic.ready()].map(ending);

const errorsOf = (endings: { error?: TopicError }[]): (TopicError | undefined)[] => endings.map(({ error }) => error);

describe.each<[string, () => void]>([
	['at once', () => void (source.sync = () => { throw new GateLoadError('the policy forbids it'); })],
	['in passing', () => {
		source.sync = () => undefined;
		source.later = () => Promise.reject(new GateLoadError('the policy forbids it'));
	}],
])('where the gate cannot be loaded, which is found out %s', (_, forbid) => {
	it('every promise ends with what forbids it, and the status says so', async () => {
		forbid();
		const backend = new Plugin('settings', FIRST);
		const topic = open(backend);
		const endings = asked(topic);
		await pass();
		for (const error of errorsOf(endings)) {
			expect(error).toBeInstanceOf(TopicError);
			expect(error?.message).toContain('the policy forbids it');
			expect(error?.cause).toBeInstanceOf(GateLoadError);
		}
		expect(errorsOf(endings).map((error) => error?.fate)).toEqual(['notSent', 'notSent', undefined, undefined]);
		expect([topic.status(), topic.get(), topic.pending()]).toEqual([{ type: 'failed' }, undefined, 0]);
		expect(topic.error()?.reason).toContain('the policy forbids it');
		expect(vi.getTimerCount(), 'nothing is tried again by itself').toBe(0);
		expect(backend.calls).toEqual([]);
	});

	it.each(['update', 'ready', 'refresh'] as const)('%s begins anew, which may do', async (how) => {
		forbid();
		const topic = open(new Plugin('settings', FIRST));
		await pass();
		expect(topic.status()).toEqual({ type: 'failed' });
		const module = realModule();
		source.sync = () => module;
		const ended = ending(how === 'update' ? topic.update(dark) : topic[how]());
		await pass();
		expect([ended.error, topic.status(), topic.get()?.theme]).toEqual([undefined, { type: 'live' }, how === 'update' ? 'dark' : 'light']);
	});

	it('who listens from the beginning is told of it, once', async () => {
		forbid();
		const topic = open(new Plugin('settings', FIRST));
		const told: string[] = [];
		topic.onStatus(({ type }) => told.push(type));
		topic.onError(({ phase }) => told.push(phase));
		await pass();
		expect(told).toEqual(['start', 'failed']);
		topic.stop();
		expect(topic.status()).toEqual({ type: 'stopped' });
	});
});

describe('outside a Tauri window', () => {
	const outside = (options: TopicOptions = {}): Topic<Settings> => createTopic<Settings>('settings', options);

	it('every promise ends at once, the status says so, and nothing is left that would keep a process alive', async () => {
		const lines: string[] = [];
		const topic = outside({ logger: { ...noopLogger, error: (line) => lines.push(line) } });
		const endings = asked(topic);
		await pass();
		for (const error of errorsOf(endings)) expect(error?.message).toContain('not within a Tauri window');
		expect(errorsOf(endings).map((error) => error?.fate)).toEqual(['notSent', 'notSent', undefined, undefined]);
		expect([topic.status(), topic.error()?.topic, topic.pending()]).toEqual([{ type: 'failed' }, 'settings', 0]);
		expect(vi.getTimerCount()).toBe(0);
		expect(lines[0]).toContain('subscribe error');
		topic.stop();
	});

	it.each(['update', 'ready', 'refresh'] as const)('%s, asked again, says so again', async (how) => {
		const topic = outside({ logger: noopLogger });
		await pass();
		const again = ending(how === 'update' ? topic.update(dark) : topic[how]());
		await pass();
		expect([again.error?.reason.slice(0, 25), topic.status()]).toEqual(['not within a Tauri window', { type: 'failed' }]);
		expect(vi.getTimerCount()).toBe(0);
		topic.stop();
		await pass();
		expect(topic.status()).toEqual({ type: 'stopped' });
	});
});

describe('before the first state', () => {
	const REFUSALS: [string, string, RegExp][] = [
		['a topic that is misspelt', refusal({ kind: 'unknownTopic', topic: 'setings', known: ['settings'] }), /no topic `setings` is registered; there are: `settings`/],
		['a topic that the window may not read', refusal({ kind: 'denied', access: 'read', topic: 'setings', grant: '`revgate:x`' }), /may not read the topic `setings`: add `revgate:x`/],
		['a plugin that is not there', 'plugin revgate not found', /plugin revgate not found/],
	];

	it.each(REFUSALS)('%s ends every promise, and is tried on', async (_, refusal, words) => {
		const backend = new Plugin('setings', FIRST);
		backend.way = () => Promise.reject(refusal);
		const topic = open(backend);
		const endings = asked(topic);
		await pass();
		for (const error of errorsOf(endings)) expect(error?.message).toMatch(words);
		for (const error of errorsOf(endings)) expect(error?.message).toContain('topic `setings`');
		expect(errorsOf(endings).map((error) => error?.fate)).toEqual(['refused', 'refused', undefined, undefined]);
		expect([topic.status().type, topic.error()?.message.match(words)?.length, topic.pending()]).toEqual(['retrying', 1, 0]);
		await pass(60_000);
		expect(backend.calls.length).toBeGreaterThan(5);
		// As when Rust registers it after all.
		backend.way = async (_, act) => act();
		await pass(10_000);
		expect([topic.status(), topic.get()?.theme]).toEqual([{ type: 'live' }, 'light']);
		expect(await topic.update(dark)).toEqual({ revision: '2' });
	});

	it('a topic that is created later is there with its first word, and has nothing of what was typed before', async () => {
		const backend = new Plugin('settings', FIRST);
		const missing = refusal({ kind: 'unknownTopic', topic: 'settings', known: [] });
		// The plugin has windows wait for one of a family.
		backend.way = (what, act) => (what === 'fetch' ? Promise.reject(missing) : Promise.resolve(act()));
		const topic = open(backend);
		await pass(60_000);
		const typed = ending(topic.update((draft) => void (draft.fontSize = 99)));
		await pass();
		expect(typed.error?.kind).toBe('unknownTopic');
		backend.way = async (_, act) => act();
		backend.change((state: Settings) => ({ ...state, fontSize: 20 }));
		await pass();
		expect([topic.status(), topic.get()?.fontSize]).toEqual([{ type: 'live' }, 20]);
		expect(backend.written).toEqual([]);
	});

	it.each(['update', 'ready', 'refresh'] as const)('%s does not wait for the pause between two tries to end', async (how) => {
		const backend = new Plugin('settings', FIRST);
		backend.way = () => Promise.reject(refusal({ kind: 'unknownTopic', topic: 'settings', known: [] }));
		const topic = open(backend);
		await pass(60_000);
		const refused = ending(how === 'update' ? topic.update(dark) : topic[how]());
		await pass();
		expect(refused.error?.message).toContain('no topic `settings` is registered; there are: none');
		backend.way = async (_, act) => act();
		const taken = ending(how === 'update' ? topic.update(dark) : topic[how]());
		await pass();
		expect([taken.error, topic.status()]).toEqual([undefined, { type: 'live' }]);
	});

	it.each([
		['whose integers need BigInts', '{"id":9007199254740993}', '/id'],
		['without a version', FIRST, undefined],
		['that is no JSON', FIRST.slice(0, -5), undefined],
	])('a state %s ends what waits for it, too', async (_, state, path) => {
		const backend = new Plugin('settings', '{"id":1}');
		const version = path === undefined ? '' : '"revision":"1",';
		backend.fetch = async () => `{${version}"data":${state}}`;
		const topic = open<Settings>(backend);
		const endings = asked(topic);
		await pass();
		expect(errorsOf(endings).map((error) => [error?.fate, error?.path])).toEqual([['notSent', path], ['notSent', path], [undefined, path], [undefined, path]]);
		expect(topic.status().type).toBe('retrying');
	});

	it('a backend that fails or is slow for once does not: the edit waits, and is made', async () => {
		const backend = new Plugin('settings', FIRST);
		let tries = 0;
		backend.way = (_, act) => {
			tries += 1;
			if (tries === 1) return Promise.reject(new Error('the wire is cut'));
			if (tries === 2) return new Promise(() => {});
			return Promise.resolve(act());
		};
		const topic = open(backend, { writeTimeoutMs: 30_000 });
		const endings = [topic.update(dark), topic.ready()].map(ending);
		await pass(5000);
		expect(endings).toEqual([{}, {}]);
		await pass(20_000);
		expect(endings).toEqual([{ value: { revision: '2' } }, { value: { ...JSON.parse(FIRST), theme: 'dark' } }]);
	});

	it('edits do not wait for ever: no longer than for the answer to a write', async () => {
		const backend = new Plugin('settings', FIRST);
		let isCut = true;
		backend.way = (what, act) => (isCut && what === 'fetch' ? Promise.reject(new Error('the wire is cut')) : Promise.resolve(act()));
		const topic = open(backend);
		const errors: unknown[] = [];
		topic.onError((error) => error.phase === 'write' && errors.push(error));
		const first = ending(topic.update(dark));
		await pass(9000);
		const second = ending(topic.act('dark'));
		await pass(999);
		expect([first, second, topic.pending()]).toEqual([{}, {}, 2]);
		await pass(1);
		for (const { error } of [first, second]) {
			expect([error?.fate, error?.reason]).toEqual(['notSent', 'within 10000 ms there was no state to make it on: the wire is cut']);
		}
		expect([errors, topic.pending()]).toEqual([[first.error], 0]);
		isCut = false;
		const third = ending(topic.update(dark));
		await pass(10_000);
		expect([third.value, topic.get()?.theme, vi.getTimerCount()]).toEqual([{ revision: '2' }, 'dark', 1]);
	});

	it('is another time than after it: a refusal of what would be newer ends no edit', async () => {
		const backend = new Plugin('settings', FIRST);
		const topic = open(backend);
		await pass();
		let answer = (): void => undefined;
		backend.way = (what, act) => (what === 'write' ? new Promise((resolve) => (answer = () => resolve(act()))) : Promise.reject('not now'));
		const written = ending(topic.update(dark));
		const refreshed = ending(topic.refresh());
		await pass();
		expect([written, refreshed.error?.reason]).toEqual([{}, 'not now']);
		answer();
		await pass();
		expect(written).toEqual({ value: { revision: '2' } });
	});

	it('an announcement that is none, and a listener that throws, end nothing', async () => {
		const backend = new Plugin('settings', FIRST);
		let listener: { announced(message: unknown): void } | undefined;
		let answer = (): void => undefined;
		const { subscribe } = backend;
		backend.subscribe = (topic, it) => ((listener = it), subscribe.call(backend, topic, it));
		backend.way = (what, act) => (what === 'fetch' ? new Promise((resolve) => (answer = () => resolve(act()))) : Promise.resolve(act()));
		const topic = open(backend);
		topic.onPending(() => {
			throw new Error('of the app');
		});
		const written = ending(topic.update(dark));
		await pass();
		listener?.announced({ topic: 'settings', revision: 5 });
		await pass();
		expect([written, topic.error()?.phase]).toEqual([{}, 'protocol']);
		answer();
		await pass();
		answer();
		await pass();
		expect(written).toEqual({ value: { revision: '2' } });
	});
});
