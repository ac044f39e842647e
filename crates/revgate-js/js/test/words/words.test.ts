import { describe, expect, test } from 'vitest';

import * as check from '../../src/gate/check.js';
import * as checkProduction from '../../src/gate/check-production.js';
import { explain } from '../../src/words/explain.js';
import { say, Word } from '../../src/words/say.js';
import { say as sayInProduction } from '../../src/words/say-production.js';
import { WORDS } from '../../src/words/table.js';

const all = Object.keys(WORDS).map(Number) as Word[];
const parts = ['settings', 'a "quoted" ] text, \\ and }', 10_000];

describe('what production says in numbers', () => {
	test.each(all)('%i is explained in the words of development', (word) => {
		expect(explain(sayInProduction(word, ...parts))).toBe(say(word, ...parts));
	});

	test('is found in a log, as often as it is there', () => {
		const line = (one: string, other: string) => `[revgate] apply error ${one}\n  at app.js:1 (${other})`;
		const [one, other] = [Word.NoAnswer, Word.Skipped];
		expect(explain(line(sayInProduction(one, 500), sayInProduction(other)))).toBe(line(say(one, 500), say(other)));
	});

	test('is found within another', () => {
		const inner = (say: typeof sayInProduction) => say(Word.NotCanonical, 'revision', '`042`', say(Word.HasLeadingZero));
		expect(explain(inner(sayInProduction))).toBe(inner(say));
	});

	test.each(['', 'no answer', 'revgate/errors 9999 []', 'revgate/errors 50 [', 'revgate/errors 50 [a]'])(
		'what has no number of ours is left as it is: %s',
		(text) => expect(explain(text)).toBe(text),
	);
});

test('each number is given once, and its words are of no other', () => {
	const words = all.map((word) => say(word, ...parts));
	expect(new Set(words).size).toBe(all.length);
});

test('production has all that is checked with, and none of it does anything', () => {
	expect(Object.keys(checkProduction).sort()).toEqual(Object.keys(check).sort());
	for (const nothing of Object.values(checkProduction)) expect((nothing as (value: unknown) => unknown)(null)).toBe(undefined);
});
