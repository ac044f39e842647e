// The state that the page has asked for before its topics were made.

import { describe, expect, it, vi } from 'vitest';

import type { Version } from '../../src/gate/gate.js';
import { Plugin } from './backend.js';
import { ending, FIRST, gatekeeper, open, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

const DARK = FIRST.replace('light', 'dark');
const answer = (revision: string, state: string) => `{"revision":"${revision}","data":${state}}`;
const dark = (state: Settings): Settings => ({ ...state, theme: 'dark' });

/** A page that has this early, once; what it subscribes as who knows. */
function page(early: string | Promise<string | undefined> | undefined, backend = new Plugin('settings', FIRST)) {
	backend.brings = true;
	const preloaded = vi.fn(() => early).mockReturnValueOnce(early).mockReturnValue(undefined);
	Object.assign(backend, { preloaded });
	const known: (Version | undefined)[] = [];
	const { subscribe } = backend;
	backend.subscribe = (topic, listener, version) => (known.push(version), subscribe.call(backend, topic, listener, version));
	return { backend, known, preloaded };
}

describe('a state that the page has early', () => {
	it('is shown before anything is answered, and does not come again', async () => {
		const { backend, known } = page(answer('1', FIRST));
		const topic = open(backend);
		const window = new Window(topic);
		expect([topic.get(), topic.version(), topic.status().type]).toEqual([JSON.parse(FIRST), { revision: '1' }, 'loading']);
		expect(Object.isFrozen(topic.get())).toBe(true);
		const state = topic.get();
		await pass();
		expect([topic.status().type, known, backend.calls]).toEqual(['live', [{ revision: '1' }], ['subscribe']]);
		expect(window.shown, 'once').toEqual([JSON.parse(FIRST)]);
		expect(topic.get()).toBe(state);
		expect(window.errors).toEqual([]);
	});

	it('is ready at once', async () => {
		const { backend } = page(answer('1', FIRST));
		backend.way = () => new Promise(() => {});
		const ready = ending(open(backend).ready());
		await pass();
		expect(ready.value).toEqual(JSON.parse(FIRST));
	});

	it('gives way to the newer one that the subscription brings, and never comes after it', async () => {
		const { backend, known } = page(answer('1', FIRST));
		backend.change(dark);
		const topic = open(backend);
		const window = new Window(topic);
		await pass(60_000);
		expect(window.shown.map(({ theme }) => theme)).toEqual(['light', 'dark']);
		expect([known, topic.version(), window.errors]).toEqual([[{ revision: '1' }], { revision: '2' }, []]);
	});

	it('that comes when there is a state already is not shown', async () => {
		const { opens, open: arrive } = gatekeeper();
		const { backend } = page(opens.then(() => answer('1', FIRST)));
		backend.change(dark);
		const topic = open(backend);
		const window = new Window(topic);
		// It was given up with the subscription that waits for it.
		await pass(11_000);
		expect(window.shown.map(({ theme }) => theme)).toEqual(['dark']);
		arrive();
		await pass(1000);
		expect([window.shown.map(({ theme }) => theme), backend.subscriptions]).toEqual([['dark'], 1]);
		topic.stop();
	});

	it('that is on its way is waited for, and not asked for twice', async () => {
		const { opens, open: arrive } = gatekeeper();
		const { backend, known } = page(opens.then(() => answer('1', FIRST)));
		const topic = open(backend);
		const ready = ending(topic.ready());
		await pass(100);
		expect([topic.get(), known]).toEqual([undefined, []]);
		arrive();
		await pass();
		expect([ready.value, known, backend.calls]).toEqual([JSON.parse(FIRST), [{ revision: '1' }], ['subscribe']]);
	});

	it.each([
		['nothing', () => undefined],
		['nothing after a while', async () => undefined],
		['no JSON', () => '{"revision":'],
		['no state', () => '{"revision":"1"}'],
		['no version', () => '{"data":{}}'],
		['a failure', () => Promise.reject(new Error('no answer'))],
	])('is asked for as ever if it is %s', async (_, early) => {
		const { backend, known } = page(early());
		const topic = open(backend);
		const window = new Window(topic);
		await pass();
		expect([window.shown, known, backend.calls]).toEqual([[JSON.parse(FIRST)], [undefined], ['subscribe']]);
		expect([topic.status().type, window.errors]).toEqual(['live', []]);
	});

	it('throws nothing if whoever has it does', async () => {
		const { backend, preloaded } = page(undefined);
		preloaded.mockReset().mockImplementation(() => {
			throw new Error('none of ours');
		});
		const topic = open(backend);
		await pass();
		expect(topic.status().type).toBe('live');
	});

	it('is a base for edits, also before the subscription stands', async () => {
		const { backend, known } = page(answer('1', FIRST));
		const { opens: stands, open: stand } = gatekeeper();
		backend.way = async (what, act) => {
			const done = act();
			if (what === 'subscribe') await stands;
			return done;
		};
		const topic = open(backend);
		const window = new Window(topic);
		const written = topic.update((draft) => void (draft.theme = 'dark'));
		await pass();
		expect([await written, backend.written[0]?.base]).toEqual([{ revision: '2' }, { revision: '1' }]);
		stand();
		await pass(60_000);
		expect([window.shown.map(({ theme }) => theme), window.errors]).toEqual([['light', 'dark'], []]);
		expect([topic.status().type, topic.version(), known]).toEqual(['live', { revision: '2' }, [{ revision: '1' }]]);
	});

	it('survives a subscription that fails', async () => {
		const { backend, known } = page(answer('1', FIRST));
		let fails = 2;
		backend.way = async (what, act) => {
			if (what === 'subscribe' && fails-- > 0) throw new Error('not yet');
			return act();
		};
		const topic = open(backend);
		const window = new Window(topic);
		await pass(5000);
		expect([topic.status().type, window.shown.length, known.map((it) => it?.revision)]).toEqual(['live', 1, ['1', '1', '1']]);
	});

	it('is taken by the first topic of its name alone', async () => {
		const { backend, preloaded } = page(answer('1', FIRST));
		const first = open(backend);
		const second = open(backend);
		expect([first.get(), preloaded.mock.calls]).toEqual([second.get(), [['settings']]]);
		await pass();
		backend.endSubscriptions();
		await pass(1000);
		expect(preloaded.mock.calls.length, 'there is a state').toBe(1);
	});

	it('is no worse than the last known one', async () => {
		const { backend } = page(answer('1', FIRST));
		const cache = { load: async () => ({ revision: '9', data: JSON.parse(DARK) }) as never, save: async () => {}, flush: async () => {} };
		const topic = open(backend, { cache });
		const window = new Window(topic);
		await pass();
		expect([window.shown.map(({ theme }) => theme), topic.isCached()]).toEqual([['light'], false]);
	});
});
