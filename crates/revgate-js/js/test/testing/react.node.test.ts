// @vitest-environment happy-dom

import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createElement } from 'react';
import { afterEach, expect, it } from 'vitest';

import { createTopic, type Topic } from 'revgate';
import { useTopic } from 'revgate/react';
import { createWorld } from 'revgate/testing';

interface Player {
	volume: number;
}

function Volume({ player }: { player: Topic<Player> | 'player' }) {
	const [volume, update] = useTopic<Player, number>(player as Topic<Player>, (it) => it.volume);
	return createElement('button', { onClick: () => void update((draft) => void (draft.volume += 1)) }, volume);
}

const volumes = () => screen.getAllByRole('button').map((it) => it.textContent);

afterEach(cleanup);

it('what is clicked in one window shows in the other', async () => {
	const world = await createWorld({ topics: { player: { volume: 7 } } });
	const [main, settings] = world.windows(2);
	render(createElement(Volume, { player: main.topic<Player>('player') }));
	render(createElement(Volume, { player: settings.topic<Player>('player') }));
	await act(() => world.settle());
	fireEvent.click(screen.getAllByRole('button')[0]!);
	expect(volumes()).toEqual(['8', '7']);
	await act(() => world.settle());
	expect(volumes()).toEqual(['8', '8']);
	world.close();
});

it('a component that uses a topic by its name is one of the window that is this page', async () => {
	const world = await createWorld({ topics: { player: { volume: 7 } } });
	world.page();
	const other = world.window().topic<Player>('player');
	const module = createTopic<Player>('player');
	render(createElement(Volume, { player: 'player' }));
	await act(() => world.settle());
	expect(volumes()).toEqual(['7']);
	await act(() => world.until(other.update((draft) => void (draft.volume = 11))));
	await act(() => world.settle());
	expect([volumes(), module.get()]).toEqual([['11'], { volume: 11 }]);
	module.stop();
	world.close();
});
