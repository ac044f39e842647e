import { expect, test } from 'vitest';

import { pack } from '../../build/pack.mjs';
import { unpack } from '../../src/gate/pack.js';

test('every byte survives, after every other', () => {
	const pairs = Array.from({ length: 256 * 256 }, (_, at) => [at >> 8, at & 255]).flat();
	const bytes = Uint8Array.from(pairs);
	expect(Buffer.compare(unpack(pack(bytes)), bytes)).toBe(0);
});

test('the text needs no escape in a string literal', () => {
	const text = pack(Uint8Array.from({ length: 256 }, (_, byte) => byte));
	expect(JSON.stringify(text)).toBe(`"${text}"`);
	expect(text).toMatch(/^[ -~]+$/);
});
