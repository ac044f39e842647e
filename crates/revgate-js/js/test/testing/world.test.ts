import { afterEach, describe, expect, it } from 'vitest';

import { createTopic } from 'revgate';
import { createFamily } from 'revgate/family';
import { createWorld, type World, type WorldOptions } from 'revgate/testing';

interface Player {
	volume: number;
	liked: number[];
}

type PlayerAction = { louder: { by: number } } | 'skip';

const FIRST: Player = { volume: 7, liked: [] };
const OPTIONS: WorldOptions = {
	topics: { player: FIRST },
	validate: { player: ({ volume }: Player) => (volume > 11 ? { path: 'volume', reason: 'too loud' } : undefined) },
	actions: {
		player: {
			louder: (draft: Player, { louder }: { louder: { by: number } }) => {
				if (louder.by === 0) throw new Error('that is no louder');
				draft.volume += louder.by;
			},
		},
	},
};

let world: World;
afterEach(() => world.close());

/** Two windows with the player, live. */
async function two(options: WorldOptions = OPTIONS) {
	world = await createWorld(options);
	const windows = world.windows(2);
	const topics = windows.map((window) => window.topic<Player, PlayerAction>('player'));
	await world.settle();
	expect(topics.map((topic) => topic.status().type)).toEqual(['live', 'live']);
	return { windows, topics: topics as [(typeof topics)[0], (typeof topics)[0]] };
}

const set = (volume: number) => (draft: Player) => void (draft.volume = volume);

describe('a world', () => {
	it('has windows in sync, each with a replica of its own', async () => {
		const { topics: [one, other] } = await two();
		const written = one.update(set(9));
		expect([one.get()?.volume, other.get()?.volume]).toEqual([9, 7]);
		expect(await world.until(written)).toEqual({ revision: '2' });
		await world.settle();
		expect([other.get(), world.state('player')]).toEqual([{ volume: 9, liked: [] }, { volume: 9, liked: [] }]);
		expect(world.subscriptions).toBe(2);
	});

	it('keeps both of two edits of different fields at once, and all that one closure makes of the other', async () => {
		const { topics: [one, other] } = await two();
		const both = [one.update(set(9)), other.update((draft) => void draft.liked.push(1))];
		const more = [one, other].map((topic) => topic.update((draft) => void (draft.volume += 1)));
		await world.until(Promise.all([...both, ...more]));
		await world.settle();
		expect([one.get(), other.get()]).toEqual([{ volume: 11, liked: [1] }, { volume: 11, liked: [1] }]);
	});

	it('refuses what is not valid there, by its place, and the window takes it back', async () => {
		const { windows, topics: [one, other] } = await two();
		const error = await world.until(one.update(set(12)).catch((error: unknown) => error));
		expect(error).toMatchObject({ path: '/volume', reason: 'volume: too loud', fate: 'refused' });
		expect([one.get()?.volume, other.get()?.volume, windows[0]!.errors]).toEqual([7, 7, [error]]);
	});

	it('does actions once, also those that are said twice, and says why one is not done', async () => {
		const { windows, topics: [one, other] } = await two();
		world.network.faults = { delayMs: 10 };
		const acts = [1, 1, 1, 1].map((by, index) => [one, other][index % 2]!.act({ louder: { by } }));
		// They have arrived, and what is lost are the answers.
		await world.advance(15);
		for (const window of windows) window.isOffline = true;
		await world.advance(10);
		for (const window of windows) window.isOffline = false;
		await world.until(Promise.all(acts));
		expect(world.network.harm.failed).toBe(2);
		expect((world.state('player') as Player).volume).toBe(11);
		world.network.faults = {};
		for (const [action, reason] of [[{ louder: { by: 0 } }, 'that is no louder'], ['skip', 'there is no action `skip`'], [{ louder: { by: 1 } }, 'too loud']] as const) {
			await expect(world.until(one.act(action))).rejects.toThrow(reason);
		}
	});

	it('loses announcements, which a window makes good by itself', async () => {
		const { topics: [one] } = await two();
		world.network.faults = { loss: 1 };
		world.set('player', { volume: 3, liked: [] });
		await world.settle();
		expect([one.get()?.volume, world.network.harm.lost]).toEqual([7, 2]);
		await world.advance(31_000);
		expect(one.get()?.volume).toBe(3);
	});

	it('has messages come late, twice and in any order, by a seed', async () => {
		const { topics } = await two();
		world.network.faults = { delayMs: [1, 200], duplication: 0.5, loss: 0.2, failure: 0.1 };
		const shown: number[] = [];
		topics[1].subscribe(({ volume }) => shown.push(volume));
		for (const volume of [1, 2, 3, 4, 5]) {
			world.set('player', { volume, liked: [] });
			await world.advance(30);
		}
		await world.advance(120_000);
		expect(topics.map((topic) => topic.get()?.volume)).toEqual([5, 5]);
		expect(shown.slice(1), 'never an older one').toEqual(shown.slice(1).sort());
		expect(world.network.harm.repeated).toBeGreaterThan(0);
	});

	it('has windows that are offline, and come back', async () => {
		const { windows, topics: [one, other] } = await two();
		windows[0]!.isOffline = true;
		world.set('player', { volume: 3, liked: [] });
		await world.settle();
		expect([one.get()?.volume, other.get()?.volume]).toEqual([7, 3]);
		await expect(world.until(one.update(set(9)))).rejects.toMatchObject({ fate: 'unknown' });
		windows[0]!.isOffline = false;
		await world.advance(120_000);
		expect(one.get()?.volume).toBe(3);
	});

	it('ends and begins topics as a backend does', async () => {
		const { topics: [one] } = await two();
		world.set('player', { volume: 9, liked: [] });
		world.restart('player');
		await world.settle();
		expect([one.get()?.volume, one.version()]).toEqual([7, { revision: '1', epoch: '1' }]);
		expect([world.remove('player'), world.remove('player'), world.state('player')]).toEqual([true, false, undefined]);
		await world.advance(1000);
		expect(one.error()?.message).toContain('no topic `player`');
	});

	it('has large states told as patches, and integers of any size refused where a number would be another', async () => {
		const liked = Array.from({ length: 5000 }, (_, index) => index);
		const { topics: [one, other] } = await two({ topics: { player: { volume: 7, liked } } });
		const before = other.get()?.liked;
		await world.until(one.update(set(9)));
		await world.settle();
		expect(other.get()?.volume).toBe(9);
		expect(other.get()?.liked, 'what a patch leaves alone is the very same').toBe(before);
		expect(() => world.set('player', { volume: Number.NaN, liked })).toThrow('volume');
	});
});

describe('this page', () => {
	it('is a window with families, whose members other windows have one by one', async () => {
		world = await createWorld({ families: { doc: { '42': { title: 'Draft' }, '7': { title: 'Other' } } } });
		world.page();
		const docs = createFamily<{ title: string }>('doc');
		const other = world.window();
		const doc = other.topic<{ title: string }>('doc:42');
		await world.settle();
		expect(docs.keys()).toEqual(['42', '7']);
		await world.until(doc.update((draft) => void (draft.title = 'Final')));
		world.set('doc:8', { title: 'New' });
		world.remove('doc:7');
		await world.settle();
		expect([...docs.entries()]).toEqual([['42', { title: 'Final' }], ['8', { title: 'New' }]]);
		await world.until(docs.update('42', (draft) => void (draft.title = 'Last')));
		await world.settle();
		expect(doc.get()).toEqual({ title: 'Last' });
		expect(() => other.topic('doc:*')).toThrow('use `createFamily`');
		docs.stop();
	});

	it('is none any more when the world is closed', async () => {
		world = await createWorld({ topics: { player: FIRST } });
		world.page();
		const topic = createTopic('player');
		await world.until(topic.ready());
		topic.stop();
		world.close();
		const outside = createTopic('player', { logger: { debug() {}, warn() {}, error() {} } });
		await expect(outside.ready()).rejects.toThrow('not within a Tauri window');
		outside.stop();
	});
});

it('time that nothing will come of is an error, and not a test that hangs', async () => {
	world = await createWorld({ topics: { player: FIRST } });
	await expect(world.until(new Promise(() => undefined))).rejects.toThrow('nothing is left to happen');
});

it('what is wrong with a world is said at once', async () => {
	world = await createWorld();
	await expect(createWorld({ topics: { 'my player': 1 } })).rejects.toThrow('`my player` cannot name a topic');
	await expect(createWorld({ ...OPTIONS, topics: { player: { volume: 12, liked: [] } } })).rejects.toThrow('too loud');
});
