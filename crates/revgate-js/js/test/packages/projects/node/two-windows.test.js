import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createWorld } from 'revgate/testing';

test('two windows show the same', async () => {
	const world = await createWorld({ topics: { player: { volume: 7 } } });
	const [main, settings] = world.windows(2).map((window) => window.topic('player'));
	await world.settle();
	settings.update((draft) => { draft.volume = 40; });
	await world.settle();
	assert.deepEqual(main.get(), { volume: 40 });
	world.close();
});
