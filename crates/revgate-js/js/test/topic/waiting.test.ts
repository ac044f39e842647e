// Edits that wait for a state to be made on: the first, or one that has the actions before them.

import { afterEach, describe, expect, it, vi } from 'vitest';

import type { GateOptions } from '../../src/index.js';
import { Plugin, type Way } from './backend.js';
import { ending, gatekeeper, live, open, pass, watchEverything } from './harness.js';

watchEverything();

afterEach(() => void vi.restoreAllMocks());

type Add = { add: number };

/** A window with a list, which only its gate tells of news. */
async function list(gate: GateOptions = {}) {
	const it = await live<number[], Add>('[]', { writeTimeoutMs: 1000, resyncMs: 60_000, gate: { fetchTimeoutMs: 30_000, ...gate } });
	it.backend.apply = (list: number[], { add }: Add) => [...list, add];
	return it;
}

const push = (draft: number[], { add }: Add): void => void draft.push(add);
const made = (backend: Plugin): number[] => JSON.parse(backend.json) as number[];
const fetches = ({ calls }: Plugin): number => calls.filter((call) => call === 'fetch').length;
const passes: Way = async (_, act) => act();
const NO_FETCH: Way = (what, act) => (what === 'fetch' ? new Promise(() => undefined) : passes(what, act));

describe('an edit behind an action that was done', () => {
	it('ends alone if no state that has it comes; what follows it goes on', async () => {
		const { backend, topic, window } = await list();
		backend.way = NO_FETCH;
		void topic.act({ add: 7 }, push);
		const edit = ending(topic.update((draft) => void draft.push(8)));
		const behind = ending(topic.act({ add: 9 }, push));
		await pass(999);
		expect([edit, topic.get(), made(backend)]).toEqual([{}, [7, 8, 9], [7]]);
		await pass(1);
		expect([edit.error?.fate, edit.error?.reason]).toEqual(['notSent', 'within 1000 ms there was no state to make it on']);
		expect([topic.get(), made(backend)], 'it is taken back, and no other').toEqual([[7, 9], [7, 9]]);
		await pass(1000);
		expect([behind.value, window.errors.length]).toEqual([{ revision: '3' }, 1]);
	});

	it.each(typeof document === 'undefined' ? ['paced'] : ['paced', 'hidden'])('does not wait until the state may come: %s', async (how) => {
		const isHidden = how === 'hidden';
		const { backend, topic } = await list({ pacing: { debounceMs: 5000 }, fetchTimeoutMs: 2000, resyncMs: 2500, pauseWhileHidden: true });
		if (isHidden) {
			vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
			document.dispatchEvent(new Event('visibilitychange'));
		}
		void topic.act({ add: 7 }, push);
		backend.change((state: number[]) => [...state, 1]);
		await pass(200);
		expect([topic.get(), fetches(backend)], 'it is held back').toEqual([[7], 0]);
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass();
		expect([edit.value, fetches(backend)]).toEqual([{ revision: '4' }, 1]);
		expect([topic.get(), made(backend)]).toEqual([[7, 1, 8], [7, 1, 8]]);
	});

	it('asks for nothing that the answer to the action has led to', async () => {
		const { backend, topic } = await list();
		backend.announce = () => undefined;
		void topic.act({ add: 7 }, push);
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass(110);
		expect([edit.value, backend.calls]).toEqual([{ revision: '3' }, ['act', 'fetch', 'write']]);
	});

	it('asks for nothing that is announced meanwhile', async () => {
		const { backend, topic } = await list();
		backend.delivery = 'patch';
		const later = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
		backend.way = (what, act) => (what === 'announce' ? later(20).then(act) : passes(what, act));
		void topic.act({ add: 7 }, push);
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass(50);
		expect([edit.value, topic.get(), backend.calls]).toEqual([{ revision: '3' }, [7, 8], ['act', 'write']]);
	});

	it('asks for nothing that is under way', async () => {
		const { backend, topic } = await list();
		const { opens, open: answer } = gatekeeper();
		backend.way = (what, act) => (what === 'fetch' ? opens.then(act) : passes(what, act));
		void topic.act({ add: 7 }, push);
		await pass();
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass(500);
		expect(backend.calls).toEqual(['act', 'fetch']);
		answer();
		await pass();
		expect([edit.value, backend.calls]).toEqual([{ revision: '3' }, ['act', 'fetch', 'write']]);
	});
});

describe('an edit before the first state', () => {
	it('has it asked for at once, and once', async () => {
		const backend = new Plugin('settings', '[]');
		const { opens, open: answer } = gatekeeper();
		backend.way = (what, act) => (what === 'fetch' ? Promise.reject(new Error('not yet')) : passes(what, act));
		const topic = open<number[]>(backend, { gate: { backoff: { firstMs: 5000 } } });
		await pass(10);
		expect([topic.status().type, fetches(backend)]).toEqual(['retrying', 1]);
		backend.way = (what, act) => (what === 'fetch' ? opens.then(act) : passes(what, act));
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass(10);
		answer();
		await pass(10);
		expect([edit.value, fetches(backend)]).toEqual([{ revision: '2' }, 2]);
	});
});

describe('what waits for the first state of another life of the topic', () => {
	it('ends if that does not come, be it an edit or an action', async () => {
		const { backend, topic } = await list();
		const { opens, open: answer } = gatekeeper();
		backend.way = (what, act) => (what === 'act' ? opens.then(act) : NO_FETCH(what, act));
		const acted = ending(topic.act({ add: 7 }, push));
		const behind = [ending(topic.act({ add: 8 }, push)), ending(topic.update((draft) => void draft.push(9)))];
		backend.restart('5');
		answer();
		await pass(10);
		expect([acted.error?.fate, behind, topic.get()]).toEqual(['unknown', [{}, {}], [8, 9]]);
		await pass(1000);
		expect(behind.map(({ error }) => error?.fate)).toEqual(['notSent', 'notSent']);
		expect([topic.get(), topic.pending()]).toEqual([[], 0]);
	});
});
