import { describe, expect, it } from 'vitest';

import { find } from '../../src/topic/registry.js';
import { ending, gatekeeper, pass } from '../topic/harness.js';
import { Unacted } from '../topic/backend.js';
import { Family } from './backend.js';
import { doc, live, open, openTopic, Page, told, watchEverything } from './harness.js';

watchEverything();

/** How long a replica is kept for the next edit. */
const KEEP_MS = 1000;

describe('an edit of a member', () => {
	it('shows at once, and is written without a subscription of its own', async () => {
		const { backend, family, page } = await live({ a: doc('A'), b: doc('B') });
		const [a, b] = [told(family, 'a'), told(family, 'b')];
		const written = family.update('a', (draft) => void (draft.likes += 1));
		expect(family.get('a')?.likes, 'at once').toBe(1);
		expect(await written).toEqual({ revision: '2' });
		expect(backend.calls).toEqual(['doc:a write']);
		expect(backend.member('a').json).toBe('{"title":"A","likes":1}');
		expect(a).toEqual([{ title: 'A', likes: 0 }, { title: 'A', likes: 1 }]);
		expect(b).toHaveLength(1);
		expect(page.changes, 'once, though it was edited, answered and announced').toEqual([['a']]);
		expect(page.errors).toEqual([]);
	});

	it('shows before it is answered', async () => {
		const { backend, family } = await live({ a: doc('A') });
		let answer!: () => void;
		backend.member('a').way = async (_, act) => (await new Promise<void>((done) => (answer = done)), act());
		const written = family.replace('a', { title: 'new', likes: 5 });
		expect(family.get('a')).toEqual({ title: 'new', likes: 5 });
		await pass();
		expect(ending(written)).toEqual({});
		answer();
		await pass();
		expect(await written).toEqual({ revision: '2' });
	});

	it('has a replica for a second after the last one, and none after it', async () => {
		const { backend, family } = await live({ a: doc('A'), b: doc('B') });
		const before = family.get('b');
		await family.update('a', (draft) => void (draft.likes = 1));
		await pass(KEEP_MS - 100);
		const first = find('doc:a');
		expect(first).toBeDefined();
		await family.update('a', (draft) => void (draft.likes = 2));
		expect(find('doc:a'), 'the same').toBe(first);
		const shown = family.get('a');
		await pass(2 * KEEP_MS);
		expect(find('doc:a')).toBeUndefined();
		expect(family.get('a'), 'the very state').toBe(shown);
		expect([shown?.likes, family.get('b')]).toEqual([2, before]);
		expect(backend.subscriptionsTo('a')).toBe(0);
		backend.change('a', (it: object) => ({ ...it, likes: 3 }));
		expect(family.get('a')?.likes).toBe(3);
	});

	it('keeps its replica for as long as it is under way', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const { opens, open: answer } = gatekeeper();
		backend.member('a').way = async (_, act) => (await opens, act());
		const written = family.update('a', (draft) => void (draft.likes = 1));
		await pass(5 * KEEP_MS);
		expect([family.get('a')?.likes, find('doc:a') !== undefined]).toEqual([1, true]);
		answer();
		expect(await written).toEqual({ revision: '2' });
		await pass(2 * KEEP_MS);
		expect([family.get('a')?.likes, find('doc:a')]).toEqual([1, undefined]);
	});

	it('that is refused is taken back, and told as an error of the member', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const a = told(family, 'a');
		backend.member('a').validate = () => ({ path: 'title', reason: 'too long' });
		const written = ending(family.update('a', (draft) => void (draft.title = 'AAA')));
		await pass();
		expect(written.error).toMatchObject({ topic: 'doc:a', fate: 'refused', kind: 'invalid', path: '/title' });
		expect(page.errors).toEqual([written.error]);
		expect(a.map((it) => it?.title)).toEqual(['A', 'AAA', 'A']);
	});

	it('is played again on what others have written meanwhile', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const first = backend.member('a');
		first.way = async (what, act) => {
			if (what !== 'write') return act();
			first.way = async (_, later) => later();
			backend.change('a', (it: object) => ({ ...it, title: 'other' }));
			return act();
		};
		await family.update('a', (draft) => void (draft.likes += 1));
		expect(family.get('a')).toEqual({ title: 'other', likes: 1 });
		expect(first.json).toBe('{"title":"other","likes":1}');
	});

	it('made before the first state waits for it', async () => {
		const backend = new Family('doc', { a: doc('A') });
		const family = open(backend);
		const written = family.update('a', (draft) => void (draft.likes = 1));
		await pass();
		expect(await written).toEqual({ revision: '2' });
		expect(backend.calls).toEqual(['doc:* subscribe', 'doc:a write']);
	});

	it('of what is no member is refused here', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const written = ending(family.update('b', (draft) => void (draft.likes = 1)));
		await pass();
		expect(written.error).toMatchObject({ topic: 'doc', phase: 'write', fate: 'notSent', reason: 'it has no member `b`' });
		expect(page.errors).toEqual([written.error]);
		expect(backend.calls).toEqual([]);
		family.stop();
		await expect(family.update('a', () => undefined)).rejects.toThrow('this handle was stopped');
	});

	it('that is no recipe is refused', async () => {
		const { family } = await live({ a: doc('A') });
		await expect(family.update('a', 5 as never)).rejects.toThrow('`recipe` must be a function, not number');
	});

	it('under way when the family is stopped is still written', async () => {
		const { backend, family } = await live({ a: doc('A') });
		await family.update('a', (draft) => void (draft.likes = 1));
		const written = family.update('a', (draft) => void (draft.likes = 2));
		family.stop();
		expect(await written).toEqual({ revision: '3' });
		expect(backend.member('a').json).toBe('{"title":"A","likes":2}');
	});

	it('by a listener that hears of it ends, in a circle, with an error', async () => {
		const { family } = await live({ a: doc('A') });
		let edits = 0;
		family.subscribe(() => {
			edits += 1;
			void family.update('a', (draft) => void (draft.likes += 1));
		});
		await pass();
		expect(edits).toBeGreaterThan(1);
		expect(edits).toBeLessThan(10_000);
		family.stop();
	});
});

describe('an action on a member', () => {
	it('is decided by the backend, and shown at once if the handle says how', async () => {
		const backend = new Family('doc');
		backend.apply = (state: { likes: number }, action: string) => {
			if (action !== 'like') throw new Unacted({ kind: 'refused', error: 'no' });
			return { ...state, likes: state.likes + 1 };
		};
		backend.create('a', doc('A'));
		const family = open<string>(backend, { actions: { like: (draft: { likes: number }) => void (draft.likes += 1) } });
		await family.ready();
		const page = new Page(family as never);
		page.changes.length = 0;
		const acted = family.act('a', 'like');
		await pass();
		expect(await acted).toEqual({ revision: '2' });
		expect([family.get('a')?.likes, page.changes]).toEqual([1, [['a']]]);
		const refused = ending(family.act('a', 'dislike'));
		await pass();
		expect(refused.error).toMatchObject({ topic: 'doc:a', fate: 'refused', refused: 'no' });
		expect(backend.calls).toEqual(['doc:* subscribe', 'doc:a act', 'doc:a act']);
	});
});

describe('a topic beside its family', () => {
	it('shows the same state, without a subscription of its own, and shares its edits', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const topic = openTopic(backend, 'a');
		await topic.ready();
		expect(topic.get(), 'the very state').toBe(family.get('a'));
		expect(backend.calls).toEqual([]);
		const written = topic.update((draft) => void (draft.likes = 1));
		expect(family.get('a')?.likes, 'before it is answered').toBe(1);
		await written;
		await pass(3000);
		expect(page.changes).toEqual([['a']]);
		backend.change('a', (it: object) => ({ ...it, likes: 2 }));
		expect([topic.get()?.likes, family.get('a')?.likes]).toEqual([2, 2]);
		await family.update('a', (draft) => void (draft.likes = 3));
		expect(topic.get()?.likes).toBe(3);
		topic.stop();
		await pass(2000);
		expect([family.get('a')?.likes, page.changes]).toEqual([3, [['a'], ['a'], ['a']]]);
		expect(find('doc:a')).toBeUndefined();
	});

	it('that was there first shares its edits, too', async () => {
		const backend = new Family('doc', { a: doc('A') });
		const topic = openTopic(backend, 'a');
		await topic.ready();
		const family = open(backend);
		await family.ready();
		void topic.update((draft) => void (draft.likes = 1));
		expect(family.get('a')?.likes).toBe(1);
		await family.update('a', (draft) => void (draft.likes = 2));
		expect(topic.get()?.likes).toBe(2);
		expect(backend.subscriptionsTo('a')).toBe(1);
	});

	it('goes on by itself when the family is stopped, in silence', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const topic = openTopic(backend, 'a');
		const errors: unknown[] = [];
		topic.onError((error) => errors.push(error));
		await topic.ready();
		family.stop();
		await pass();
		expect([backend.subscriptionsTo('a'), backend.subscriptions, errors]).toEqual([1, 0, []]);
		backend.change('a', (it: object) => ({ ...it, likes: 9 }));
		await pass();
		expect(topic.get()?.likes).toBe(9);
	});

	it('hears of its end with its member, and comes again with it', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const topic = openTopic(backend, 'a');
		await topic.ready();
		backend.remove('a');
		await pass();
		expect(topic.status().type).toBe('retrying');
		backend.create('a', doc('again'));
		await pass();
		expect([topic.get()?.title, family.get('a')?.title]).toEqual(['again', 'again']);
		expect(topic.status()).toEqual({ type: 'live' });
	});

	it('is no business of a family that the window may not read', async () => {
		const backend = new Family('doc', { a: doc('A') });
		backend.denial = { kind: 'denied', topic: 'doc:*', access: 'read', grant: '{}' };
		open(backend);
		const topic = openTopic(backend, 'a');
		await topic.ready();
		expect([topic.get()?.title, backend.subscriptionsTo('a')]).toEqual(['A', 1]);
	});
});

describe('what is left of an edit', () => {
	it('says nothing when its member is removed', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		await family.update('a', (draft) => void (draft.likes = 1));
		backend.remove('a');
		await pass(20_000);
		expect([page.errors, family.keys(), find('doc:a')]).toEqual([[], [], undefined]);
		backend.create('a', doc('again'));
		expect(family.get('a')?.title).toBe('again');
		await family.update('a', (draft) => void (draft.likes = 4));
		expect(family.get('a')).toEqual({ title: 'again', likes: 4 });
	});

	it('under way when its member is removed is refused', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const member = backend.member('a');
		let send!: () => void;
		member.way = async (_, act) => (await new Promise<void>((done) => (send = done)), act());
		const written = ending(family.update('a', (draft) => void (draft.likes = 1)));
		await pass();
		backend.remove('a');
		member.way = async () => {
			throw JSON.stringify({ kind: 'unknownTopic', topic: 'doc:a', known: [] });
		};
		send();
		await pass(20_000);
		expect([family.keys(), family.get('a'), find('doc:a')]).toEqual([[], undefined, undefined]);
		expect(page.errors).toEqual(written.error ? [written.error] : []);
		expect(written).not.toEqual({});
	});
});
