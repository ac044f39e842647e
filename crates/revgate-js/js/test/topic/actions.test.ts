import { describe, expect, it, vi } from 'vitest';

import { type ActingOptions, TopicError } from '../../src/index.js';
import { ending, gatekeeper, live, open, pass, watchEverything } from './harness.js';
import { type Apply, Plugin, refusal, Unacted } from './backend.js';

watchEverything();

interface Player {
	volume: number;
	liked: number[];
}
type PlayerAction = { like: { track: number } } | { louder: { by: number } } | 'mute';

const QUIET = '{"volume":1,"liked":[]}';

const like = (track: number): PlayerAction => ({ like: { track } });
const louder: PlayerAction = { louder: { by: 1 } };

/** What Rust does. */
const apply: Apply = (player: Player, action: PlayerAction) => {
	if (action === 'mute') return { ...player, volume: 0 };
	if ('like' in action) return { ...player, liked: [...player.liked, action.like.track] };
	if (player.volume >= 11) throw new Unacted({ kind: 'refused', error: { loudest: player.volume } });
	return { ...player, volume: player.volume + action.louder.by };
};

/** What the window shows of it. */
const actions: NonNullable<ActingOptions<Player, PlayerAction>['actions']> = {
	like: (draft, { like }) => void draft.liked.push(like.track),
	louder: (draft, { louder }) => void (draft.volume += louder.by),
};

async function player(state = QUIET, options: ActingOptions<Player, PlayerAction> = {}) {
	const it = await live<Player, PlayerAction>(state, options);
	it.backend.apply = apply;
	return it;
}

const stateOf = (backend: Plugin): Player => JSON.parse(backend.json) as Player;

describe('an action', () => {
	it('is sent without a base, and resolves to its version when the window shows it', async () => {
		vi.setSystemTime(1_700_000_000_000);
		const { backend, topic, window } = await player();
		const acted = topic.act(like(7));
		expect([topic.get()?.liked, topic.pending()], 'what it does is decided elsewhere').toEqual([[], 1]);
		expect(await acted).toEqual({ revision: '2' });
		expect([topic.get()?.liked, topic.pending()]).toEqual([[7], 0]);
		expect(window.shown.map(({ liked }) => liked)).toEqual([[], [7]]);
		const [{ source, ...batch } = { source: '' }] = backend.batches;
		expect(batch).toEqual({ known: '1', actions: '[{"seq":"1","at":"1700000000000","action":{"like":{"track":7}}}]' });
		expect(source).toMatch(/^[1-9]\d{9,19}$/);
		expect(backend.calls, 'no write').toEqual(['act', 'fetch']);
	});

	it.each(['pull', 'inline', 'patch'] as const)('shows at once what the app says of it, until the state has it (%s)', async (delivery) => {
		const { backend, topic, window } = await player(QUIET, { actions });
		backend.delivery = delivery;
		const acted = topic.act(like(7));
		expect(topic.get()?.liked).toEqual([7]);
		await acted;
		expect([topic.get(), topic.version()]).toEqual([{ volume: 1, liked: [7] }, { revision: '2' }]);
		await pass(1000);
		expect(window.shown.map(({ liked }) => liked), 'once').toEqual([[], [7]]);
	});

	it('has nothing fetched where what is announced of it comes soon after the answer', async () => {
		const { backend, topic } = await player();
		backend.delivery = 'patch';
		const later = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));
		backend.way = async (what, act) => (what === 'announce' ? later(20).then(act) : act());
		const acted = topic.act(like(7));
		await pass(50);
		expect([await acted, topic.get()?.liked, backend.calls]).toEqual([{ revision: '2' }, [7], ['act']]);
		await pass(1000);
		expect(backend.calls).toEqual(['act']);
	});

	it('may be shown by a function of its own', async () => {
		const { topic } = await player(QUIET, { actions });
		void topic.act(like(7), (draft) => void draft.liked.push(70));
		void topic.act('mute', (draft) => void draft.liked.push(0));
		expect(topic.get()?.liked).toEqual([70, 0]);
	});

	it('may be shown by one function for all', async () => {
		const { topic } = await player(QUIET, { actions: (draft, action) => void draft.liked.push(action === 'mute' ? 0 : 1) });
		void topic.act('mute');
		void topic.act(like(7));
		expect(topic.get()?.liked).toEqual([0, 1]);
	});

	it('is shown by each handle as that has it', async () => {
		const { backend, topic } = await player(QUIET, { actions });
		const plain = open<Player, PlayerAction>(backend);
		void plain.act(louder);
		expect(topic.get()?.volume).toBe(1);
		void topic.act(louder);
		expect(plain.get()?.volume).toBe(2);
		await pass();
		expect(plain.get()?.volume).toBe(3);
	});

	it('is taken as it is when it is asked for', async () => {
		const { backend, topic } = await player(QUIET, { actions });
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const mine = { like: { track: 7 } };
		const acted = topic.act(mine);
		mine.like.track = 8;
		open();
		await acted;
		expect(stateOf(backend).liked).toEqual([7]);
	});

	it('is played again on what others do meanwhile', async () => {
		const { backend, topic, window } = await player(QUIET, { actions });
		backend.delivery = 'inline';
		const { opens, open } = gatekeeper();
		backend.way = async (what, act) => (what === 'act' ? opens.then(act) : act());
		const first = topic.act(louder);
		backend.change((state: Player) => ({ ...state, volume: 5 }));
		await pass();
		open();
		await first;
		expect([topic.get()?.volume, stateOf(backend).volume]).toEqual([6, 6]);
		expect(window.shown.map(({ volume }) => volume).every((it, index, all) => index === 0 || it >= all[index - 1]!)).toBe(true);
	});

	it('shows what others do at once, while one that is not shown here is under way', async () => {
		const { backend, topic } = await player();
		backend.delivery = 'inline';
		const { opens, open } = gatekeeper();
		backend.way = async (what, act) => (what === 'act' ? opens.then(act) : act());
		const acted = topic.act(louder);
		backend.change((state: Player) => ({ ...state, liked: [1] }));
		await pass();
		expect(topic.get()).toEqual({ volume: 1, liked: [1] });
		open();
		await acted;
		expect(topic.get()).toEqual({ volume: 2, liked: [1] });
	});

	it('that changes nothing in the backend ends well', async () => {
		const { backend, topic } = await player('{"volume":0,"liked":[]}');
		expect(await topic.act('mute')).toEqual({ revision: '1' });
		expect(backend.calls).toEqual(['act']);
	});

	it('waits for the first state', async () => {
		const backend = new Plugin('settings', QUIET);
		backend.apply = apply;
		const topic = open<Player, PlayerAction>(backend);
		const acted = topic.act(like(7), (draft) => void draft.liked.push(7));
		expect(topic.get()).toBeUndefined();
		expect(await acted).toEqual({ revision: '2' });
	});

	it('has a time and ids that are the same in Rust', async () => {
		vi.setSystemTime(1_700_000_000_000);
		vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => (((array as never as bigint[])[0] = 42n), array));
		const { topic } = await player();
		const seen: unknown[] = [];
		void topic.act('mute', (_, __, { at, seed, random, id }) => void seen.push(at, seed, random(0), random(1), id(0), id(1)));
		// By `the_context_of_an_action_is_the_same_in_javascript` in `shared/src/action.rs`.
		expect(seen).toEqual([
			1_700_000_000_000,
			9129838320742759465n,
			16102394289783354531n,
			9464678557269587936n,
			'013dd0741ee0df042e345a5764154ff4',
			'd63dc9d9b08ceefcff83848f815243ca',
		]);
		vi.restoreAllMocks();
	});
});

describe('actions made while one is under way', () => {
	it('are sent together, in their order, and at most 64 at once', async () => {
		const { backend, topic } = await player();
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const acted = Array.from({ length: 100 }, (_, track) => topic.act(like(track)));
		expect(topic.pending()).toBe(100);
		open();
		const versions = await Promise.all(acted);
		expect(versions.map(({ revision }) => revision)).toEqual(['2', ...Array(64).fill('3'), ...Array(35).fill('4')]);
		expect(stateOf(backend).liked).toEqual(Array.from({ length: 100 }, (_, track) => track));
		expect(backend.batches).toHaveLength(3);
	});

	it('stand in one queue with edits', async () => {
		const { backend, topic } = await player(QUIET, { actions });
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const all = [
			topic.act(like(1)),
			topic.update((draft) => void draft.liked.push(2)),
			topic.update((draft) => void draft.liked.push(3)),
			topic.act(like(4)),
			topic.update((draft) => void draft.liked.push(5)),
		];
		expect(topic.get()?.liked).toEqual([1, 2, 3, 4, 5]);
		open();
		const versions = await Promise.all(all);
		expect(versions.map(({ revision }) => revision)).toEqual(['2', '3', '3', '4', '5']);
		expect(stateOf(backend).liked).toEqual([1, 2, 3, 4, 5]);
		expect(backend.calls.filter((call) => call !== 'fetch')).toEqual(['act', 'write', 'act', 'write']);
	});
});

describe('an action that is refused', () => {
	it('is taken out alone, with the error of the app', async () => {
		const { backend, topic, window } = await player('{"volume":10,"liked":[]}', { actions });
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const all = [topic.act(like(1)), topic.act(louder), topic.act(louder), topic.act(like(2))].map(ending);
		open();
		await pass();
		const error = all[2]!.error as TopicError;
		expect(error).toBeInstanceOf(TopicError);
		expect([error.fate, error.kind, error.refused, error.phase]).toEqual(['refused', 'refused', { loudest: 11 }, 'write']);
		expect(error.reason).toBe('the action was refused: {"loudest":11}');
		expect(all.map(({ value }) => value)).toEqual([{ revision: '2' }, { revision: '3' }, undefined, { revision: '3' }]);
		expect(topic.get()).toEqual({ volume: 11, liked: [1, 2] });
		expect(window.errors).toEqual([error]);
	});

	const KINDS = [
		[{ kind: 'refused', error: 'the volume is at its highest' }, 'refused', 'the volume is at its highest', undefined],
		[{ kind: 'refused', error: null }, 'refused', 'the action was refused: null', undefined],
		[{ kind: 'invalid', path: 'liked[3]', reason: 'too many' }, 'refused', 'liked[3]: too many', '/liked/3'],
		[{ kind: 'panicked' }, 'refused', 'the action panicked in the backend, whose log may say why', undefined],
		[
			{ kind: 'denied', topic: 'player', access: 'act', grant: '{ "identifier": "revgate:act" }' },
			'refused',
			'the window may not do this to the topic `player`: add { "identifier": "revgate:act" } to the permissions of its capability, and see that no `deny` covers the topic',
			undefined,
		],
		[{ kind: 'unreadable', reason: 'unknown variant `skip`' }, 'refused', 'the backend cannot read the action: unknown variant `skip`', undefined],
		[{ kind: 'forgotten' }, 'unknown', 'it was first sent too long ago for the backend to know whether it was done', undefined],
		[{ kind: 'ofTomorrow', reason: 'new' }, 'unknown', 'new', undefined],
	] as const;
	it.each(KINDS)('says how: %j', async (fields, fate, reason, path) => {
		const { backend, topic } = await player(QUIET, { actions });
		backend.apply = () => {
			throw new Unacted(fields);
		};
		const { error } = await settled(topic.act(like(1)));
		expect([error?.fate, error?.kind, error?.reason, error?.path]).toEqual([fate, fields.kind, reason, path]);
		expect(topic.get()?.liked, 'it is taken back').toEqual([]);
	});

	it('says its own error exactly, with integers beyond 2^53', async () => {
		const { backend, topic } = await player();
		backend.apply = () => {
			throw new Unacted({ kind: 'refused', error: { id: 1 } });
		};
		const act = backend.act.bind(backend);
		backend.act = async (...args) => (await act(...args)).replace('"id":1', '"id":18446744073709551615');
		const { error } = await settled(topic.act(like(1)));
		expect(error?.refused).toEqual({ id: 18446744073709551615n });
	});

	it('for its size is found among the others', async () => {
		const { backend, topic } = await player();
		const act = backend.act.bind(backend);
		backend.act = (name, batch) =>
			batch.actions.includes('"track":99') ? Promise.reject(refusal({ kind: 'tooLarge', limit: 10, size: 11 })) : act(name, batch);
		const { opens, open } = gatekeeper();
		backend.way = (_, act) => opens.then(act);
		const all = [1, 2, 99, 3, 4].map((track) => topic.act(like(track))).map(ending);
		open();
		await pass();
		expect(all.map(({ error }) => error && [error.fate, error.kind])).toEqual([undefined, undefined, ['refused', 'tooLarge'], undefined, undefined]);
		expect(stateOf(backend).liked).toEqual([1, 2, 3, 4]);
	});
});

describe('an action that cannot be done here', () => {
	it('is not sent, with what was thrown', async () => {
		const { backend, topic, window } = await player();
		const mine = new Error('not now');
		const { error } = await settled(topic.act(like(1), () => {
			throw mine;
		}));
		expect([error?.fate, error?.reason, error?.cause]).toEqual(['notSent', 'the edit threw: not now', mine]);
		expect([backend.calls, window.errors]).toEqual([[], [error]]);
	});

	it('any more, for what another window has written, falls alone', async () => {
		const { backend, topic } = await player();
		backend.delivery = 'inline';
		const { opens, open } = gatekeeper();
		backend.way = async (what, act) => (what === 'act' ? opens.then(act) : act());
		const [first, second] = [ending(topic.act(like(7))), ending(topic.act(louder, quietly))];
		await pass();
		backend.change((state: Player) => ({ ...state, volume: 5 }));
		await pass();
		expect([second.error?.fate, second.error?.reason]).toEqual(['notSent', 'the edit threw: too loud']);
		open();
		await pass();
		expect([first.value !== undefined, stateOf(backend)]).toEqual([true, { volume: 5, liked: [7] }]);
	});

	it('any more, and was done, has not failed: it is only not shown', async () => {
		const { backend, topic, window } = await player();
		backend.delivery = 'inline';
		const [answer, news] = [gatekeeper(), gatekeeper()];
		backend.way = async (what, act) => {
			if (what === 'act') await answer.opens;
			if (what === 'fetch') await new Promise(() => undefined);
			return act();
		};
		const acted = ending(topic.act(louder, quietly));
		backend.change((state: Player) => ({ ...state, volume: 5 }));
		await pass();
		expect(topic.get()?.volume, 'nobody knows whether that has it already').toBe(2);
		const announce = backend.announce.bind(backend);
		backend.announce = (message) => void news.opens.then(() => announce(message));
		answer.open();
		await pass();
		expect([acted, topic.get()?.volume, stateOf(backend).volume]).toEqual([{}, 5, 6]);
		news.open();
		await pass();
		expect([acted.value, topic.get()?.volume, window.errors]).toEqual([{ revision: '3' }, 6, []]);
	});

	it.each([
		[undefined, 'it: `undefined` is no value in JSON: use `null`, or delete the field'],
		[{ like: { track: NaN } }, '/like/track: NaN is no number that JSON has'],
		[{ like: new Date(0) }, '/like: a Date is no plain object or array: write its `toISOString()` or its `getTime()`'],
	])('as it is no JSON: %s', async (action, reason) => {
		const { backend, topic } = await player();
		const { error } = await settled(topic.act(action as never));
		expect([error?.fate, error?.reason]).toEqual(['notSent', `the action cannot be sent: ${reason}`]);
		expect(backend.calls).toEqual([]);
		expect(await topic.act(like(1)), 'the next one is numbered as if it had never been').toBeDefined();
		expect(backend.batches[0]?.actions).toContain('"seq":"1"');
	});

	it('as the backend knows no actions', async () => {
		const backend = new Plugin('settings', QUIET);
		const { subscribe, fetch, write } = { subscribe: backend.subscribe.bind(backend), fetch: backend.fetch.bind(backend), write: backend.write.bind(backend) };
		const topic = open<Player>(backend, { backend: { subscribe, fetch, write } });
		const { error } = await settled(topic.act('mute'));
		expect([error?.fate, error?.reason]).toEqual(['notSent', 'the `backend` of this topic has no `act`, so it takes no actions']);
	});

	it('as what shows it is no function', async () => {
		const { topic } = await player();
		const { error } = await settled(topic.act('mute', 'x' as never));
		expect([error?.fate, error?.reason]).toEqual(['notSent', '`shown` must be a function, not string']);
		expect(() => open<Player>(new Plugin('other', QUIET), { actions: { like: 5 } } as never)).toThrow('`actions.like` must be a function, not 5');
	});
});

describe('integers of an action', () => {
	it('may be BigInts, and are sent exactly', async () => {
		const { backend, topic } = await player();
		void topic.act({ like: { track: 18446744073709551615n } } as never);
		expect(backend.batches[0]?.actions).toContain('{"like":{"track":18446744073709551615}}');
	});
});

/** Makes it louder only where it is quiet. */
function quietly(draft: { volume: number }): void {
	if (draft.volume > 1) throw new Error('too loud');
	draft.volume += 1;
}

async function settled(promise: Promise<unknown>): Promise<{ value?: unknown; error?: TopicError }> {
	const end = ending(promise);
	await pass();
	return end;
}
