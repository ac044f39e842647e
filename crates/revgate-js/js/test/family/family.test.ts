import { describe, expect, it } from 'vitest';

import { ending, gatekeeper, pass } from '../topic/harness.js';
import { Family } from './backend.js';
import { doc, live, open, Page, told, watchEverything } from './harness.js';

watchEverything();

describe('a family', () => {
	it('brings all members with its one subscription', async () => {
		const backend = new Family('doc', { b: doc('B'), a: doc('A') });
		const family = open(backend);
		const page = new Page(family);
		expect([family.keys(), family.size(), family.version(), family.status()]).toEqual([[], 0, undefined, { type: 'loading' }]);
		await family.ready();
		expect(backend.calls).toEqual(['doc:* subscribe']);
		expect(family.keys()).toEqual(['a', 'b']);
		expect([...family.entries()]).toEqual([
			['a', { title: 'A', likes: 0 }],
			['b', { title: 'B', likes: 0 }],
		]);
		expect([family.has('a'), family.has('c'), family.get('c')]).toEqual([true, false, undefined]);
		expect(family.version()).toEqual({ revision: '2' });
		expect(page.changes).toEqual([['b', 'a']]);
		expect(page.lists).toEqual([['a', 'b']]);
		expect(Object.isFrozen(family.get('a'))).toBe(true);
	});

	it('tells of a change who follows that member, and no other', async () => {
		const { backend, family, page } = await live({ a: doc('A'), b: doc('B') });
		const [a, b] = [told(family, 'a'), told(family, 'b')];
		const keys = family.keys();
		const other = family.get('b');
		backend.change('a', (it: object) => ({ ...it, title: 'AA' }));
		expect(a).toEqual([{ title: 'A', likes: 0 }, { title: 'AA', likes: 0 }]);
		expect(b).toEqual([{ title: 'B', likes: 0 }]);
		expect(page.changes).toEqual([['a']]);
		expect(page.lists).toEqual([]);
		expect(family.keys(), 'the very list').toBe(keys);
		expect(family.get('b')).toBe(other);
		expect(backend.calls, 'the news bring it').toEqual([]);
	});

	it('tells of members that come and go', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		const b = told(family, 'b');
		expect(b).toEqual([]);
		backend.create('b', doc('B'));
		backend.remove('a');
		expect(family.keys()).toEqual(['b']);
		expect([family.has('a'), family.get('a')]).toEqual([false, undefined]);
		expect(page.lists).toEqual([['a', 'b'], ['b']]);
		expect(page.changes).toEqual([['b'], ['a']]);
		backend.remove('b');
		backend.create('b', doc('again'));
		expect(b).toEqual([{ title: 'B', likes: 0 }, undefined, { title: 'again', likes: 0 }]);
	});

	it('keeps the identity of what a change leaves alone', async () => {
		const states = { a: JSON.stringify({ title: 'A', likes: 0, tags: ['x'] }) };
		const { backend, family } = await live(states);
		const before = family.get('a') as unknown as { tags: unknown };
		backend.change('a', (it: object) => ({ ...it, title: 'AA' }));
		const after = family.get('a') as unknown as { tags: unknown };
		expect(after).not.toBe(before);
		expect(after.tags).toBe(before.tags);
	});

	it('fetches by what has changed when announcements bring nothing or were lost', async () => {
		const { backend, family, page } = await live({ a: doc('A'), b: doc('B') });
		backend.isBare = true;
		backend.change('a', (it: object) => ({ ...it, likes: 1 }));
		await pass();
		expect([family.get('a')?.likes, backend.calls, page.changes]).toEqual([1, ['doc:* fetch'], [['a']]]);
		backend.isDeaf = true;
		backend.change('b', (it: object) => ({ ...it, likes: 2 }));
		backend.remove('a');
		expect(await family.refresh()).toEqual(family.version());
		expect([family.keys(), family.get('b')?.likes]).toEqual([['b'], 2]);
		expect(page.changes.slice(1)).toEqual([['b', 'a']]);
	});

	it('takes a member only if it is newer than the one at hand', async () => {
		const { backend, family, page } = await live({ a: doc('A') });
		backend.change('a', (it: object) => ({ ...it, likes: 1 }));
		backend.announce({ topic: 'doc', revision: '3', base: { revision: '2' }, patch: { a: { revision: '1', data: { title: 'old', likes: 0 } } } });
		expect(family.get('a')).toEqual({ title: 'A', likes: 1 });
		expect(family.version()).toEqual({ revision: '3' });
		expect(page.changes, 'of what nothing is other, nobody is told').toEqual([['a']]);
	});

	it('takes news that bring all members', async () => {
		const { backend, family } = await live({ a: doc('A'), isWhole: doc('W') });
		backend.announce({ topic: 'doc', revision: '9', data: { isWhole: { revision: '1', data: { title: 'W', likes: 0 } } } });
		expect(family.keys()).toEqual(['isWhole']);
	});

	it('takes nothing of news of which one member cannot be read, says which, and fetches', async () => {
		const { backend, family, page } = await live({ a: doc('A'), b: doc('B') });
		const patch = { a: { revision: '5', data: { title: 'AA', likes: 1 } }, b: { revision: '5', data: 2 ** 53 } };
		backend.announce({ topic: 'doc', revision: '3', base: { revision: '2' }, patch: { ...patch, b: { revision: 'five', data: {} } } });
		expect(page.errors.at(-1)).toMatchObject({ topic: 'doc', phase: 'apply' });
		expect(family.get('a')?.title).toBe('A');
		await pass(20_000);
		expect(family.status()).toEqual({ type: 'retrying', attempt: expect.any(Number) });
		backend.revision = 3n;
		await family.refresh();
		expect(family.status()).toEqual({ type: 'live' });
	});

	it('has BigInts where the option says that a member has them, and says where one is not listed', async () => {
		const states = { a: '{"title":"A","likes":9007199254740993}' };
		const { family } = await live(states, { bigints: ['/likes'] });
		expect(family.get('a')?.likes).toBe(9007199254740993n);
		family.stop();
		const strict = open(new Family('doc', states));
		const ready = ending(strict.ready());
		await pass();
		expect(ready.error?.path).toBe('/a/likes');
	});

	it('says who may not read it, and comes when it may', async () => {
		const backend = new Family('doc', { a: doc('A') });
		backend.denial = { kind: 'denied', topic: 'doc:*', access: 'read', grant: '{"topic":"doc:*"}' };
		const family = open(backend);
		const ready = ending(family.ready());
		await pass();
		expect(ready.error).toMatchObject({ topic: 'doc', kind: 'denied' });
		expect(ready.error?.reason).toContain('add {"topic":"doc:*"} to the permissions');
		expect(family.error()?.message).toBe(ready.error?.message);
		backend.denial = undefined;
		await family.ready();
		expect([family.keys(), family.error()]).toEqual([['a'], undefined]);
	});

	it('subscribes anew when its subscription ends, by what has changed since', async () => {
		const { backend, family, page } = await live({ a: doc('A'), b: doc('B') });
		backend.endSubscriptions();
		backend.change('b', (it: object) => ({ ...it, likes: 7 }));
		await pass(2000);
		expect([family.get('b')?.likes, backend.subscriptions]).toEqual([7, 1]);
		expect(page.changes).toEqual([['b']]);
	});

	it('is shared by all handles of a page, and ends with the last', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const other = open(backend);
		const page = new Page(other);
		expect(page.changes, 'at once').toEqual([['a']]);
		expect(backend.calls).toEqual([]);
		family.stop();
		expect(family.status()).toEqual({ type: 'stopped' });
		backend.change('a', (it: object) => ({ ...it, likes: 1 }));
		expect(page.changes).toEqual([['a'], ['a']]);
		other.stop();
		expect(backend.subscriptions).toBe(0);
		backend.change('a', (it: object) => ({ ...it, likes: 2 }));
		expect(page.changes).toHaveLength(2);
		expect(() => open(backend, { writeTimeoutMs: 5 })).not.toThrow();
		expect(() => open(backend, { writeTimeoutMs: 6 })).toThrow('the family `doc` is in use with another `writeTimeoutMs`');
	});

	it('tells nobody whose listening has ended', async () => {
		const { backend, family } = await live({ a: doc('A') });
		const heard: unknown[] = [];
		const ends = [family.subscribe('a', (it) => heard.push(it)), family.subscribe((keys) => heard.push(keys)), family.onKeys((keys) => heard.push(keys))];
		heard.length = 0;
		for (const end of ends) end();
		backend.change('a', (it: object) => ({ ...it, likes: 1 }));
		backend.create('b', doc('B'));
		expect(heard).toEqual([]);
	});

	it('stopped before its first state rejects whoever waits', async () => {
		const backend = new Family('doc', { a: doc('A') });
		const { opens, open: letThrough } = gatekeeper();
		backend.gate = opens;
		const family = open(backend);
		const ready = ending(family.ready());
		family.stop();
		await pass();
		expect(ready.error?.reason).toContain('stopped');
		letThrough();
		await pass();
		expect(backend.subscriptions).toBe(0);
	});

	it('refuses what is no name of a family, and options that it has not', () => {
		const backend = new Family('doc');
		for (const name of ['doc:', 'doc:*', '']) {
			expect(() => open({ ...backend, name } as Family)).toThrow(TypeError);
		}
		expect(() => open(backend, { cache: {} } as object)).toThrow('must be');
		expect(() => open(backend, { tail: true } as object)).toThrow('has no `tail`');
	});
});
