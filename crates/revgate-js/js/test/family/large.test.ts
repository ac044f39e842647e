import { describe, expect, it } from 'vitest';

import { find } from '../../src/topic/registry.js';
import { pass } from '../topic/harness.js';
import { doc, large, live, openTopic, told, watchEverything } from './harness.js';

watchEverything();

describe('a member that is large', () => {
	it('is fetched when it is read, once, and then is there', async () => {
		const { backend, family, page } = await live({ a: doc('A'), big: large('Big') });
		expect([family.keys(), family.has('big'), backend.calls]).toEqual([['a', 'big'], true, []]);
		expect(family.get('big')).toBeUndefined();
		expect(family.get('big')).toBeUndefined();
		await pass();
		expect(backend.calls).toEqual(['doc:big fetch']);
		expect(family.get('big')?.title).toBe('Big');
		expect(page.changes).toEqual([['big']]);
		await pass(5000);
		expect([family.get('big')?.title, find('doc:big'), backend.calls.length]).toEqual(['Big', undefined, 1]);
	});

	it('is not fetched for those who only know that it is there', async () => {
		const { backend, family } = await live({ a: doc('A'), big: large('Big') });
		told(family, 'a');
		backend.change('big', (it: object) => ({ ...it, likes: 1 }));
		await pass(5000);
		expect(backend.calls).toEqual([]);
	});

	it('is told, when it has come, to who follows it; and each newer one', async () => {
		const { backend, family } = await live({ big: large('Big') });
		const titles: unknown[] = [];
		family.subscribe('big', (it) => titles.push(it?.title));
		expect(titles).toEqual([]);
		await pass();
		expect(titles).toEqual(['Big']);
		for (const [title, wait] of [['second', 100], ['third', 5000], ['fourth', 0]] as const) {
			backend.change('big', (it: object) => ({ ...it, title }));
			await pass(wait);
		}
		await pass();
		expect(titles).toEqual(['Big', 'second', 'third', 'fourth']);
		expect(backend.calls).toEqual(Array.from({ length: 4 }, () => 'doc:big fetch'));
		expect(backend.subscriptionsTo('big')).toBe(0);
	});

	it('shows the one before until the newer is there', async () => {
		const { backend, family } = await live({ a: doc('A') });
		backend.change('a', (it: object) => ({ ...it, title: 'AA', text: 'x'.repeat(8000) }));
		expect(family.get('a')?.title).toBe('A');
		await pass();
		expect(family.get('a')?.title).toBe('AA');
	});

	it('that becomes small again needs no fetch', async () => {
		const { backend, family } = await live({ big: large('Big') });
		backend.change('big', () => ({ title: 'small', likes: 0 }));
		expect(family.get('big')).toEqual({ title: 'small', likes: 0 });
		await pass(3000);
		expect(backend.calls).toEqual([]);
	});

	it('is edited by a topic of its own, which gets patches', async () => {
		const { backend, family } = await live({ big: large('Big') });
		backend.member('big');
		const written = family.update('big', (draft) => void (draft.likes = 1));
		await pass();
		expect(await written).toEqual({ revision: '2' });
		expect(family.get('big')).toMatchObject({ title: 'Big', likes: 1 });
		expect(backend.subscriptionsTo('big')).toBe(1);
		await pass(3000);
		expect([backend.subscriptionsTo('big'), family.get('big')?.likes]).toEqual([0, 1]);
	});

	it('is followed alone by a topic beside the family', async () => {
		const { backend, family } = await live({ big: large('Big') });
		const topic = openTopic(backend, 'big');
		await topic.ready();
		expect(family.get('big')).toBe(topic.get());
		expect(backend.calls).not.toContain('doc:big fetch');
	});

	it('that cannot be fetched is tried again, and told', async () => {
		const { backend, family, page } = await live({ big: large('Big') });
		let fails = 2;
		backend.member('big').way = async (what, act) => {
			if (what === 'fetch' && fails-- > 0) throw new Error('the way is gone');
			return act();
		};
		family.get('big');
		await pass(10_000);
		expect(family.get('big')?.title).toBe('Big');
		expect(page.errors.map((it) => [it.topic, it.reason])).toEqual([
			['doc:big', 'the way is gone'],
			['doc:big', 'the way is gone'],
		]);
	});

	it('that is removed while it is fetched is gone', async () => {
		const { backend, family, page } = await live({ a: doc('A'), big: large('Big') });
		family.get('big');
		backend.remove('big');
		await pass(20_000);
		expect([family.keys(), family.get('big'), find('doc:big'), page.errors]).toEqual([['a'], undefined, undefined, []]);
	});
});
