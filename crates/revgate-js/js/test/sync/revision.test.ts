import { describe, expect, it } from 'vitest';

import { compareRevisions, isCanonicalRevision, RevisionError, ZERO_REVISION } from '../../src/index.js';

describe('compareRevisions', () => {
	const sorted = ['0', '1', '9', '10', '99', '100', '9007199254740992', '9007199254740993', '18446744073709551614', '18446744073709551615'];

	it('orders by number, not by text, up to the largest', () => {
		sorted.forEach((a, i) => {
			sorted.forEach((b, j) => {
				expect(compareRevisions(a, b), `${a} and ${b}`).toBe(Math.sign(i - j));
			});
		});
	});

	it.each(['', '01', '-1', 'x', '18446744073709551616', 5, null])('refuses %j', (wrong) => {
		expect(() => compareRevisions(wrong as string, ZERO_REVISION)).toThrow(RevisionError);
		expect(() => compareRevisions(ZERO_REVISION, wrong as string)).toThrow(RevisionError);
	});
});

describe('ZERO_REVISION', () => {
	it('is a revision', () => {
		expect(ZERO_REVISION).toBe('0');
		expect(isCanonicalRevision(ZERO_REVISION)).toBe(true);
	});
});
