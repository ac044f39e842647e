// What is not as it should be, by the app or by a backend of its own, says what, where and what to do.

import { describe, expect, it, vi } from 'vitest';

import { createTopic, noopLogger, TopicError } from '../../src/index.js';
import { createSharedMemoryStorage, createSnapshotCache } from '../../src/persistence/index.js';
import type { Revision } from '../../src/types.js';
import { ending, FIRST, live, open, pass, type Settings, watchEverything, Window } from './harness.js';
import { Plugin } from './backend.js';

watchEverything();

const dark = (draft: Settings): void => void (draft.theme = 'dark');

async function fate(promise: Promise<unknown>): Promise<unknown[]> {
	const end = ending(promise);
	await pass();
	expect(end.error).toBeInstanceOf(TopicError);
	return [end.error?.fate, end.error?.reason];
}

describe('what is given to a handle', () => {
	it.each([['x', 'string'], [undefined, 'undefined'], [{}, 'object']])('is a recipe that is none: %j', async (recipe, type) => {
		const { topic, window, backend } = await live();
		const told = ['notSent', `\`recipe\` must be a function, not ${type}`];
		expect(await fate(topic.update(recipe as never))).toEqual(told);
		expect(window.errors.map(({ fate, reason }) => [fate, reason])).toEqual([told]);
		expect(backend.calls).toEqual([]);
	});

	it('is a listener that is none', async () => {
		const { topic } = await live();
		for (const listen of [topic.subscribe, topic.onStatus, topic.onError, topic.onPending]) {
			expect(() => listen(5 as never)).toThrow('`listener` must be a function, not 5');
		}
	});
});

describe('a write that is answered', () => {
	const ANSWERS: [unknown, string][] = [
		[null, 'malformed answer: JSON as text is expected, not null'],
		[{ revision: '2' }, 'malformed answer: JSON as text is expected, not object'],
		['null', 'malformed answer: the answer to a write must be an object, not null'],
		['"2"', 'malformed answer: the answer to a write must be an object, not string'],
		['{"revision":"0"}', 'malformed answer: revision 0 is older than 1, which was changed'],
		['{"revision":"1","epoch":"0"}', ''],
	];
	it.each(ANSWERS)('%j', async (answer, reason) => {
		const { backend, topic } = await live();
		backend.write = async () => answer as string;
		const end = ending(topic.update(dark));
		await pass();
		expect([end.error?.fate, end.error?.reason]).toEqual(reason === '' ? [undefined, undefined] : ['unknown', reason]);
	});

	const REMEDY = 'the backend is to reject with an Error, or the text of a refusal';
	it.each([
		[{ code: 5 }, `{"code":5}: ${REMEDY}`],
		[undefined, `undefined: ${REMEDY}`],
		[Object.create(null) as object, `{}: ${REMEDY}`],
		[{ long: 'x'.repeat(1000) }, `{"long":"${'x'.repeat(191)}…: ${REMEDY}`],
	])('by a rejection that is no error: %j', async (rejection, reason) => {
		const { backend, topic } = await live();
		backend.write = () => Promise.reject(rejection);
		expect(await fate(topic.update(dark))).toEqual(['unknown', reason]);
	});

	it('by a refusal that is no text, but as good as', async () => {
		const { backend, topic } = await live();
		backend.write = () => Promise.reject({ kind: 'invalid', path: 'theme', reason: 'no' });
		expect(await fate(topic.update(dark))).toEqual(['refused', 'theme: no']);
	});
});

describe('options of another handle', () => {
	const first = { gate: { resyncMs: 20_000, backoff: { firstMs: 5, capMs: 10 } }, bigints: ['/a', '/b/*'], maxRebases: 100 };
	const SAME: object[] = [
		{ bigints: ['/b/*', '/a'] },
		{ gate: { backoff: { capMs: 10, firstMs: 5 }, resyncMs: 20_000 } },
		{ gate: { backoff: { capMs: 10, firstMs: 5, jitterSeed: undefined }, resyncMs: 20_000, pacing: undefined } },
		{ bigints: undefined, gate: undefined, cache: undefined, throttling: undefined },
		{ writeTimeoutMs: 10_000, maxRebases: 100, resyncMs: 30_000, throttling: {} },
		{ maxRebases: null, gate: null },
	];
	const OTHER: [object, string][] = [
		[{ bigints: ['/a'] }, 'bigints'],
		[{ gate: { resyncMs: 20_000 } }, 'gate'],
		[{ gate: { resyncMs: 20_000, backoff: { firstMs: 6, capMs: 10 } } }, 'gate'],
		[{ maxRebases: 99 }, 'maxRebases'],
		[{ logger: { ...noopLogger } }, 'logger'],
	];
	function handles(options: object) {
		const backend = new Plugin('settings', FIRST);
		open(backend, first);
		const other = createTopic('settings', { backend, logger: undefined, ...options } as never);
		other.stop();
	}
	it.each(SAME)('are the same, in whatever order and with what is nothing: %j', (options) => {
		expect(() => handles(options)).not.toThrow();
	});
	it.each(OTHER)('are others: %j', (options, name) => {
		expect(() => handles(options)).toThrow(`in use with another \`${name}\``);
	});
});

describe('a handle that was stopped', () => {
	it('tells nobody else of an edit that it is asked for', async () => {
		const logger = { ...noopLogger, error: vi.fn() };
		const backend = new Plugin('settings', FIRST);
		const [stopped, other] = [open(backend, { logger }), open(backend, { logger })];
		const window = new Window(other);
		await pass();
		stopped.stop();
		expect(await fate(stopped.update(dark))).toEqual(['notSent', 'this handle was stopped']);
		expect(await fate(stopped.act('dark'))).toEqual(['notSent', 'this handle was stopped']);
		expect([window.errors, other.error(), logger.error.mock.calls.length]).toEqual([[], undefined, 2]);
	});
});

describe('a cached state that is the backend’s', () => {
	it('is told once, and stays the very same', async () => {
		const cache = createSnapshotCache<unknown>({ storage: createSharedMemoryStorage<unknown>().getBackend('place') });
		cache.save({ revision: '1' as Revision, data: JSON.parse(FIRST) });
		await cache.flush();
		const backend = new Plugin('settings', FIRST);
		backend.way = (what, act) => new Promise((resolve) => setTimeout(() => resolve(act()), what === 'fetch' ? 100 : 0));
		const topic = open(backend, { cache });
		const window = new Window(topic);
		await pass(50);
		const shown = topic.get();
		expect([topic.isCached(), shown]).toEqual([true, JSON.parse(FIRST)]);
		await pass(200);
		expect([topic.isCached(), window.shown.length]).toEqual([false, 1]);
		expect(topic.get()).toBe(shown);
		backend.change((state: Settings) => ({ ...state, theme: 'dark' }));
		await pass(200);
		expect(window.shown.map(({ theme }) => theme)).toEqual(['light', 'dark']);
		cache.dispose();
	});
});
