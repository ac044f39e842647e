import { describe, expect, it } from 'vitest';

import type { TopicError, TopicOptions } from '../../src/index.js';
import { live, pass, watchEverything } from './harness.js';

watchEverything();

type Any = Record<string, never>;

class Point {
	x = 1;
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);
const own = (key: string, value: unknown): object => Object.defineProperty({}, key, { value, enumerable: true, writable: true, configurable: true });
const bigints: TopicOptions = { bigints: ['/x', '/rows/*/id', '/any/**'] };

/**
 * What a window may try to store, and what comes of it: the JSON that the backend then has, or where
 * and why it is refused before anything is sent.
 */
const edits: [what: string, value: () => unknown, end: string | { path: string; reason: RegExp }, TopicOptions?][] = [
	['text', () => 'ü\u{1F600}\n"\\', '"ü😀\\n\\"\\\\"'],
	['half a character', () => 'a\ud800', { path: '/x', reason: /half a character/ }],
	['half a character in a key', () => ({ 'a\udc00': 1 }), { path: '/x/a\udc00', reason: /half a character/ }],
	['a number', () => 0.1, '0.1'],
	['-0', () => -0, '-0.0'],
	['NaN', () => Number.NaN, { path: '/x', reason: /NaN is no number that JSON has/ }],
	['Infinity', () => [1, Infinity], { path: '/x/1', reason: /Infinity is no number that JSON has/ }],
	['the largest safe integer', () => 2 ** 53 - 1, '9007199254740991'],
	['a whole number beyond 2^53, which only a float can be', () => 2 ** 53, '9007199254740992.0'],
	['a large number', () => 1e300, '1e+300'],
	['a BigInt where the option says so', () => 2n ** 64n - 1n, '18446744073709551615', bigints],
	['a small BigInt', () => -5n, '-5', bigints],
	['a BigInt of 128 bits', () => -(2n ** 127n), String(-(2n ** 127n)), bigints],
	['a BigInt in a list', () => 0n, '0', { bigints: ['/**'] }],
	['a BigInt of 129 bits', () => 2n ** 128n, { path: '/x', reason: /more bits than an integer in Rust/ }, bigints],
	['a BigInt elsewhere', () => 5n, { path: '/x', reason: /BigInt 5 is where numbers are: list this place in the option `bigints`/ }],
	['a number where BigInts are', () => 5, { path: '/x', reason: /5 is a number where the option `bigints` has BigInts: write 5n/ }, bigints],
	['a fraction where BigInts are', () => 0.5, '0.5', bigints],
	['nothing where BigInts are', () => null, 'null', bigints],
	['undefined', () => undefined, { path: '/x', reason: /`undefined` is no value in JSON: use `null`, or delete the field/ }],
	['undefined in a list', () => [undefined], { path: '/x/0', reason: /`undefined` is no value/ }],
	['a function', () => () => 1, { path: '/x', reason: /a function is no value in JSON/ }],
	['a symbol', () => Symbol('s'), { path: '/x', reason: /a symbol is no value in JSON/ }],
	['a symbol as a key', () => ({ [Symbol('s')]: 1 }), { path: '/x', reason: /the key Symbol\(s\) is no text/ }],
	['a Map', () => new Map([[1, 2]]), { path: '/x', reason: /a Map is no plain object or array: write `Object.fromEntries/ }],
	['a Set', () => new Set([1]), { path: '/x', reason: /a Set is no plain object or array: write `\[\.\.\.set\]`/ }],
	['a Date', () => new Date(0), { path: '/x', reason: /a Date is no plain object or array: write its `toISOString\(\)`/ }],
	['bytes', () => new Uint8Array(2), { path: '/x', reason: /a Uint8Array is no plain object or array: write `\[\.\.\.bytes\]`/ }],
	['an instance of a class', () => ({ at: new Point() }), { path: '/x/at', reason: /a Point is no plain object or array/ }],
	['a boxed number', () => Object(1), { path: '/x', reason: /a Number is no plain object/ }],
	['an array of a class', () => new (class List extends Array {})(), { path: '/x', reason: /a List is no plain object or array/ }],
	['an object without a prototype', () => Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
	['a getter', () => ({ get a() { return 1; } }), { path: '/x/a', reason: /a getter is no value/ }],
	['a hidden field', () => Object.defineProperty({}, 'a', { value: 1 }), { path: '/x/a', reason: /not enumerable would be left out/ }],
	['a list with holes', () => [1, , 3], { path: '/x/1', reason: /the array has a hole here: use `null`/ }],
	['a list with a field', () => Object.assign([1], { extra: 2 }), { path: '/x', reason: /a field `extra` besides its elements/ }],
	['a cycle', () => cyclic, { path: '/x/self', reason: /it holds itself, and JSON has no cycles/ }],
	['the same object twice', () => { const it = { a: 1 }; return [it, it]; }, '[{"a":1},{"a":1}]'],
	['119 levels', () => deep(119), `${'['.repeat(119)}0${']'.repeat(119)}`],
	['120 levels', () => deep(120), { path: `/x${'/0'.repeat(119)}`, reason: /nests deeper than 120 levels/ }],
	['the key `__proto__`', () => own('__proto__', { a: 1 }), '{"__proto__":{"a":1}}'],
	['the keys of every object', () => ({ constructor: 1, toString: 2, hasOwnProperty: 3 }), '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
	['a key with a slash', () => ({ 'a/b~c': Number.NaN }), { path: '/x/a~1b~0c', reason: /NaN/ }],
];

describe('what a window stores', () => {
	it.each(edits)('%s', async (_, value, end, options = {}) => {
		const { backend, topic } = await live<Any>(options.bigints ? '{"x":0,"rows":[],"any":{}}' : '{"x":0}', options);
		const outcome = await topic.update((draft) => void (draft['x'] = value() as never)).catch((error: unknown) => error);
		if (typeof end === 'string') {
			expect((/^\{"x":(.*?)(,"rows":\[\],"any":\{\})?\}$/.exec(backend.json) ?? [])[1]).toBe(end);
			await topic.refresh();
			expect(backend.written.length + Number(end === '0'), 'it came back as it was').toBe(1);
			expect(await topic.update((draft) => void (draft['x'] = value() as never))).toEqual(topic.version());
		} else {
			expect(outcome).toMatchObject({ phase: 'write', fate: 'notSent', path: end.path });
			expect((outcome as TopicError).reason).toMatch(end.reason);
			expect((outcome as TopicError).reason.startsWith(`${end.path}: `), 'it says where').toBe(true);
			expect([backend.written, backend.revision]).toEqual([[], 1n]);
		}
		// The same in a state that a recipe returns, and without a state before.
		const whole = await topic.replace({ ...topic.get(), x: value() } as never).catch((error: unknown) => error);
		expect(whole instanceof Error).toBe(typeof end !== 'string');
		expect(Reflect.get({}, 'a'), 'nothing is polluted').toBeUndefined();
	});

	it('under `__proto__` in a draft is refused rather than lost, and pollutes nothing', async () => {
		const { backend, topic } = await live<{ [key: string]: { [key: string]: number } }>('{"a":{"b":1}}');
		const key = '__proto__';
		for (const recipe of [
			(draft: Any) => void (draft[key] = 5 as never),
			(draft: Any) => void (draft[key] = { x: 1 } as never),
			(draft: Any) => void ((draft[key] as unknown as Record<string, number>)['polluted'] = 1),
			(draft: Any) => void ((draft['a'] as unknown as Any)[key] = 1 as never),
		]) {
			await expect(topic.update(recipe as never)).rejects.toMatchObject({ fate: 'notSent' });
		}
		expect(Reflect.get({}, 'polluted')).toBeUndefined();
		expect(backend.json).toBe('{"a":{"b":1}}');
	});

	it('is frozen, and so is what it was made of: a state changes by edits only', async () => {
		const { topic } = await live<{ list: { a: number }[] }>('{"list":[]}');
		const mine = { a: 1 };
		await topic.update((draft) => void draft.list.push(mine));
		mine.a = 2;
		expect(topic.get()).toEqual({ list: [{ a: 1 }] });
		expect(() => topic.get()!.list.push({ a: 3 })).toThrow(TypeError);
		expect(() => (topic.get()!.list[0]!.a = 3)).toThrow(TypeError);
	});
});

/** What the backend may have, as JSON, and how a window shows it: as a value, or refused at a place. */
const states: [what: string, json: string, shown: unknown, TopicOptions?][] = [
	['numbers', '{"x":[0,1.5,-2,1e300,9007199254740991,0.30000000000000004]}', { x: [0, 1.5, -2, 1e300, 2 ** 53 - 1, 0.1 + 0.2] }],
	['-0', '{"x":-0.0}', { x: -0 }],
	['a float beyond 2^53', '{"x":9007199254740994.0}', { x: 9007199254740994 }],
	['u64::MAX', '{"x":18446744073709551615}', '/x'],
	['i64::MIN', '{"rows":[{"id":-9223372036854775808}]}', '/rows/0/id'],
	['a decimal that no float is', '{"x":0.12345678901234567890}', '/x'],
	['a number below all floats', '{"x":1e-400}', '/x'],
	['a number beyond all floats', '{"x":1e999}', '/x'],
	['u64::MAX where BigInts are', '{"x":18446744073709551615}', { x: 2n ** 64n - 1n }, bigints],
	['u128::MAX in rows', `{"rows":[{"id":${2n ** 128n - 1n}},{"id":1}]}`, { rows: [{ id: 2n ** 128n - 1n }, { id: 1n }] }, bigints],
	['integers anywhere below', '{"any":{"a":[1,{"b":2}],"c":"3","d":null}}', { any: { a: [1n, { b: 2n }], c: '3', d: null } }, bigints],
	['floats where BigInts are', '{"any":[0.5,-0.0,1e300]}', { any: [0.5, -0, 1e300] }, bigints],
	['`__proto__` as a key', '{"x":{"__proto__":{"polluted":1},"constructor":2}}', { x: own('__proto__', { polluted: 1 }) }],
	['text with a long number in it', '{"x":"18446744073709551615 \\"\\\\"}', { x: '18446744073709551615 "\\' }],
];

it('half a character is refused, which only a backend written by hand has', async () => {
	const { backend, topic, window } = await live<Any>('{}');
	const fetch = backend.fetch.bind(backend);
	backend.fetch = async (...asked) => (await fetch(...asked)).replace('"half"', '"\\ud800"');
	backend.change(() => ({ x: 'half' }));
	await pass();
	expect(window.errors[0]).toMatchObject({ path: '/x' });
	expect(topic.get(), 'the window shows what it showed').toEqual({});
});

describe.each(['pull', 'inline', 'patch'] as const)('what comes from the backend (%s)', (delivery) => {
	it.each(states)('%s', async (_, json, shown, options = {}) => {
		const { backend, topic, window } = await live<Any>('{}', options);
		backend.delivery = delivery;
		const { parse } = await import('../../src/topic/exact/parse.js');
		backend.change(() => parse(json));
		await pass();
		if (typeof shown === 'string') {
			expect(window.errors[0]).toMatchObject({ path: shown });
			expect(window.errors[0]?.reason).toMatch(/^\/.*: .+/);
			expect(topic.get(), 'the window shows what it showed').toEqual({});
		} else {
			const state = topic.get() as { x?: unknown };
			if (json.includes('constructor')) {
				expect(Object.keys(state.x as object)).toEqual(['__proto__', 'constructor']);
				expect(Object.getPrototypeOf(state.x)).toBe(Object.prototype);
			} else {
				expect(state).toStrictEqual(shown);
			}
			expect(window.errors).toEqual([]);
		}
		expect(Reflect.get({}, 'polluted')).toBeUndefined();
		// An edit of another field leaves it as it is, to the digit.
		if (typeof shown === 'string') return;
		await topic.update((draft) => void (draft['other'] = 'new' as never));
		expect(backend.json).toContain(json.slice(1, -1).replaceAll('1e300', '1e+300'));
	});
});

it('integers of more than 64 bits are sent whole: the backend cannot patch a state that has some', async () => {
	const { backend, topic } = await live<{ x: bigint; y: number }>(`{"x":${2n ** 70n},"y":1}`, { bigints: ['/x'] });
	await topic.update((draft) => void (draft.y = 2));
	expect(backend.written).toEqual([{ base: { revision: '1' }, data: `{"x":${2n ** 70n},"y":2}` }]);
	await topic.update((draft) => void (draft.x = 5n));
	await topic.update((draft) => void (draft.y = 3));
	expect(backend.written.map((change) => 'patch' in change)).toEqual([false, false, true]);
});

it('an option that names no place is refused at once', async () => {
	const { backend } = await live();
	const { createTopic } = await import('../../src/index.js');
	expect(() => createTopic('another', { backend, bigints: ['rows.id'] })).toThrow(
		new RangeError('bigints: `rows.id` is no place: write a JSON pointer such as `/songs/*/id`'),
	);
});

it.each([
	['{"x":1.0}', '{"x":1,"y":2}'],
	['{"x":-5.0e3}', '{"x":-5000,"y":2}'],
	['{"x":1e0}', '{"x":1,"y":2}'],
	['{"x":-0.0}', '{"x":-0.0,"y":2}'],
	['{"x":9007199254740994.0}', '{"x":9007199254740994.0,"y":2}'],
	['{"x":1e300}', '{"x":1e+300,"y":2}'],
])('JavaScript has one kind of number: %s comes back by its value, if the whole state is sent', async (json, whole) => {
	const { parse, rootPlace, takeParsed, take, write } = await import('../../src/topic/exact/index.js');
	const place = rootPlace([]);
	const state = takeParsed(parse(json), place) as object;
	expect(write(take({ ...state, y: 2 }, place))).toBe(whole);
});
