import { describe, expect, it, vi } from 'vitest';

import { noopLogger, TopicError } from '../../src/index.js';
import { ending, FIRST, gatekeeper, live, open, pass, type Settings, watchEverything, Window } from './harness.js';
import { Plugin, refusal } from './backend.js';

watchEverything();

const dark = (draft: Settings): void => {
	draft.theme = 'dark';
};
const larger = (draft: Settings): void => {
	draft.fontSize += 1;
};

describe('an edit', () => {
	it('shows at once, is sent as a patch with its base, and resolves to its version', async () => {
		const { backend, topic, window } = await live();
		const written = topic.update(dark);
		expect(topic.get()?.theme).toBe('dark');
		expect(topic.pending()).toBe(1);
		expect(await written).toEqual({ revision: '2' });
		expect(topic.pending()).toBe(0);
		expect(backend.written).toEqual([
			{ base: { revision: '1' }, patch: '[{"op":"replace","path":"/theme","value":"dark"}]' },
		]);
		expect(window.shown.map(({ theme }) => theme), 'and not once more for its echo').toEqual(['light', 'dark']);
		await pass();
		expect(backend.calls, 'neither echo nor answer cost a fetch').toEqual(['write']);
	});

	it('leaves what it does not change the very same', async () => {
		const { topic } = await live<{ a: { x: number }; b: { y: number } }>('{"a":{"x":1},"b":{"y":2}}');
		const before = topic.get();
		await topic.update((draft) => {
			draft.a.x = 5;
		});
		await topic.refresh();
		expect(topic.get()).toEqual({ a: { x: 5 }, b: { y: 2 } });
		expect(topic.get()?.b).toBe(before?.b);
	});

	it('may return the state to be', async () => {
		const { backend, topic } = await live();
		await topic.update((draft) => ({ ...draft, fontSize: 20 }));
		await topic.replace({ theme: 'x', fontSize: 1, tags: ['a'] });
		expect(JSON.parse(backend.json)).toEqual({ theme: 'x', fontSize: 1, tags: ['a'] });
	});

	it('changes a state that is no object', async () => {
		const { backend, topic } = await live<number>('5');
		await topic.update((count) => count + 1);
		expect([topic.get(), backend.json]).toEqual([6, '6']);
	});

	it('that changes nothing is not sent, and ends well with the version that it found', async () => {
		const { backend, topic, window } = await live();
		expect(await topic.update((draft) => void (draft.theme = 'light'))).toEqual({ revision: '1' });
		expect(await topic.update((draft) => ({ ...draft }))).toEqual({ revision: '1' });
		expect(await topic.update(() => undefined)).toEqual({ revision: '1' });
		expect([backend.calls, window.shown.length]).toEqual([[], 1]);
	});

	it('waits for the first state', async () => {
		const backend = new Plugin('settings', '{"theme":"light","fontSize":14,"tags":[]}');
		const topic = open(backend);
		const written = topic.update(dark);
		expect(topic.get()).toBeUndefined();
		expect(await written).toEqual({ revision: '2' });
		expect(topic.get()?.theme).toBe('dark');
	});
});

describe('edits made while a write is under way', () => {
	it('are sent together after it', async () => {
		const { backend, topic } = await live();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const edits = Array.from({ length: 100 }, () => topic.update(larger));
		expect(topic.get()?.fontSize).toBe(114);
		open();
		const versions = await Promise.all(edits);
		expect(versions.map(({ revision }) => revision)).toEqual(['2', ...Array(99).fill('3')]);
		expect(backend.written).toHaveLength(2);
		expect(JSON.parse(backend.json).fontSize).toBe(114);
	});

	it('that undo one another are not sent', async () => {
		const { backend, topic } = await live();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const first = topic.update(dark);
		const up = topic.update(larger);
		const down = topic.update((draft) => void (draft.fontSize -= 1));
		open();
		await Promise.all([first, up, down]);
		expect(backend.written).toHaveLength(1);
	});
});

describe('a write that lost against another window', () => {
	it('is made again on what that has written', async () => {
		const { backend, topic, window } = await live();
		backend.way = async (what, act) => {
			backend.way = async (_, act) => act();
			if (what === 'write') backend.change((state: Settings) => ({ ...state, fontSize: 30 }));
			return act();
		};
		await topic.update(dark);
		expect(JSON.parse(backend.json)).toEqual({ theme: 'dark', fontSize: 30, tags: [] });
		expect(window.shown.map(({ theme, fontSize }) => [theme, fontSize])).toEqual([
			['light', 14],
			['dark', 14],
			['dark', 30],
		]);
		expect(window.errors).toEqual([]);
	});

	it('a hundred times in a row fails as outraced, and is taken back', async () => {
		const { backend, topic, window } = await live();
		const conflict = (): string => refusal({ kind: 'conflict', ...backend.version, data: JSON.parse(backend.json) });
		backend.way = async (what, act) => {
			if (what !== 'write') return act();
			backend.change((state: Settings) => ({ ...state, fontSize: state.fontSize + 1 }));
			throw conflict();
		};
		const error = await topic.update(dark).catch((error: unknown) => error as TopicError);
		expect(error).toBeInstanceOf(TopicError);
		expect(error).toMatchObject({ phase: 'write', fate: 'outraced', kind: 'conflict' });
		expect((error as TopicError).reason).toContain('after 100 times that others were faster');
		expect(backend.written).toHaveLength(101);
		expect(topic.get()).toEqual({ theme: 'light', fontSize: 115, tags: [] });
		expect(window.errors).toEqual([error]);
	});
});

describe('a refused edit', () => {
	const tooLarge = ({ fontSize }: Settings) => (fontSize > 72 ? { path: 'fontSize', reason: 'too large' } : undefined);

	it('is taken back with its place and the reason', async () => {
		const { backend, topic, window } = await live();
		backend.validate = tooLarge;
		const edit = topic.update((draft) => void (draft.fontSize = 500));
		expect(topic.get()?.fontSize).toBe(500);
		const error = await edit.catch((error: unknown) => error);
		expect(error).toMatchObject({
			name: 'TopicError',
			topic: 'settings',
			phase: 'write',
			fate: 'refused',
			kind: 'invalid',
			path: '/fontSize',
			reason: 'fontSize: too large',
			message: 'topic `settings`, phase write: fontSize: too large',
		});
		expect([topic.get()?.fontSize, topic.error()]).toEqual([14, error]);
		expect(window.errors).toEqual([error]);
	});

	it('is the last word until this window writes again, or somebody has read it, whatever others write', async () => {
		const { backend, topic } = await live();
		backend.validate = tooLarge;
		const refused = async () => topic.update((draft) => void (draft.fontSize = 500)).catch((error: unknown) => error);
		const error = await refused();
		for (let second = 0; second < 3; second += 1) {
			backend.change((state: Settings) => ({ ...state, fontSize: second }));
			await pass(1000);
			expect([topic.get()?.fontSize, topic.error(), topic.status().type]).toEqual([second, error, 'live']);
		}
		await topic.update(() => undefined);
		expect(topic.error(), 'what changes nothing is no write').toBe(error);
		const written = topic.update(larger);
		expect(topic.error()).toBeUndefined();
		await written;
		await refused();
		expect(topic.error()?.path).toBe('/fontSize');
		topic.dismissError();
		expect(topic.error()).toBeUndefined();
	});

	it('among many is found and taken out alone, and nothing flickers', async () => {
		const { backend, topic, window } = await live<Settings>();
		backend.validate = ({ tags }: Settings) =>
			tags.includes('bad') ? { path: `tags[${tags.indexOf('bad')}]`, reason: 'bad' } : undefined;
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const first = topic.update(dark);
		const names = ['a', 'b', 'c', 'bad', 'd', 'e', 'f'];
		const edits = names.map((name) => ending(topic.update((draft) => void draft.tags.push(name))));
		open();
		await first;
		await pass();
		expect(edits.map(({ error }) => error?.fate)).toEqual([, , , 'refused', , , ,].map((it) => it));
		expect(edits[3]?.error).toMatchObject({ path: '/tags/3', fate: 'refused' });
		expect(JSON.parse(backend.json).tags).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
		expect(window.errors).toHaveLength(1);
		const lengths = window.shown.map(({ tags }) => tags.length);
		expect(lengths, 'up with each edit, then without the bad one').toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 6]);
	});

	it('for want of a permission fails as a whole', async () => {
		const { backend, topic } = await live();
		const { opens, open } = gatekeeper();
		const grant = '{ "identifier": "revgate:write" }';
		backend.way = (what, act) =>
			opens.then(() => {
				if (what !== 'write') return act();
				throw refusal({ kind: 'denied', topic: 'settings', access: 'write', grant });
			});
		const edits = [dark, larger, larger].map((recipe) => ending(topic.update(recipe)));
		open();
		await pass();
		expect(edits.map(({ error }) => [error?.fate, error?.kind])).toEqual(Array(3).fill(['refused', 'denied']));
		expect(edits[0]?.error?.reason).toContain(grant);
		expect(backend.written, 'the first, then the others together').toHaveLength(2);
	});

	it('by Tauri itself is refused, too', async () => {
		const { backend, topic } = await live();
		backend.way = () => Promise.reject('revgate.patch not allowed on window "main"');
		await expect(topic.update(dark)).rejects.toMatchObject({ fate: 'refused', kind: undefined });
	});
});

describe('an edit that cannot be made', () => {
	it('fails alone when its recipe throws, and says that it was not sent', async () => {
		const { backend, topic, window } = await live();
		const cause = new Error('no such row');
		const error = await topic
			.update(() => {
				throw cause;
			})
			.catch((error: unknown) => error);
		expect(error).toMatchObject({ phase: 'write', fate: 'notSent', reason: 'the edit threw: no such row', cause });
		expect([backend.calls, window.errors]).toEqual([[], [error]]);
	});

	it('any more, because of what another window has written, falls alone', async () => {
		const { backend, topic } = await live<Settings>('{"theme":"light","fontSize":14,"tags":["a","b"]}');
		backend.way = async (what, act) => {
			backend.way = async (_, act) => act();
			if (what === 'write') backend.change((state: Settings) => ({ ...state, tags: ['b'] }));
			return act();
		};
		const rename = (from: string, to: string) => (draft: Settings) => {
			const index = draft.tags.indexOf(from);
			if (index < 0) throw new Error(`\`${from}\` is gone`);
			draft.tags[index] = to;
		};
		const gone = ending(topic.update(rename('a', 'x')));
		const kept = ending(topic.update(rename('b', 'y')));
		await pass();
		expect(gone.error).toMatchObject({ fate: 'notSent', reason: 'the edit threw: `a` is gone' });
		expect([kept.value, JSON.parse(backend.json).tags]).toEqual([{ revision: '3' }, ['y']]);
	});

	it('is one within another, of whatever topic', async () => {
		const { topic } = await live();
		const other = open(new Plugin('other', '{"theme":"light","fontSize":14,"tags":[]}'));
		const inner: { error?: TopicError }[] = [];
		await topic.update((draft) => {
			inner.push(ending(topic.update(larger)), ending(other.update(larger)));
			draft.theme = 'dark';
		});
		await pass();
		expect(inner.map(({ error }) => error?.fate)).toEqual(['notSent', 'notSent']);
		expect(inner[0]?.error?.reason).toBe('it was made within another edit, which may be played more than once');
		expect(topic.get()).toMatchObject({ theme: 'dark', fontSize: 14 });
	});

	it('is an asynchronous one', async () => {
		const { backend, topic } = await live();
		const recipe = (async (draft: Settings) => {
			await null;
			draft.theme = 'dark';
		}) as never;
		await expect(topic.update(recipe)).rejects.toMatchObject({
			fate: 'notSent',
			reason: expect.stringContaining('asynchronous'),
		});
		expect(backend.calls).toEqual([]);
	});

	it('is an asynchronous one, also one that returns its draft, which is gone by then', async () => {
		const { topic } = await live();
		const recipes = [async (draft: Settings) => draft, async (draft: Settings) => (await null, draft), (draft: Settings) => Promise.resolve(draft.tags)];
		for (const recipe of recipes) {
			await expect(topic.update(recipe as never)).rejects.toMatchObject({ reason: expect.stringContaining('asynchronous') });
			await pass();
		}
	});

	it('is told though its promise is ignored: within another, after the stop, in a circle', async () => {
		const error = vi.fn();
		const { topic, window } = await live(FIRST, { logger: { ...noopLogger, error } });
		await topic.update(() => void topic.update(larger));
		await pass();
		expect(window.errors.map(({ fate, reason }) => [fate, reason.slice(0, 26)])).toEqual([['notSent', 'it was made within another']]);
		expect(error).toHaveBeenCalledTimes(1);
		topic.subscribe(() => void topic.update(larger));
		await pass();
		expect([error.mock.calls.length, String(error.mock.lastCall?.[0])]).toEqual([2, expect.stringContaining('more than 1000')]);
		topic.stop();
		void topic.update(larger);
		await pass();
		expect(error.mock.calls.length).toBe(3);
	});

	it('is one that changes its draft and returns another state', async () => {
		const { topic } = await live();
		const recipe = (draft: Settings): Settings => {
			draft.theme = 'dark';
			return { theme: 'x', fontSize: 1, tags: [] };
		};
		await expect(topic.update(recipe)).rejects.toMatchObject({ fate: 'notSent' });
		expect(topic.get()?.theme).toBe('light');
	});
});

describe('a write that is made, and is not on the disk', () => {
	it('keeps its edits, which are told so and never made again', async () => {
		const { backend, topic, window } = await live();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) =>
			opens.then(() => {
				const isSecond = backend.written.length === 2;
				backend.diskFault = isSecond ? 'version 3 of the topic `settings` is not saved: the disk is full' : undefined;
				return act();
			});
		const first = topic.update(dark);
		const edits = [larger, larger].map((recipe) => ending(topic.update(recipe)));
		open();
		await first;
		await pass();
		expect(edits.map(({ error }) => [error?.fate, error?.kind])).toEqual(Array(2).fill(['notDurable', 'notDurable']));
		expect(edits[0]?.error?.message).toBe(
			'topic `settings`, phase write: version 3 of the topic `settings` is not saved: the disk is full ' +
				'(it was made, but is not on the disk)',
		);
		expect([JSON.parse(backend.json).fontSize, topic.get()?.fontSize, topic.version()]).toEqual([16, 16, { revision: '3' }]);
		expect(window.shown.map(({ fontSize }) => fontSize), 'nothing flickers').toEqual([14, 14, 15, 16]);
		expect([backend.written.length, window.errors.length, topic.pending()]).toEqual([2, 1, 0]);
		expect(await topic.update(larger), 'the next one is made on it').toEqual({ revision: '4' });
	});

	it('shows the state that the backend has made of it', async () => {
		const { backend, topic } = await live();
		backend.way = async (what, act) => {
			if (what !== 'write') return act();
			const data = { theme: 'dim', fontSize: 14, tags: [] };
			backend.change(() => data);
			throw refusal({ kind: 'notDurable', ...backend.version, data, reason: 'the disk is full' });
		};
		await expect(topic.update(dark)).rejects.toMatchObject({ fate: 'notDurable', reason: 'the disk is full' });
		expect([topic.get()?.theme, topic.version()]).toEqual(['dim', { revision: '2' }]);
	});

	it('and is told of in a version that cannot be read, is not made again either', async () => {
		const { backend, topic } = await live();
		backend.way = async (what, act) => {
			const answer = act();
			if (what === 'write') throw refusal({ kind: 'notDurable', revision: 7, reason: 'the disk is full' });
			return answer;
		};
		const edits = [larger, larger].map((recipe) => ending(topic.update(recipe)));
		await pass();
		expect(edits.map(({ error }) => error?.fate)).toEqual(['notDurable', 'notDurable']);
		await pass(60_000);
		expect([JSON.parse(backend.json).fontSize, topic.get()?.fontSize]).toEqual([16, 16]);
	});

	it.runIf(typeof document !== 'undefined')('behind another counts as made', async () => {
		const { backend, topic } = await live();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) => (what === 'write' ? opens.then(act) : Promise.resolve().then(act));
		backend.diskFault = 'the disk is full';
		const edits = [dark, larger, larger].map((recipe) => ending(topic.update(recipe)));
		dispatchEvent(new Event('pagehide'));
		open();
		await pass();
		expect(edits.map(({ error }) => error?.fate)).toEqual(Array(3).fill('notDurable'));
		expect(JSON.parse(backend.json)).toEqual({ theme: 'dark', fontSize: 16, tags: [] });
		expect([topic.get()?.fontSize, backend.written.length]).toEqual([16, 2]);
	});
});

describe('a write that is not answered', () => {
	it.runIf(typeof document !== 'undefined').each([
		['after its time, before the one behind', [150, 95]],
		['before its time, which the one behind reaches', [80, 60]],
	])('that another was sent behind is not made twice, answered %s', async (_, delays) => {
		const { backend, topic } = await live<Settings>(undefined, { writeTimeoutMs: 100 });
		backend.way = async (what, act) => {
			const answer = act();
			if (what === 'write') await new Promise((done) => setTimeout(done, delays.shift() ?? 0));
			return answer;
		};
		const edits = [dark, larger].map((recipe) => ending(topic.update(recipe)));
		await pass(60);
		dispatchEvent(new Event('beforeunload'));
		await pass(1000);
		expect(edits).toEqual(Array(2).fill({ value: { revision: '3' } }));
		expect([backend.json, backend.written.length]).toEqual(['{"theme":"dark","fontSize":15,"tags":[]}', 2]);
	});

	it('in a kind that is not known ends as a whole, and is not made again', async () => {
		const { backend, topic } = await live();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) =>
			opens.then(() => {
				const answer = act();
				const isSecond = what === 'write' && backend.written.length === 2;
				if (isSecond) throw refusal({ kind: 'madeSomehow', reason: 'of a later plugin' });
				return answer;
			});
		const first = topic.update(dark);
		const edits = [larger, larger].map((recipe) => ending(topic.update(recipe)));
		open();
		await first;
		await pass();
		expect(edits.map(({ error }) => [error?.fate, error?.reason])).toEqual(Array(2).fill(['unknown', 'of a later plugin']));
		expect([JSON.parse(backend.json).fontSize, topic.get()?.fontSize, backend.written.length]).toEqual([16, 16, 2]);
	});

	it('fails after its time, and nobody knows whether it was made', async () => {
		const { backend, topic } = await live();
		backend.way = (what, act) => (what === 'write' ? new Promise(() => undefined) : Promise.resolve().then(act));
		const edit = ending(topic.update(dark));
		await pass(9999);
		expect([edit.error, topic.get()?.theme]).toEqual([undefined, 'dark']);
		await pass(1);
		expect(edit.error).toMatchObject({ fate: 'unknown', reason: 'no answer within 10000 ms' });
		expect(edit.error?.message).toContain('(it may have been made)');
		expect(topic.get()?.theme).toBe('light');
	});

	it('in time counts all the same when the answer comes', async () => {
		const { backend, topic, window } = await live<Settings>(undefined, { writeTimeoutMs: 100 });
		backend.way = (what, act) => {
			if (what === 'announce') return new Promise(() => undefined);
			const answer = act();
			return new Promise((resolve) => setTimeout(() => resolve(answer), 150));
		};
		const edit = ending(topic.update(dark));
		await pass(100);
		expect([edit.error?.fate, topic.get()?.theme]).toEqual(['unknown', 'light']);
		await pass(50);
		expect([topic.get()?.theme, topic.version()], 'nobody else has told of it').toEqual(['dark', { revision: '2' }]);
		expect(window.errors).toHaveLength(1);
	});

	it('in time is not taken for the next one', async () => {
		const { backend, topic } = await live<Settings>(undefined, { writeTimeoutMs: 100 });
		const delays = [150, 60_000];
		backend.way = async (what, act) => {
			const delay = what === 'write' ? delays.shift() : 0;
			// The second one never gets there.
			const answer = delay === 150 || what !== 'write' ? act() : undefined;
			await new Promise((done) => setTimeout(done, delay));
			return answer as never;
		};
		const first = ending(topic.update(dark));
		await pass(100);
		const second = ending(topic.update(larger));
		await pass(99);
		expect([first.error?.fate, second]).toEqual(['unknown', {}]);
		await pass(1);
		expect(second.error?.fate).toBe('unknown');
		await pass(60_000);
		expect(JSON.parse(backend.json)).toEqual({ theme: 'dark', fontSize: 14, tags: [] });
	});

	it('as it should be counts as unknown', async () => {
		const { backend, topic } = await live();
		backend.way = async (what, act) => {
			const answer = act();
			return what === 'write' ? ('{"revision":7}' as never) : answer;
		};
		await expect(topic.update(dark)).rejects.toMatchObject({
			fate: 'unknown',
			reason: expect.stringContaining('malformed answer'),
		});
	});
});

describe('listeners', () => {
	it('may edit in answer to what they are told, in its order', async () => {
		const { backend, topic } = await live();
		topic.subscribe(({ fontSize }) => {
			if (fontSize < 20) void topic.update(larger);
		});
		await topic.update(dark);
		await pass();
		expect(JSON.parse(backend.json)).toEqual({ theme: 'dark', fontSize: 20, tags: [] });
	});

	it('that edit in a circle are stopped', async () => {
		const { topic } = await live();
		const errors: TopicError[] = [];
		topic.subscribe(() => void topic.update(larger).catch((error: TopicError) => errors.push(error)));
		await pass();
		expect(errors[0]).toMatchObject({ fate: 'notSent', reason: expect.stringContaining('more than 1000') });
	});

	it('that throw are reported, and the others are told', async () => {
		const { topic, window } = await live();
		const seen: string[] = [];
		topic.subscribe(() => {
			throw new Error('ouch');
		});
		topic.subscribe(({ theme }) => seen.push(theme));
		await topic.update(dark);
		expect(seen).toEqual(['light', 'dark']);
		expect(window.errors.map(({ phase, reason }) => [phase, reason])).toEqual(Array(2).fill(['apply', 'ouch']));
	});

	it('are told of the number of edits under way', async () => {
		const { topic } = await live();
		const seen: number[] = [];
		topic.onPending((pending) => seen.push(pending));
		await Promise.all([topic.update(dark), topic.update(larger)]);
		await pass();
		expect(seen).toEqual([1, 2, 1, 0]);
	});
});

describe('two windows', () => {
	it('that edit different fields at once both keep their edit', async () => {
		const { backend, topic } = await live();
		const { opens, open: go } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const mine = topic.update(dark);
		backend.change((state: Settings) => ({ ...state, fontSize: 30 }));
		go();
		await mine;
		await pass();
		expect(topic.get()).toEqual({ theme: 'dark', fontSize: 30, tags: [] });
		expect(JSON.parse(backend.json)).toEqual(topic.get());
	});
});

void Window;
