import { describe, expect, it } from 'vitest';

import { live, pass, watchEverything } from './harness.js';

watchEverything();

describe('the failures of the reference engine', () => {
	it('failure 01: a fetch that fails while news wait leads to another', async () => {
		const [backend, window] = await live();
		backend.answers.push(async () => {
			backend.write('dark');
			throw new Error('the wire is cut');
		});
		backend.write('light');
		await pass(600);
		expect(window.theme).toBe('dark');
		expect(window.onlyError.phase).toBe('getSnapshot');
		expect(backend.fetches, 'the first, the failed one, and one for both news').toBe(3);
	});
});
