/** An edit of a large state looks at what it changes, and finds what a look at everything would. */

import { describe, expect, it, vi } from 'vitest';

import { draw } from '../../src/topic/draft.js';
import { ANYWHERE, rootPlace, share, take, takeParsed } from '../../src/topic/exact/index.js';
import { applyPatch, diff, isSame, type Operation } from '../../src/topic/patch.js';

type Node = Record<string, unknown> | unknown[];

/** Numbers that look random, the same each time. */
class Dice {
	constructor(public seed: number) {}

	below(end: number): number {
		this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
		return (this.seed >>> 8) % end;
	}

	of<T>(all: readonly T[]): T {
		return all[this.below(all.length)] as T;
	}

	value(depth = 0): unknown {
		const kind = this.below(depth > 2 ? 3 : 6);
		if (kind === 0) return this.below(3);
		if (kind === 1) return this.of(['', 'a', 'b']);
		if (kind === 2) return this.of([null, true, -0, 0.5]);
		const parts = [...Array(this.below(4)).keys()];
		if (kind === 3) return parts.map(() => this.value(depth + 1));
		return Object.fromEntries(parts.map(() => [this.key(), this.value(depth + 1)]));
	}

	key(): string {
		return this.of(['a', 'b', 'c', 'd/e', 'f~g', '7']);
	}
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const keysOf = (node: Node): string[] => Object.keys(node);
const field = (node: Node, key: string): unknown => (node as Record<string, unknown>)[key];
const set = (node: Node, key: string, value: unknown): void => void ((node as Record<string, unknown>)[key] = value);

/** A node somewhere within. */
function within(dice: Dice, root: Node): Node {
	let node = root;
	while (dice.below(3) > 0) {
		const inner = keysOf(node).map((key) => field(node, key)).filter(isNode);
		if (inner.length === 0) break;
		node = dice.of(inner);
	}
	return node;
}

/** Does something to a draft; `other` is a state from elsewhere, or from before. */
function edit(dice: Dice, draft: Node, other: Node): unknown {
	if (dice.below(12) === 0) return Array.isArray(draft) ? [dice.value(), ...draft] : { ...draft, [dice.key()]: dice.value() };
	for (let count = dice.below(4); count >= 0; count -= 1) {
		const [node, source] = [within(dice, draft), within(dice, draft)];
		// A state that was put in is changed by nobody.
		if (Object.isFrozen(node) || Object.isFrozen(source)) continue;
		const keys = keysOf(node);
		const key = Array.isArray(node) ? String(dice.below(node.length + 1)) : dice.key();
		switch (dice.below(8)) {
			case 0:
			case 1:
				set(node, key, dice.value());
				break;
			case 2:
				if (keys.length > 0 && !Array.isArray(node)) delete (node as Record<string, unknown>)[dice.of(keys)];
				break;
			case 3: {
				// A part goes to another place, or two change places, and one of them is changed there.
				const from = keysOf(source).filter((it) => isNode(field(source, it)));
				if (from.length === 0 || keys.length === 0) break;
				const [one, two] = [dice.of(from), dice.of(keys)];
				const [first, second] = [field(source, one) as Node, field(node, two)];
				if (JSON.stringify(first).includes(JSON.stringify(node)) || JSON.stringify(second ?? null).includes(JSON.stringify(source))) break;
				set(node, two, first);
				if (dice.below(2) > 0) set(source, one, second);
				if (!Array.isArray(first) && !Object.isFrozen(first)) set(first, dice.key(), dice.value());
				break;
			}
			case 4:
				set(node, key, dice.of([other, take(dice.value(), ANYWHERE)]));
				break;
			case 5:
				if (Array.isArray(node)) dice.of([() => node.unshift(dice.value()), () => node.pop(), () => node.reverse(), () => node.splice(0, 1)])();
				break;
			case 6: {
				// What was just put in is changed once more.
				const value = dice.value();
				set(node, key, value);
				if (isNode(value) && !Array.isArray(value)) set(value, dice.key(), dice.value());
				break;
			}
			case 7: {
				// There and back.
				const before = field(node, key);
				if (Array.isArray(node) && Number(key) >= node.length) break;
				set(node, key, dice.value());
				if (before === undefined) delete (node as Record<string, unknown>)[key];
				else set(node, key, before);
				break;
			}
		}
	}
	return undefined;
}

const copy = <T>(state: T): T => structuredClone(state);
const isThere = (before: Node, after: Node): boolean => Object.is(share(before, after), before);

describe('what is known of how a state was made', () => {
	it.each([...Array(40).keys()])('tells the same as a look at all of it, from seed %i', (seed) => {
		const dice = new Dice(seed);
		for (let round = 0; round < 100; round += 1) {
			const root = take(dice.of([{ a: dice.value(), b: dice.value(), c: { a: dice.value() } }, [dice.value(), dice.value()]]), ANYWHERE) as Node;
			const other = take(dice.value(), ANYWHERE) as Node;
			const states = [root];
			for (let step = 0; step < 4; step += 1) {
				const before = states.at(-1)!;
				let [after, plain]: Node[] = [];
				try {
					const drawn = draw(before, (draft) => edit(dice, draft as Node, isNode(other) ? other : {}));
					plain = copy(drawn) as Node;
					after = take(drawn, ANYWHERE) as Node;
				} catch (error) {
					// Parts were put into themselves.
					expect(String(error)).toMatch(/cycle|circular/i);
					continue;
				}
				expect(after).toStrictEqual(plain);
				expect(Object.isFrozen(after)).toBe(true);
				states.push(after);
			}
			for (const [one, two] of [...Array(5)].map(() => [dice.of(states), dice.of(states)] as const)) {
				const [plainOne, plainTwo] = [copy(one), copy(two)];
				expect(isSame(one, two)).toBe(isSame(plainOne, plainTwo));
				const patch = diff(one, two);
				expect(applyPatch(plainOne, patch)).toStrictEqual(plainTwo);
				const taken = takeParsed(applyPatch(one, patch), ANYWHERE) as Node;
				expect(taken).toStrictEqual(plainTwo);
				expect(isThere(one, taken)).toBe(isSame(plainOne, plainTwo));
				expect(share(one, taken)).toStrictEqual(share(plainOne, plainTwo));
			}
		}
	});

	it('counts nothing as changed that a patch puts back', () => {
		const state = take({ rows: { a: { n: 1 }, b: { n: 2 } } }, ANYWHERE);
		const patch: Operation[] = [
			{ op: 'replace', path: '/rows/a/n', value: 5 },
			{ op: 'replace', path: '/rows/a/n', value: 1 },
			{ op: 'add', path: '/rows/c', value: 1 },
			{ op: 'remove', path: '/rows/c' },
		];
		expect(takeParsed(applyPatch(state, patch), ANYWHERE)).toBe(state);
	});

	it('still refuses what is no value, and says where', () => {
		const state = take({ rows: { a: { n: 1 } } }, ANYWHERE);
		const drawn = draw(state, (draft) => void ((draft as any).rows.a.n = new Date(0)));
		expect(() => take(drawn, ANYWHERE)).toThrow(/^\/rows\/a\/n: a Date/);
		const key = draw(state, (draft) => void ((draft as any).rows[Symbol('odd')] = 1));
		expect(() => take(key, ANYWHERE)).toThrow(/the key Symbol\(odd\) is no text/);
	});

	it('knows of wide integers when they come, and when they have gone', () => {
		const place = rootPlace(['/wide']);
		const state = take({ wide: 1n << 70n, n: 1 }, place);
		const narrow = take(draw(state, (draft) => void ((draft as any).wide = 1n)), place);
		const wide = take(draw(narrow, (draft) => void ((draft as any).wide = 1n << 70n)), place);
		expect(diff(narrow, wide)).toEqual([{ op: 'replace', path: '/wide', value: 1n << 70n }]);
	});
});

describe('ten thousand fields', () => {
	/** How often a field is asked for while this runs. */
	function looks(call: () => unknown): number {
		const spies = [vi.spyOn(Object, 'hasOwn'), vi.spyOn(Object, 'getOwnPropertyDescriptor')];
		call();
		const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
		for (const spy of spies) spy.mockRestore();
		return count;
	}

	const fields = Object.fromEntries([...Array(10_000).keys()].map((n) => [`row-${n}`, { n }]));
	const state = take({ fields }, ANYWHERE);

	it('are not looked at for an edit of one', () => {
		const count = looks(() => {
			const drawn = take(draw(state, (draft) => void ((draft as any).fields['row-7'].n = 1)), ANYWHERE);
			expect(diff(state, drawn)).toEqual([{ op: 'replace', path: '/fields/row-7/n', value: 1 }]);
			expect(isSame(state, drawn)).toBe(false);
			expect(share(state, drawn)).toBe(drawn);
		});
		expect(count).toBeLessThan(150);
	});

	it('are not looked at for a patch of one', () => {
		const count = looks(() => {
			const patched = takeParsed(applyPatch(state, [{ op: 'replace', path: '/fields/row-7/n', value: 1 }]), ANYWHERE);
			expect(share(state, patched)).toBe(patched);
		});
		expect(count).toBeLessThan(50);
	});
});

it('a patch leaves a field `__proto__` beside what it changes as it is', () => {
	const json = (x: number): string => `{"__proto__":{"a":1},"x":${x}}`;
	const patched = applyPatch(takeParsed(JSON.parse(json(1)), ANYWHERE), [{ op: 'replace', path: '/x', value: 2 }]);
	expect(JSON.stringify(patched)).toBe(json(2));
	expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
});
