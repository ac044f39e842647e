/** Patches (RFC 6902): what turns one state into another. */

import { differing, note } from './exact/made.js';
import { keysOf, pointer, put } from './exact/pointer.js';

/** One operation of a patch. */
export interface Operation {
	op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
	path: string;
	from?: string;
	value?: unknown;
}

type Node = Record<string, unknown>;

/**
 * What turns the state `before` into `after`; empty if both are the same. What both share is not
 * looked at, so that a small change of a large state costs little, however it was made: several
 * edits make one short patch, and so does a state made anew.
 */
export function diff(before: unknown, after: unknown): Operation[] {
	const operations: Operation[] = [];
	compare(before, after, [], operations);
	return operations;
}

/** Whether both states are the same, whatever the order of their fields. */
export function isSame(one: unknown, other: unknown): boolean {
	if (Object.is(one, other)) return true;
	if (!isNode(one) || !isNode(other) || Array.isArray(one) !== Array.isArray(other)) return false;
	const few = differing(one, other);
	if (few) return [...(few as Set<string>)].every((key) => isSameField(one, other, key));
	const keys = Object.keys(one);
	return (
		keys.length === Object.keys(other).length &&
		keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
	);
}

function isSameField(one: Node, other: Node, key: string): boolean {
	const isThere = Object.hasOwn(one, key);
	return isThere === Object.hasOwn(other, key) && (!isThere || isSame(one[key], other[key]));
}

function compare(before: unknown, after: unknown, keys: readonly (string | number)[], into: Operation[]): void {
	if (Object.is(before, after)) return;
	if (Array.isArray(before) && Array.isArray(after)) {
		compareArrays(before, after, keys, into);
	} else if (isNode(before) && isNode(after) && !Array.isArray(before) && !Array.isArray(after)) {
		const few = differing(before, after) as ReadonlySet<string> | undefined;
		for (const key of few ?? Object.keys(before)) {
			if (!Object.hasOwn(before, key)) continue;
			if (!Object.hasOwn(after, key)) into.push({ op: 'remove', path: pointer([...keys, key]) });
			else if (!Object.is(before[key], after[key])) compare(before[key], after[key], [...keys, key], into);
		}
		for (const key of few ?? Object.keys(after)) {
			if (Object.hasOwn(before, key) || !Object.hasOwn(after, key)) continue;
			into.push({ op: 'add', path: pointer([...keys, key]), value: after[key] });
		}
	} else {
		into.push({ op: 'replace', path: pointer(keys), value: after });
	}
}

/** What is the same at the beginning and at the end stays; so an insertion is one operation. */
function compareArrays(
	before: readonly unknown[],
	after: readonly unknown[],
	keys: readonly (string | number)[],
	into: Operation[],
): void {
	const shorter = Math.min(before.length, after.length);
	let head = 0;
	while (head < shorter && isSame(before[head], after[head])) head += 1;
	let tail = 0;
	while (tail < shorter - head && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail += 1;
	const common = shorter - tail;
	for (let index = head; index < common; index += 1) {
		compare(before[index], after[index], [...keys, index], into);
	}
	for (let index = before.length - tail - 1; index >= common; index -= 1) {
		into.push({ op: 'remove', path: pointer([...keys, index]) });
	}
	for (let index = common; index < after.length - tail; index += 1) {
		into.push({ op: 'add', path: pointer([...keys, index]), value: after[index] });
	}
}

/**
 * What the patch makes of a state, which stays as it was; not yet looked at, whether it may be one.
 *
 * @throws {Error} if the patch is malformed or does not fit, with its operation.
 */
export function applyPatch(state: unknown, patch: unknown): unknown {
	if (!Array.isArray(patch)) throw new Error('a patch is a list of operations');
	let copies = new WeakSet<object>();
	return patch.reduce((patched: unknown, operation: unknown, index) => {
		try {
			// Then one object may be at two places, and is to be changed at one.
			if ((operation as Operation).op === 'copy') copies = new WeakSet();
			return applyOne(patched, operation as Operation, copies);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			throw new Error(`operation ${index} of the patch: ${reason}`);
		}
	}, state);
}

function applyOne(state: unknown, operation: Operation, copies: WeakSet<object>): unknown {
	const { op, path } = operation;
	const to = place(path);
	switch (op) {
		case 'add':
			return change(state, to, copies, insert(present(operation)));
		case 'remove':
			return change(state, to, copies, remove);
		case 'replace':
			return change(state, to, copies, replace(present(operation)));
		case 'move': {
			const from = place(operation.from);
			const moved = at(state, from);
			return change(change(state, from, copies, remove), to, copies, insert(moved));
		}
		case 'copy':
			return change(state, to, copies, insert(at(state, place(operation.from))));
		case 'test':
			if (isSame(at(state, to), present(operation))) return state;
			throw new Error(`the test at \`${path}\` failed`);
		default:
			throw new Error(`\`${String(op)}\` is no operation`);
	}
}

/** Changes the field or element `key` of a copy of `node`; of the whole, if there is no key. */
type Change = { whole: (state: unknown) => unknown; within: (node: Node | unknown[], key: string) => void };

function insert(value: unknown): Change {
	return {
		whole: () => value,
		within: (node, key) => {
			if (!Array.isArray(node)) return put(node, key, value);
			node.splice(key === '-' ? node.length : indexIn(key, node.length + 1), 0, value);
		},
	};
}

function replace(value: unknown): Change {
	return {
		whole: () => value,
		within: (node, key) => {
			if (Array.isArray(node)) node[indexIn(key, node.length)] = value;
			else put(node, existing(node, key), value);
		},
	};
}

const remove: Change = {
	whole: () => null,
	within: (node, key) => {
		if (Array.isArray(node)) node.splice(indexIn(key, node.length), 1);
		else delete node[existing(node, key)];
	},
};

/** Copies what is on the way, once in all operations of a patch. */
function change(state: unknown, [key, ...rest]: readonly string[], copies: WeakSet<object>, how: Change): unknown {
	if (key === undefined) return how.whole(state);
	if (!isNode(state)) throw new Error(`there is nothing at \`${key}\``);
	const node = copies.has(state) ? state : copyOf(state);
	copies.add(node);
	if (!Array.isArray(node)) note(node, state, key);
	if (rest.length === 0) how.within(node, key);
	else replace(change(at(node, [key]), rest, copies, how)).within(node, key);
	return node;
}

function at(state: unknown, keys: readonly string[]): unknown {
	return keys.reduce<unknown>((node, key) => {
		if (!isNode(node)) throw new Error(`there is nothing at \`${key}\``);
		return Array.isArray(node) ? node[indexIn(key, node.length)] : node[existing(node, key)];
	}, state);
}

function existing(node: Node, key: string): string {
	if (Object.hasOwn(node, key)) return key;
	throw new Error(`there is no field \`${key}\``);
}

function indexIn(key: string, end: number): number {
	const index = /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
	if (index < end) return index;
	throw new Error(`there is no element \`${key}\``);
}

function place(path: unknown): string[] {
	const keys = typeof path === 'string' ? keysOf(path) : undefined;
	if (keys) return keys;
	throw new Error(`\`${String(path)}\` is no JSON pointer`);
}

function present(operation: Operation): unknown {
	if (Object.hasOwn(operation, 'value')) return operation.value;
	throw new Error('it has no `value`');
}

/** Of ten thousand fields, WebKit makes a copy by `Object.assign` in 0.6 of the time; but that sets prototypes. */
function copyOf(node: Node): Node {
	if (Array.isArray(node)) return [...node] as unknown as Node;
	return Object.hasOwn(node, '__proto__') ? { ...node } : Object.assign({}, node);
}

function isNode(value: unknown): value is Node {
	return typeof value === 'object' && value !== null;
}
