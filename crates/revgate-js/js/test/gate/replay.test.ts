/// <reference types="vite/client" />

import { describe, expect, test } from 'vitest';

import { flavours } from './flavours.js';
import { type Recorded, replay } from './replay.js';

const files = import.meta.glob<string>('./scripts/*.jsonl', {
	query: '?raw',
	import: 'default',
	eager: true,
});
/** By the Rust test that they come from. */
function scripts(suite: string): Map<string, Recorded[]> {
	const groups = new Map<string, Recorded[]>();
	const lines = files[`./scripts/${suite}.jsonl`]?.trim().split('\n') ?? [];
	for (const line of lines) {
		const recorded: Recorded = JSON.parse(line);
		const name = 'name' in recorded ? recorded.name : `values: ${Object.keys(recorded)}`;
		groups.set(name, [...(groups.get(name) ?? []), recorded]);
	}
	return groups;
}

describe.each([
	// Somewhat fewer tests and scripts than there are: a suite that records nothing is noticed.
	{ suite: 'rules', tests: 110, count: 300 },
	{ suite: 'pacing', tests: 10, count: 2000 },
	{ suite: 'properties', tests: 10, count: 4000 },
])('the Rust suite $suite', ({ suite, tests, count }) => {
	const groups = scripts(suite);

	test('is recorded: if not, `npm run scripts` does it', () => {
		expect(groups.size).toBeGreaterThanOrEqual(tests);
		const sizes = [...groups.values()].map((group) => group.length);
		expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(count);
	});

	describe.each(flavours)('in %s', (_, module) => {
		test.each([...groups])('%s', (_, group) => {
			const steps = group.map((recorded) => replay(module, recorded));
			expect(steps.length).toBe(group.length);
		});
	});
});
