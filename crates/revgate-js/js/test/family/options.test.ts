import { describe, expect, it, vi } from 'vitest';

import { createTopic, noopLogger, type Status, type Topic, type TopicOptions } from '../../src/index.js';
import { platform } from '../../src/sync/host.js';
import { find } from '../../src/topic/registry.js';
import { ending, gatekeeper, opened, pass } from '../topic/harness.js';
import { Family } from './backend.js';
import { type Doc, doc, large, live, open, told, watchEverything } from './harness.js';

watchEverything();

const like = (draft: Doc): void => void (draft.likes += 1);

function topicOf(backend: Family, key: string, options: TopicOptions): Topic<Doc> {
	const topic = createTopic<Doc>(`doc:${key}`, { backend, logger: noopLogger, gate: { backoff: {} }, ...options });
	opened.push(topic);
	return topic;
}

/** What no test uses. */
const OTHER = {
	maxRebases: 6,
	writeTimeoutMs: 66,
	resyncMs: 66_000,
	throttling: { throttleMs: 66 },
	gate: { backoff: { firstMs: 66 } },
	logger: { ...noopLogger },
	cache: { load: async () => null, save: () => undefined, flush: async () => undefined },
};

type Page = Awaited<ReturnType<typeof live>>;

/** What a family may be doing with a member when a topic is made of it. */
const TIMES: [string, (page: Page) => Promise<unknown>][] = [
	['before the family has used it', async () => undefined],
	['soon after the family has edited it', ({ family }) => family.update('a', (draft) => void (draft.title = 'AA'))],
	['a while after that', async ({ family }) => (await family.update('a', (draft) => void (draft.title = 'AA')), pass(3000))],
	[
		'while an edit of it is under way',
		async ({ backend, family }) => {
			backend.member('a').way = async (what, act) => (what === 'write' && (await pass(0)), act());
			void family.update('a', (draft) => void (draft.title = 'AA'));
		},
	],
	[
		'soon after another topic of it was let go of',
		async ({ backend }) => {
			const topic = topicOf(backend, 'a', { maxRebases: 7, writeTimeoutMs: 777 });
			void topic.update((draft) => void (draft.title = 'AA'));
			topic.stop();
		},
	],
];

describe.each(TIMES)('of a topic beside its family, made %s,', (_, begin) => {
	it.each<[keyof typeof OTHER, TopicOptions]>([
		['maxRebases', { maxRebases: 5 }],
		['writeTimeoutMs', { writeTimeoutMs: 50 }],
		['resyncMs', { resyncMs: 20_000 }],
		['throttling', { throttling: { throttleMs: 5 } }],
		['gate', { gate: { backoff: { firstMs: 5, capMs: 10 } } }],
		['logger', { logger: { ...noopLogger } }],
		['cache', { cache: { load: async () => null, save: () => undefined, flush: async () => undefined } }],
	])('`%s` is its own, and of all its handles', async (name, options) => {
		const page = await live({ a: doc('A') });
		await begin(page);
		const topic = topicOf(page.backend, 'a', options);
		expect(() => topicOf(page.backend, 'a', options)).not.toThrow();
		expect(() => createTopic('doc:a', { [name]: OTHER[name] })).toThrow(`in use with another \`${name}\``);
		await pass(1000);
		expect([topic.status(), topic.pending(), topic.get()]).toEqual([{ type: 'live' }, 0, page.family.get('a')]);
	});

	it('the time of a write is kept to', async () => {
		const page = await live({ a: doc('A') });
		await begin(page);
		const topic = topicOf(page.backend, 'a', { writeTimeoutMs: 50 });
		await pass(10);
		page.backend.member('a').way = () => new Promise(() => undefined);
		const written = ending(topic.update(like));
		await pass(49);
		expect(written).toEqual({});
		await pass(1);
		expect(written.error).toMatchObject({ fate: 'unknown' });
	});

	it('so is how often it may lose', async () => {
		const page = await live({ a: doc('A') });
		await begin(page);
		const topic = topicOf(page.backend, 'a', { maxRebases: 0 });
		await pass(10);
		const member = page.backend.member('a');
		member.way = async (what, act) => {
			if (what === 'write') page.backend.change('a', (it: object) => ({ ...it, title: 'other' }));
			return act();
		};
		const written = ending(topic.update(like));
		await pass();
		expect(written.error).toMatchObject({ fate: 'outraced' });
	});

	it('so are its logger and its cache', async () => {
		const logger = { ...noopLogger, error: vi.fn() };
		const saved: unknown[] = [];
		const cache = { load: async () => null, save: (it: { data: unknown }) => void saved.push(it.data), flush: async () => undefined };
		const page = await live({ a: doc('A') });
		await begin(page);
		const topic = topicOf(page.backend, 'a', { logger, cache });
		await pass(10);
		expect(saved.at(-1)).toEqual(topic.get());
		topic.subscribe(() => {
			throw new Error('no');
		});
		expect(logger.error).toHaveBeenCalledOnce();
	});

	it('what says what a state is, and where, is the family’s', async () => {
		const page = await live({ a: doc('A') });
		await begin(page);
		const others: [string, TopicOptions][] = [
			['backend', { backend: new Family('doc', { a: doc('other') }) }],
			['bigints', { bigints: ['/likes'] }],
			['host', { host: { ...platform } }],
		];
		for (const [name, options] of others) {
			const words = `the topic \`doc:a\` and the family \`doc\` are in use with another \`${name}\``;
			expect(() => topicOf(page.backend, 'a', options)).toThrow(words);
		}
		expect(() => topicOf(page.backend, 'a', { bigints: [] })).not.toThrow();
	});
});

describe('a topic that is followed otherwise than the family has until then', () => {
	it('shows what is under way all along, and is told of no end', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const seen = told(family, 'a');
		const { opens, open: answer } = gatekeeper();
		backend.member('a').way = async (_, act) => (await opens, act());
		const written = [family.update('a', like), family.update('a', like)];
		const topic = topicOf(backend, 'a', { maxRebases: 5, resyncMs: 20_000 });
		const [shown, statuses]: [number[], Status[]] = [[], []];
		topic.subscribe((it) => shown.push(it.likes));
		topic.onStatus((it) => statuses.push(it));
		const ready = topic.ready();
		await pass(100);
		written.push(topic.update(like));
		answer();
		await pass(100);
		expect((await Promise.all(written)).length).toBe(3);
		expect((await ready).likes).toBe(2);
		expect([shown, seen.map((it) => it?.likes), page.errors]).toEqual([[2, 3], [0, 1, 2, 3], []]);
		expect(statuses.every(({ type }) => type === 'live')).toBe(true);
		expect(backend.member('a').json).toBe('{"title":"A","likes":3}');
		expect(backend.subscriptionsTo('a')).toBe(0);
	});

	it('goes on from actions under way, each done once', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const member = backend.member('a');
		member.apply = (state: Doc) => ({ ...state, likes: state.likes + 1 });
		const { opens, open: answer } = gatekeeper();
		member.way = async (_, act) => (await opens, act());
		const acted = [family.act('a', 'like', like)];
		const topic = topicOf(backend, 'a', { maxRebases: 5 });
		acted.push(topic.act('like', like));
		expect(topic.get()?.likes).toBe(2);
		await pass(100);
		answer();
		await pass(100);
		expect([(await Promise.all(acted)).length, member.json, topic.get()?.likes]).toEqual([2, '{"title":"A","likes":2}', 2]);
	});

	it('is so also if a listener makes it, of the very member that it is told of', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const shown: number[] = [];
		let topic: Topic<Doc> | undefined;
		family.subscribe('a', (it) => {
			if (topic || it?.likes !== 1) return;
			topic = topicOf(backend, 'a', { maxRebases: 5 });
			topic.subscribe((state) => shown.push(state.likes));
			void topic.update(like);
		});
		await family.update('a', like);
		await pass(100);
		expect([shown, topic?.pending(), backend.member('a').json]).toEqual([[1, 2], 0, '{"title":"A","likes":2}']);
	});

	it('and is large is still kept the same', async () => {
		const { backend, family } = await live({ big: large('Big') });
		await family.update('big', like);
		const topic = topicOf(backend, 'big', { maxRebases: 5 });
		await pass(100);
		backend.change('big', (it: Doc) => ({ ...it, likes: 9 }));
		await pass(100);
		expect([topic.get()?.likes, family.get('big')?.likes, backend.subscriptionsTo('big')]).toEqual([9, 9, 1]);
	});

	it('or is stopped at once, leaves the family as it was', async () => {
		const { backend, family } = await live({ a: doc('A') });
		await family.update('a', like);
		topicOf(backend, 'a', { maxRebases: 5 }).stop();
		await family.update('a', like);
		await pass(3000);
		expect([family.get('a')?.likes, find('doc:a')]).toEqual([2, undefined]);
	});

	it('by options that make no sense is refused, and the family goes on', async () => {
		const { backend, family } = await live({ a: doc('A') });
		await family.update('a', like);
		expect(() => topicOf(backend, 'a', { resyncMs: 500 })).toThrow('`resyncMs` must not be shorter than `fetchTimeoutMs`');
		await family.update('a', like);
		expect(() => topicOf(backend, 'a', {})).not.toThrow();
		expect(family.get('a')?.likes).toBe(2);
	});
});

it('a family is not made beside a topic that is another thing', async () => {
	const backend = new Family('doc', { a: doc('A') });
	const [topic, other] = [topicOf(backend, 'a', { bigints: ['/likes'] }), new Family('doc', { a: doc('A') })];
	expect(() => open(backend)).toThrow('the topic `doc:a` and the family `doc` are in use with another `bigints`');
	expect(() => open(other, { bigints: ['/likes'] })).toThrow('in use with another `backend`');
	const family = open(backend, { bigints: ['/likes'] });
	await family.ready();
	expect([topic.get()?.likes, family.get('a')?.likes]).toEqual([0n, 0n]);
});
