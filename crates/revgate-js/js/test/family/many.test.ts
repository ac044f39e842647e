import { expect, it } from 'vitest';

import { isSame } from '../../src/topic/patch.js';
import { pass } from '../topic/harness.js';
import { Family } from './backend.js';
import { type Doc, doc, open, watchEverything } from './harness.js';

watchEverything();

/** A family of so many rows, with one who follows each, and one who follows all. */
async function rows(count: number) {
	const states = Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, doc(`row ${at}`)]));
	const backend = new Family('doc', states);
	const family = open(backend);
	await family.ready();
	const heard = new Map<string, number>();
	for (const key of family.keys()) family.subscribe(key, () => heard.set(key, (heard.get(key) ?? 0) + 1));
	heard.clear();
	const keys: (readonly string[])[] = [];
	family.subscribe((changed) => keys.push(changed));
	keys.length = 0;
	backend.calls.length = backend.announced.length = 0;
	return { backend, family, heard, keys };
}

/** How often `work` lists or copies something that has many parts, as each of these ways to do it would. */
function walks(work: () => void): number {
	let count = 0;
	const many = 100;
	const spied = <O extends object, K extends keyof O>(owner: O, name: K, sizeOf: (it: unknown, given: unknown[]) => number) => {
		const original = owner[name] as (...given: unknown[]) => unknown;
		owner[name] = function (this: unknown, ...given: unknown[]) {
			if (sizeOf(this, given) > many) count += 1;
			return original.apply(this, given);
		} as O[K];
		return () => void (owner[name] = original as O[K]);
	};
	const size = (it: unknown): number => (it as { size: number }).size;
	const length = (it: unknown): number => (it as { length: number }).length;
	const restore = [
		spied(Map.prototype, 'keys', size),
		spied(Map.prototype, 'values', size),
		spied(Map.prototype, 'entries', size),
		spied(Map.prototype, Symbol.iterator, size),
		spied(Map.prototype, 'forEach', size),
		spied(Set.prototype, Symbol.iterator, size),
		spied(Array.prototype, 'map', length),
		spied(Array.prototype, 'filter', length),
		spied(Array.prototype, 'sort', length),
		spied(Array.prototype, 'slice', length),
		spied(Array.prototype, Symbol.iterator, length),
		spied(Object, 'keys', (_, [it]) => Reflect.ownKeys(it as object).length),
		spied(Object, 'entries', (_, [it]) => Reflect.ownKeys(it as object).length),
	];
	try {
		work();
	} finally {
		for (const end of restore) end();
	}
	return count;
}

it('a list of many that is walked is counted', () => {
	const map = new Map(Array.from({ length: 1000 }, (_, at) => [at, at]));
	expect(walks(() => void [...map.keys()])).toBe(1);
});

it('of ten thousand rows one that changes is one message, one who is told, and no walk through the others', async () => {
	const { backend, family, heard, keys } = await rows(10_000);
	const list = family.keys();
	const count = walks(() => backend.change('k4711', (it: Doc) => ({ ...it, title: 'another' })));
	expect(count).toBe(0);
	expect([...heard]).toEqual([['k4711', 1]]);
	expect(keys).toEqual([['k4711']]);
	expect(family.get('k4711')?.title).toBe('another');
	expect([backend.announced.length, backend.calls]).toEqual([1, []]);
	expect(backend.announced[0]!.length).toBeLessThan(400);
	expect(family.keys()).toBe(list);
});

it('of ten thousand rows one that is edited here is one call, and no walk through the others', async () => {
	const { backend, family, heard } = await rows(10_000);
	await family.update('k17', (draft) => void (draft.likes = 1));
	heard.clear();
	backend.calls.length = 0;
	let written: Promise<unknown> | undefined;
	const count = walks(() => void (written = family.update('k17', (draft) => void (draft.likes = 2))));
	await written;
	expect(count).toBe(0);
	expect([...heard]).toEqual([['k17', 1]]);
	expect(backend.calls).toEqual(['doc:k17 write']);
	await pass(3000);
	expect([...heard], 'nor when its replica has gone').toEqual([['k17', 1]]);
});

it('a row that comes leaves the other states as they are', async () => {
	const { backend, family, heard, keys } = await rows(10_000);
	const before = new Map(family.entries());
	backend.create('new', doc('new'));
	expect(family.size()).toBe(10_001);
	expect([...heard]).toEqual([]);
	expect(keys).toEqual([['new']]);
	expect([...before].every(([key, state]) => family.get(key) === state)).toBe(true);
	expect(isSame(family.keys(), [...before.keys(), 'new'].sort())).toBe(true);
});
