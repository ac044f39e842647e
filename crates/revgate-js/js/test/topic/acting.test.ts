// Actions on a way that loses, delays and repeats, and in a page that ends.

import { describe, expect, it } from 'vitest';

import { ending, gatekeeper, live, pass, watchEverything } from './harness.js';
import { type Plugin, refusal, type Way } from './backend.js';

watchEverything();

type Add = { add: number };

async function list(options = {}) {
	const it = await live<number[], Add>('[]', { writeTimeoutMs: 1000, gate: { backoff: { firstMs: 100, jitterSeed: 1n } }, ...options });
	it.backend.apply = (list: number[], { add }: Add) => [...list, add];
	return it;
}

const push = (draft: number[], { add }: Add): void => void draft.push(add);
const made = (backend: Plugin): number[] => JSON.parse(backend.json) as number[];
const sent = ({ batches }: Plugin) => batches.map(({ known, actions }) => [known, (JSON.parse(actions) as { seq: string }[]).map(({ seq }) => seq).join()]);

/** Does to the first messages, one after the other, what these do; all later ones pass. */
function first(...ways: Way[]): Way {
	return (what, act) => {
		const way = what === 'act' ? ways.shift() : undefined;
		return way ? way(what, act) : new Promise((resolve) => resolve(act()));
	};
}

const lost: Way = () => new Promise(() => undefined);
const cut: Way = () => Promise.reject(new Error('the wire is cut'));
const unanswered: Way = (_, act) => (act(), lost('act', act));
const cutOnTheWayBack: Way = (what, act) => (act(), cut(what, act));
const after = (ms: number): Way => (_, act) => new Promise((resolve) => void setTimeout(resolve, ms)).then(act);

describe('actions that are not answered', () => {
	it.each([
		['lost', lost],
		['cut', cut],
		['done, and the answer lost', unanswered],
		['done, and the answer cut', cutOnTheWayBack],
	])('are sent again with the same number, and done once: %s', async (_, way) => {
		const { backend, topic, window } = await list();
		backend.way = first(way, way);
		const acted = ending(topic.act({ add: 7 }, push));
		await pass(2900);
		expect([acted.value, made(backend), topic.get()]).toEqual([{ revision: '2' }, [7], [7]]);
		expect(sent(backend), 'and say what was known when it was first sent').toEqual([['1', '1'], ['1', '1'], ['1', '1']]);
		expect(new Set(backend.batches.map(({ source }) => source)).size).toBe(1);
		expect(window.errors).toEqual([]);
	});

	it('say what was known when they were first sent, whatever is known since', async () => {
		const { backend, topic } = await list();
		backend.way = first(lost);
		void topic.act({ add: 7 });
		backend.change((state: number[]) => [...state, 1]);
		await pass(2900);
		expect(topic.version()?.revision).toBe('3');
		await topic.act({ add: 8 });
		expect(sent(backend)).toEqual([['1', '1'], ['1', '1'], ['3', '2']]);
	});

	it('wait between the messages as long as the gate says', async () => {
		const { backend, topic } = await list();
		backend.way = first(cut, cut, cut);
		void topic.act({ add: 7 });
		const at: number[] = [];
		for (let ms = 0; ms < 1000; ms += 5) {
			if (backend.batches.length > at.length) at.push(ms);
			await pass(5);
		}
		const waits = at.slice(1).map((ms, index) => ms - at[index]!);
		expect(waits).toHaveLength(3);
		// 100, 200 and 400, each shortened by up to a half.
		waits.forEach((wait, index) => expect(wait > 50 * 2 ** index && wait <= 100 * 2 ** index + 5, `${waits}`).toBe(true));
	});

	it('for three times as long as one message may take are unknown, and only they', async () => {
		const { backend, topic, window } = await list();
		backend.way = first(lost, lost, lost, lost);
		const acted = ending(topic.act({ add: 7 }, push));
		await pass(10);
		const next = ending(topic.act({ add: 8 }, push));
		await pass(2980);
		expect([acted.error, topic.get()]).toEqual([undefined, [7, 8]]);
		await pass(1000);
		expect([acted.error?.fate, acted.error?.reason]).toEqual(['unknown', 'no answer within 1000 ms']);
		await pass(2000);
		expect([next.value !== undefined, made(backend), topic.get()]).toEqual([true, [8], [8]]);
		expect(window.errors).toEqual([acted.error]);
	});

	it('but refused as a whole after that are unknown: the first message may have come', async () => {
		const { backend, topic } = await list();
		backend.way = first(unanswered, () => Promise.reject(refusal({ kind: 'denied', topic: 'x', access: 'act', grant: '{}' })));
		const acted = ending(topic.act({ add: 7 }));
		await pass(1500);
		expect([acted.error?.fate, acted.error?.kind]).toEqual(['unknown', 'denied']);
	});

	it('at first, and then twice, end once', async () => {
		const { backend, topic } = await list();
		backend.way = first(after(1300), after(400));
		const acted = ending(topic.act({ add: 7 }, push));
		const other = ending(topic.act({ add: 8 }, push));
		await pass(5000);
		expect([acted.value, other.value, topic.get(), made(backend)]).toEqual([{ revision: '2' }, { revision: '3' }, [7, 8], [7, 8]]);
	});

	it('wait for the last message, whatever becomes late of the ones before', async () => {
		const { backend, topic } = await list();
		const late: Way = () => new Promise((_, reject) => void setTimeout(reject, 1500, new Error('the wire was cut')));
		backend.way = first(late, lost);
		void topic.act({ add: 7 });
		await pass(1150);
		expect(backend.batches).toHaveLength(2);
		await pass(800);
		expect(backend.batches).toHaveLength(2);
		await pass(1000);
		expect([made(backend), topic.pending()]).toEqual([[7], 0]);
	});

	it('are not ended by the late answer to a write before them', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) => (what === 'act' ? opens.then(act) : what === 'write' ? after(1500)(what, act) : new Promise((resolve) => resolve(act())));
		const edit = ending(topic.update((draft) => void draft.push(6)));
		await pass(1000);
		const acted = ending(topic.act({ add: 7 }));
		await pass(600);
		expect([edit.error?.fate, acted, made(backend)]).toEqual(['unknown', {}, [6]]);
		open();
		await pass(1000);
		expect([acted.value, topic.get()]).toEqual([{ revision: '3' }, [6, 7]]);
	});

	it('until others are under way tell of their version all the same', async () => {
		const { backend, topic } = await list({ resyncMs: 1_000_000 });
		backend.delivery = 'pull';
		const announce = backend.announce.bind(backend);
		backend.announce = () => undefined;
		backend.way = first(after(4500), lost, lost, lost);
		const acted = ending(topic.act({ add: 7 }));
		await pass(4000);
		expect(acted.error?.fate).toBe('unknown');
		await pass(1000);
		expect(topic.get()).toEqual([7]);
		backend.announce = announce;
	});
});

describe('an answer to actions that says nonsense', () => {
	const NONSENSE: [string, string][] = [
		['null', 'the answer to actions must be an object, not null'],
		['7', 'the answer to actions must be an object, not number'],
		['{', 'JSON'],
		['{}', 'revision'],
		['{"revision":7}', 'revision'],
		['{"revision":"07"}', 'leading zero'],
		['{"revision":"7","refused":{}}', '`refused` must be a list of actions'],
		['{"revision":"7","refused":[null]}', 'an action that was refused must be an object, not null'],
		['{"revision":"7","refused":[{"seq":1,"kind":"panicked"}]}', 'an action that was refused must have `seq` and `kind`'],
		['{"revision":"7","notDurable":5}', '`notDurable` must be text, not number'],
	];
	it.each(NONSENSE)('is asked for again, and what was done is known: %s', async (answer, words) => {
		const { backend, topic } = await list();
		const act = backend.act.bind(backend);
		backend.act = async (...args) => (await act(...args), answer);
		const acted = ending(topic.act({ add: 7 }));
		await pass(200);
		backend.act = act;
		await pass(1000);
		expect([acted.value, made(backend)]).toEqual([{ revision: '2' }, [7]]);
		backend.act = async (...args) => (await act(...args), answer);
		const next = ending(topic.act({ add: 8 }));
		await pass(5000);
		expect([next.error?.fate, made(backend)]).toEqual(['unknown', [7, 8]]);
		expect(next.error?.reason).toContain('malformed answer: ');
		expect(next.error?.reason).toContain(words);
	});

	it('names actions that nobody has asked for, or one twice', async () => {
		const { backend, topic } = await list();
		const act = backend.act.bind(backend);
		const refused = '[{"seq":"99","kind":"panicked"},{"seq":"1","kind":"panicked"},{"seq":"1","kind":"forgotten"}]';
		backend.act = async (...args) => `${(await act(...args)).slice(0, -1)},"refused":${refused}}`;
		const acted = ending(topic.act({ add: 7 }));
		await pass();
		expect(acted.error?.kind).toBe('forgotten');
	});

	it('says an older version than there is', async () => {
		const { backend, topic } = await list();
		await topic.act({ add: 6 });
		const act = backend.act.bind(backend);
		backend.act = async (...args) => (await act(...args), '{"revision":"1"}');
		const acted = ending(topic.act({ add: 7 }, push));
		await pass();
		expect([acted.value, topic.get()]).toEqual([{ revision: '1' }, [6, 7]]);
	});
});

describe('a refusal of actions that says nonsense', () => {
	const ODD: [object, string, string][] = [
		[{ kind: 'otherEpoch', epoch: '07' }, 'unknown', 'leading zero'],
		[{ kind: 'otherEpoch', epoch: {} }, 'unknown', 'malformed answer'],
		[{ kind: 'conflict', revision: '9', data: 'no list' }, 'refused', 'the state has changed to revision 9'],
		[{ kind: 'notDurable', revision: 'x', reason: 'full' }, 'notDurable', 'full'],
		[{ kind: 'ofTomorrow' }, 'unknown', 'ofTomorrow'],
		[{ kind: 'tooLarge' }, 'refused', 'bytes of JSON'],
	];
	it.each(ODD)('ends those that it is of, and no others: %j', async (fields, fate, words) => {
		const { backend, topic } = await list();
		const act = backend.act.bind(backend);
		backend.act = () => Promise.reject(refusal(fields));
		const acted = ending(topic.act({ add: 7 }, push));
		await pass(5000);
		expect([acted.error?.fate, topic.get()]).toEqual([fate, []]);
		expect(acted.error?.reason).toContain(words);
		backend.act = act;
		expect(await topic.act({ add: 8 }, push)).toEqual({ revision: '2' });
		expect(topic.get()).toEqual([8]);
	});
});

describe('a backend that is not as it should be', () => {
	it.each([
		['throws', () => { throw new Error('at once'); }],
		['answers at once', () => '{"revision":"1"}'],
		['has a promise that calls back twice', () => ({ then: (done: (text: string) => void) => (done('{"revision":"1"}'), done('{}')) })],
	])('%s', async (_, act) => {
		const { backend, topic } = await list();
		const after = backend.act.bind(backend);
		let calls = 0;
		backend.act = (...args) => ((calls += 1) === 1 ? (act() as never) : after(...args));
		const acted = ending(topic.act({ add: 7 }, push));
		await pass(1000);
		expect(acted.value).toBeDefined();
		expect(topic.pending()).toBe(0);
	});
});

describe('an action asked for', () => {
	it('within an edit, or by what shows another, is not looked at', async () => {
		const { backend, topic } = await list();
		const inner: ReturnType<typeof ending>[] = [];
		await topic.update((draft) => (inner.push(ending(topic.act({ add: 1 }))), void draft.push(7)));
		await Promise.all([topic.act({ add: 8 }, () => void inner.push(ending(topic.act({ add: 2 })))), pass(10)]);
		expect(inner.length > 1 && inner.every(({ error }) => error?.fate === 'notSent')).toBe(true);
		expect(made(backend)).toEqual([7, 8]);
	});

	it('by a listener, in a circle, ends', async () => {
		const { backend, topic } = await list();
		backend.apply = (_: number[], { add }: Add) => [add];
		const acted: ReturnType<typeof ending>[] = [];
		topic.subscribe(([last = 0]) => void acted.push(ending(topic.act({ add: last + 1 }, () => [last + 1]))));
		await pass(3000);
		topic.stop();
		await pass();
		expect(acted.some(({ error }) => error?.reason.includes('led to the next'))).toBe(true);
		expect(acted.every(({ value, error }) => value !== undefined || error !== undefined)).toBe(true);
		expect(made(backend)[0], 'more than a thousand were not looked at').toBeLessThanOrEqual(acted.length);
	});
});

describe('actions in another life of the topic', () => {
	it('are unknown; those behind them wait for its first state, and are done there', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) => (what === 'act' ? opens.then(act) : new Promise((resolve) => resolve(act())));
		const first = ending(topic.act({ add: 7 }, push));
		const second = ending(topic.act({ add: 8 }, push));
		backend.restart('5');
		open();
		await pass();
		expect([first.error?.fate, first.error?.kind]).toEqual(['unknown', 'otherEpoch']);
		await pass(100);
		expect([second.value, made(backend), topic.get()]).toEqual([{ revision: '2', epoch: '5' }, [8], [8]]);
		expect(backend.batches.map(({ epoch }) => epoch)).toEqual([undefined, '5']);
	});
});

describe('actions of a durable topic', () => {
	it('that are not on the disk were done, and say so', async () => {
		const { backend, topic } = await list();
		backend.diskFault = 'the disk is full';
		const acted = ending(topic.act({ add: 7 }, push));
		await pass();
		expect([acted.error?.fate, acted.error?.kind, acted.error?.reason]).toEqual(['notDurable', 'notDurable', 'the disk is full']);
		expect([topic.get(), topic.pending()]).toEqual([[7], 0]);
	});
});

describe('the state that has an action', () => {
	it('is fetched if no news of it comes', async () => {
		const { backend, topic } = await list({ resyncMs: 1_000_000 });
		backend.announce = () => undefined;
		const acted = topic.act({ add: 7 });
		await pass(90);
		expect(backend.calls, 'it may be late').toEqual(['act']);
		await pass(20);
		expect([await acted, topic.get(), backend.calls]).toEqual([{ revision: '2' }, [7], ['act', 'fetch']]);
	});

	it('is fetched if no news comes of an action that was answered while news of another was awaited', async () => {
		const { backend, topic } = await list({ resyncMs: 1_000_000 });
		backend.delivery = 'patch';
		const { opens, open } = gatekeeper();
		let told = 0;
		backend.way = async (what, act) => (what !== 'announce' ? act() : ++told === 1 ? opens.then(act) : lost(what, act));
		const acted = ending(topic.act({ add: 7 }));
		await pass(20);
		const behind = ending(topic.act({ add: 8 }));
		await pass(20);
		open();
		await pass(20);
		expect([acted.value, behind, backend.calls]).toEqual([{ revision: '2' }, {}, ['act', 'act']]);
		await pass(200);
		expect([behind.value, topic.get(), backend.calls]).toEqual([{ revision: '3' }, [7, 8], ['act', 'act', 'fetch']]);
	});

	it('may be long in coming: the action is shown until then, and ends in time', async () => {
		const { backend, topic } = await list({ gate: { fetchTimeoutMs: 30_000 }, resyncMs: 60_000 });
		backend.way = (what, act) => (what === 'fetch' ? lost(what, act) : new Promise((resolve) => resolve(act())));
		const acted = ending(topic.act({ add: 7 }, push));
		const edit = ending(topic.update((draft) => void draft.push(8)));
		await pass(900);
		expect([acted.value, topic.get(), topic.pending()], 'the edit needs a base that has it').toEqual([undefined, [7, 8], 1]);
		await pass(200);
		expect([acted.value, edit.error?.fate, edit.error?.reason]).toEqual([
			{ revision: '2' },
			'notSent',
			'within 1000 ms there was no state to make it on',
		]);
		expect(topic.get()).toEqual([7]);
		const later = ending(topic.update((draft) => void draft.push(9)));
		backend.delivery = 'inline';
		backend.change((state: number[]) => [...state, 10]);
		await pass();
		expect([later.value, topic.get(), made(backend)]).toEqual([{ revision: '4' }, [7, 10, 9], [7, 10, 9]]);
	});

	it('may never come, however often there is another action: each ends in time', async () => {
		const { backend, topic } = await list({ gate: { fetchTimeoutMs: 30_000 }, resyncMs: 60_000 });
		backend.way = (what, act) => (what === 'fetch' ? lost(what, act) : new Promise((resolve) => resolve(act())));
		const acted = Array.from({ length: 40 }, (_, add) => [add, pass(100).then(() => ending(topic.act({ add }, push)))] as const);
		const ends = [];
		for (const [, end] of acted) ends.push(await end);
		await pass(1100);
		expect(ends.every(({ value }) => value !== undefined)).toBe(true);
		topic.stop();
	});
});

describe('a topic that is stopped', () => {
	it('while an action is under way still hears how that ends', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const acted = [ending(topic.act({ add: 7 })), ending(topic.act({ add: 8 }))];
		topic.stop();
		open();
		await pass();
		expect([acted.map(({ value }) => value !== undefined), made(backend)]).toEqual([[true, true], [7, 8]]);
	});

	it('while an action is tried again goes on with that, and leaves no timer', async () => {
		const { backend, topic } = await list();
		backend.way = first(cut, cut);
		const acted = ending(topic.act({ add: 7 }));
		await pass(10);
		topic.stop();
		await pass(1000);
		expect([acted.value, made(backend)]).toEqual([{ revision: '2' }, [7]]);
	});

	it('before an action that was done is shown says that it was', async () => {
		const { backend, topic } = await list();
		backend.way = (what, act) => (what === 'fetch' ? lost(what, act) : new Promise((resolve) => resolve(act())));
		const acted = ending(topic.act({ add: 7 }));
		await pass(10);
		expect(acted).toEqual({});
		topic.stop();
		await pass();
		expect(acted.value).toEqual({ revision: '2' });
	});

	it('sends no more of them', async () => {
		const { backend, topic } = await list();
		topic.stop();
		const acted = ending(topic.act({ add: 7 }));
		await pass();
		expect([acted.error?.fate, acted.error?.reason, backend.calls]).toEqual(['notSent', 'this handle was stopped', []]);
	});
});

describe.runIf(typeof window !== 'undefined')('a page that is about to go', () => {
	const goes = (): boolean => dispatchEvent(new Event('pagehide'));

	it('sends at once the actions that wait, and hears of each once if it stays', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const acted = [7, 8, 9].map((add) => ending(topic.act({ add }, push)));
		goes();
		goes();
		expect(sent(backend)).toEqual([['1', '1'], ['1', '1,2,3']]);
		open();
		await pass();
		expect([acted.map(({ value }) => value !== undefined), made(backend), topic.get()]).toEqual([[true, true, true], [7, 8, 9], [7, 8, 9]]);
	});

	it('says of what it sends again what was known when it was about to go', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) => (what === 'act' ? opens.then(act) : new Promise((resolve) => resolve(act())));
		for (const add of [7, 8]) void topic.act({ add });
		goes();
		backend.change((state: number[]) => [...state, 1]);
		await pass();
		expect(topic.version()?.revision).toBe('2');
		open();
		await pass();
		expect(sent(backend)).toEqual([['1', '1'], ['1', '1,2'], ['1', '2']]);
	});

	it('sends none again in another life of the topic than it has sent them in', async () => {
		const { backend, topic } = await list();
		backend.way = first(lost);
		const acted = [7, 8].map((add) => ending(topic.act({ add })));
		backend.restart('5');
		backend.change((state: number[]) => [...state, 1]);
		await pass();
		expect([topic.version()?.epoch, backend.batches.length]).toEqual(['5', 1]);
		goes();
		expect(backend.batches.length, 'the first may have been done before').toBe(1);
		await pass(2000);
		expect([acted[0]!.error?.fate, acted[1]!.value !== undefined, made(backend)]).toEqual(['unknown', true, [1, 8]]);
	});

	it('loses those that it has sent in another life of the topic', async () => {
		const { backend, topic } = await list();
		const { opens, open } = gatekeeper();
		backend.way = (what, act) => (what === 'act' ? opens.then(act) : new Promise((resolve) => resolve(act())));
		const acted = [7, 8].map((add) => ending(topic.act({ add })));
		goes();
		backend.restart('5');
		open();
		await pass(100);
		expect(acted.map(({ error }) => error?.fate)).toEqual(['unknown', 'unknown']);
		expect(made(backend)).toEqual([]);
	});

	describe('and stays', () => {
		/** A message that is slow is done after those behind it. News are told a little later. */
		async function slow(...ways: [at: 'act' | 'write', Way][]) {
			const it = await list();
			it.backend.way = (what, act) => {
				const [at, way] = ways[0] ?? [];
				return at === what && way ? (ways.shift(), way(what, act)) : after(what === 'fetch' ? 2 : 1)(what, act);
			};
			return it;
		}

		/** Done at once, and answered later. */
		const late: Way = async (what, act) => {
			const made = await after(1)(what, act);
			return after(100)(what, () => made);
		};

		const shown = ({ shown }: { shown: number[][] }) => new Set(shown.map((list) => list.join()));

		it('shows once what it has sent in a hurry, also behind what it has done since', async () => {
			const { backend, topic, window } = await slow(['act', after(100)]);
			const acted = [7, 8].map((add) => ending(topic.act({ add }, push)));
			goes();
			await pass(50);
			expect([made(backend), topic.get()]).toEqual([[7, 8], [7, 8]]);
			acted.push(ending(topic.act({ add: 9 }, push)));
			await pass(100);
			expect(shown(window)).toEqual(new Set(['', '7', '7,8', '7,8,9']));
			expect([made(backend), acted.map(({ value }) => value)]).toEqual([[7, 8, 9], ['2', '2', '3'].map((revision) => ({ revision }))]);
			expect(sent(backend), 'what first travelled together').toEqual([['1', '1'], ['1', '1,2'], ['1', '2'], ['2', '3']]);
		});

		it('shows once what it has sent in a hurry twice', async () => {
			const { backend, topic, window } = await slow(['act', after(100)]);
			const acted = [7, 8].map((add) => ending(topic.act({ add }, push)));
			goes();
			await pass(50);
			acted.push(ending(topic.act({ add: 9 }, push)));
			goes();
			await pass(100);
			expect(shown(window)).toEqual(new Set(['', '7', '7,8', '7,8,9']));
			expect([made(backend), acted.map(({ value }) => value !== undefined)]).toEqual([[7, 8, 9], [true, true, true]]);
			expect(sent(backend)).toEqual([['1', '1'], ['1', '1,2'], ['1', '1,2,3'], ['1', '2'], ['2', '3']]);
		});

		it('shows an edit that was made, and once what was sent in a hurry behind it', async () => {
			const { backend, topic, window } = await slow(['write', late]);
			const edit = ending(topic.update((draft) => void draft.push(7)));
			const acted = ending(topic.act({ add: 8 }, push));
			await pass();
			goes();
			await pass(50);
			expect([made(backend), topic.get(), edit]).toEqual([[7, 8], [7, 8], {}]);
			await pass(100);
			expect(shown(window)).toEqual(new Set(['', '7', '7,8']));
			expect([edit.value, acted.value]).toEqual([{ revision: '2' }, { revision: '3' }]);
		});

		it('makes an edit again that others outrace, and shows once what was sent in a hurry behind it', async () => {
			const { backend, topic, window } = await slow(['write', after(50)]);
			const edit = ending(topic.update((draft) => void draft.push(7)));
			const acted = ending(topic.act({ add: 8 }, push));
			await pass();
			goes();
			backend.change((state: number[]) => [...state, 6]);
			await pass(200);
			expect(shown(window)).toEqual(new Set(['', '7', '7,8', '6,8,7']));
			expect([edit.value, acted.value, made(backend)]).toEqual([{ revision: '4' }, { revision: '3' }, [6, 8, 7]]);
			const later = ending(topic.update((draft) => void draft.push(9)));
			await pass(10);
			expect([later.value, topic.get()]).toEqual([{ revision: '5' }, [6, 8, 7, 9]]);
		});

		it('shows an edit that others have made, too, while it holds what it shows', async () => {
			const { backend, topic, window } = await slow(['write', after(50)]);
			const edit = ending(topic.update((draft) => void (draft.includes(7) || draft.push(7))));
			backend.change((state: number[]) => [...state, 7]);
			const acted: ReturnType<typeof ending>[] = [];
			for (const add of [8, 9]) {
				acted.push(ending(topic.act({ add }, push)));
				await pass();
				goes();
			}
			await pass(200);
			expect(shown(window)).toEqual(new Set(['', '7', '7,8', '7,8,9']));
			expect([edit.value, backend.written.length, made(backend)]).toEqual([{ revision: '4' }, 1, [7, 8, 9]]);
			expect(acted.map(({ value }) => value)).toEqual([{ revision: '3' }, { revision: '4' }]);
		});

		it('goes on behind an edit that was made, with others that wait for none', async () => {
			const { backend, topic, window } = await slow(['write', after(1)], ['write', after(1)], ['write', late]);
			backend.validate = (list: number[]) => (list.includes(13) ? { path: '', reason: 'unlucky' } : undefined);
			const [first, edit, guilty] = [6, 7, 13].map((add) => ending(topic.update((draft) => void draft.push(add))));
			const acted = ending(topic.act({ add: 8 }, push));
			await pass(10);
			expect(backend.written.length, 'the third is under way').toBe(3);
			goes();
			await pass(200);
			expect([first!.value, edit!.value, guilty!.error?.fate, acted.value]).toEqual([{ revision: '2' }, { revision: '3' }, 'refused', { revision: '4' }]);
			expect(shown(window)).toEqual(new Set(['', '6', '6,7', '6,7,13', '6,7,13,8', '6,7,8']));
			expect([made(backend), topic.pending()]).toEqual([[6, 7, 8], 0]);
		});

		it('keeps what was sent behind an edit that was made, and throws when it is played again', async () => {
			const { backend, topic } = await slow(['write', late]);
			let isBroken = false;
			const edit = ending(topic.update((draft) => {
				if (isBroken) throw new Error('broken since');
				draft.push(7);
			}));
			const acted = ending(topic.act({ add: 8 }, push));
			await pass();
			goes();
			await pass(50);
			isBroken = true;
			await pass(200);
			expect([edit.value, acted.value]).toEqual([{ revision: '2' }, { revision: '3' }]);
			expect([topic.get(), made(backend)]).toEqual([[7, 8], [7, 8]]);
		});
	});
});
