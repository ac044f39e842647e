import { afterEach, describe, expect, it } from 'vitest';

import { createFamily, type Family } from 'revgate/family';
import { createWorld, type Window, type World } from 'revgate/testing';
import { noopLogger } from 'revgate';

interface Doc {
	title: string;
	size?: bigint;
}

let world: World;
let docs: Family<Doc>;
afterEach(() => {
	docs.stop();
	world.close();
});

/** This page, which holds all documents, of which there is `a`; and another window. */
async function open(): Promise<Window> {
	world = await createWorld({
		families: { doc: { a: { title: 'A' } } },
		validate: { doc: ({ title }: Doc) => (title === '' ? { path: 'title', reason: 'it is empty' } : undefined) },
	});
	world.page();
	docs = createFamily<Doc>('doc', { logger: noopLogger, bigints: ['/size'] });
	await world.settle();
	return world.window();
}

const titles = (): string[] => [...docs.entries()].map(([key, doc]) => `${key} ${doc?.title}`);
const failed = (made: Promise<unknown>): Promise<unknown> => world.until(made).catch((error: unknown) => error);

describe('members that a window creates and removes', () => {
	it('come and go in all windows', async () => {
		const other = await open();
		const waiting = other.topic<Doc>('doc:b', { bigints: ['/size'] });
		expect(await world.until(docs.create('b', { title: 'B', size: 2n ** 40n }))).toEqual({ revision: '1' });
		expect([titles(), docs.get('b')?.size]).toEqual([['a A', 'b B'], 2n ** 40n]);
		await world.until(docs.update('b', (draft) => void (draft.title += '!')));
		await world.advance(31_000);
		expect(waiting.get()).toEqual({ title: 'B!', size: 2n ** 40n });
		await world.until(docs.remove('b'));
		expect([titles(), world.state('doc:b')]).toEqual([['a A'], undefined]);
		await world.until(docs.remove('b'));
		expect(docs.error()).toBeUndefined();
	});

	it('are refused where there is one already, which stays as it is', async () => {
		await open();
		const errors: unknown[] = [];
		docs.onError((error) => errors.push(error));
		const error = await failed(docs.create('a', { title: 'Other' }));
		expect(error).toMatchObject({ kind: 'exists', fate: 'refused', phase: 'write', reason: expect.stringContaining('`doc:a`') });
		expect([errors, docs.error()]).toEqual([[error], error]);
		expect([titles(), world.state('doc:a')]).toEqual([['a A'], { title: 'A' }]);
		await world.until(docs.create('b', { title: 'B' }));
		expect(docs.error()).toBeUndefined();
	});

	it('are refused by what is wrong with them, and not sent if they cannot be', async () => {
		await open();
		expect(await failed(docs.create('b', { title: '' }))).toMatchObject({ kind: 'invalid', path: '/title', fate: 'refused' });
		expect(await failed(docs.create('b', { title: Number.NaN as never }))).toMatchObject({ path: '/title', fate: 'notSent' });
		docs.stop();
		expect(await failed(docs.create('b', { title: 'B' }))).toMatchObject({ fate: 'notSent' });
		expect(world.state('doc:b')).toBeUndefined();
	});

	it('leave an edit refused that comes after them, and nothing comes back', async () => {
		const other = await open();
		world.network.faults = { delayMs: 5 };
		const removed = other.backend.removeMember?.('doc:a');
		const edit = docs.update('a', (draft) => void (draft.title += '!'));
		expect(await failed(edit)).toMatchObject({ kind: 'unknownTopic', fate: 'refused' });
		expect(await removed).toBe(true);
		await world.advance(5000);
		expect([titles(), world.state('doc:a')]).toEqual([[], undefined]);
	});

	it('are shown when they are made, also if that was announced in vain; and end if nobody answers', async () => {
		await open();
		world.network.faults = { loss: 1 };
		await world.until(docs.create('b', { title: 'B' }));
		await world.until(docs.remove('a'));
		expect(titles()).toEqual(['b B']);
		world.network.faults = { delayMs: 60_000 };
		const reason = expect.stringContaining('no answer within');
		expect(await failed(docs.create('c', { title: 'C' }))).toMatchObject({ fate: 'unknown', reason });
	});
});
