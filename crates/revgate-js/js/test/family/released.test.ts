import { describe, expect, it } from 'vitest';

import { createTopic, noopLogger, type Topic } from '../../src/index.js';
import { find } from '../../src/topic/registry.js';
import { Unacted } from '../topic/backend.js';
import { ending, gatekeeper, opened, pass } from '../topic/harness.js';
import { Family } from './backend.js';
import { type Doc, doc, large, live, open, openTopic, told, watchEverything } from './harness.js';

watchEverything();

const like = (draft: Doc): void => void (draft.likes += 1);

/** Has calls of a member wait until `open` is called. */
function hold(backend: Family, key: string): () => void {
	const { opens, open: letThrough } = gatekeeper();
	backend.member(key).way = async (_, act) => (await opens, act());
	return letThrough;
}

/** A family of one, the calls of which wait, and what is told of that one. */
async function held() {
	const { backend, family, page } = await live({ a: doc('A') });
	const seen = told(family, 'a');
	return { backend, family, page, topic: openTopic(backend, 'a'), likes: () => seen.map((it) => it?.likes), answer: hold(backend, 'a') };
}

describe('what a topic beside its family has under way when it is let go of stays shown', () => {
	it.each<[string, (topic: Topic<Doc>) => Promise<unknown>]>([
		['an edit', (topic) => topic.update(like)],
		['a state', (topic) => topic.replace({ title: 'A', likes: 1 })],
		['an action', (topic) => topic.act('like', like)],
		['an edit behind another', (topic) => (void topic.update((draft) => void (draft.title = 'A')), topic.update(like))],
	])('%s', async (_, edit) => {
		const { backend, family, topic, likes, answer } = await held();
		backend.member('a').apply = (state: object) => ({ ...state, likes: 1 });
		const written = edit(topic);
		topic.stop();
		expect(family.get('a')?.likes, 'at once').toBe(1);
		await pass(5000);
		expect(family.get('a')?.likes, 'for as long as it takes').toBe(1);
		answer();
		await pass();
		expect(await written).toEqual({ revision: '2' });
		await pass(5000);
		expect([likes(), find('doc:a')]).toEqual([[0, 1], undefined]);
	});

	it('until what was announced before its answer is known to be its own', async () => {
		const { backend, family, topic, likes } = await held();
		const { opens, open: answer } = gatekeeper();
		backend.member('a').way = async (_, act) => {
			const made = act();
			await opens;
			return made;
		};
		const written = topic.update(like);
		topic.stop();
		await pass(100);
		expect(family.get('a')?.likes).toBe(1);
		answer();
		await written;
		await pass(5000);
		expect([likes(), find('doc:a')]).toEqual([[0, 1], undefined]);
	});

	it('also if the next handle is there before it is answered, which shows it, too', async () => {
		const { backend, topic, likes, answer } = await held();
		void topic.update(like);
		topic.stop();
		const next = openTopic(backend, 'a');
		expect([next.get()?.likes, next.pending()]).toEqual([1, 1]);
		answer();
		await next.update(like);
		next.stop();
		await pass(5000);
		expect([likes(), find('doc:a')]).toEqual([[0, 1, 2], undefined]);
	});

	it('until it is refused: then the family tells of it', async () => {
		const { backend, family, page, topic, likes, answer } = await held();
		backend.member('a').validate = () => ({ path: 'likes', reason: 'too many' });
		const written = ending(topic.update(like));
		topic.stop();
		answer();
		await pass();
		expect(written.error).toMatchObject({ topic: 'doc:a', fate: 'refused', path: '/likes' });
		expect([likes(), page.errors, family.get('a')?.likes]).toEqual([[0, 1, 0], [written.error], 0]);
		await pass(5000);
		expect(find('doc:a')).toBeUndefined();
	});

	it('until an action is refused', async () => {
		const { backend, page, topic, likes, answer } = await held();
		backend.member('a').apply = () => {
			throw new Unacted({ kind: 'refused', error: 'no' });
		};
		const acted = ending(topic.act('like', like));
		topic.stop();
		answer();
		await pass();
		expect(acted.error).toMatchObject({ fate: 'refused', refused: 'no' });
		expect([likes(), page.errors]).toEqual([[0, 1, 0], [acted.error]]);
	});

	it('until its member is removed', async () => {
		const { backend, family, topic, answer } = await held();
		const written = ending(topic.update(like));
		topic.stop();
		backend.remove('a');
		expect([family.get('a'), family.keys()]).toEqual([undefined, []]);
		answer();
		await pass(20_000);
		expect(written).not.toEqual({});
		expect(find('doc:a')).toBeUndefined();
	});

	it('and who has taken it up meanwhile hears that its member is gone', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const answer = hold(backend, 'a');
		const written = ending(family.update('a', like));
		await pass();
		backend.remove('a');
		const topic = openTopic(backend, 'a');
		expect(topic.status().type).toBe('live');
		answer();
		await pass(5000);
		expect(written).not.toEqual({});
		expect([topic.status().type, topic.error()?.kind]).toEqual(['retrying', 'unknownTopic']);
		topic.stop();
	});

	it('of a large member that is not here yet, too', async () => {
		const { backend, family } = await live({ big: large('Big') });
		const topic = openTopic(backend, 'big');
		const written = topic.update(like);
		topic.stop();
		await pass();
		expect(await written).toEqual({ revision: '2' });
		await pass(5000);
		expect([family.get('big')?.likes, find('doc:big'), backend.subscriptionsTo('big')]).toEqual([1, undefined, 0]);
	});
});

describe('what is let go of with nothing under way', () => {
	it('ends at once, and the family goes on with what it knew', async () => {
		const { family, topic, likes } = await held();
		await topic.ready();
		topic.stop();
		expect([find('doc:a'), family.get('a')?.likes, likes()]).toEqual([undefined, 0, [0]]);
	});

	it('or of what is no member, or beside a family that has stopped, ends as without one', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const none = createTopic<Doc>('doc:none', { backend, logger: noopLogger });
		opened.push(none);
		const nowhere = ending(none.update(like));
		none.stop();
		const topic = openTopic(backend, 'a');
		const written = topic.update(like);
		family.stop();
		topic.stop();
		expect([find('doc:none'), find('doc:a')]).toEqual([undefined, undefined]);
		await pass(20_000);
		expect([nowhere.error?.fate, await written]).toEqual(['notSent', { revision: '2' }]);
	});
});

it('a family that is stopped lets go of what it kept, which is still written', async () => {
	const { backend, family, topic, answer } = await held();
	const other = open(backend);
	const written = topic.update(like);
	topic.stop();
	family.stop();
	expect([find('doc:a')?.isAtRest, other.get('a')?.likes]).toEqual([false, 1]);
	other.stop();
	expect(find('doc:a')).toBeUndefined();
	answer();
	expect(await written).toEqual({ revision: '2' });
	expect(backend.member('a').json).toBe('{"title":"A","likes":1}');
});
