import { say, Word } from '../words/say.js';

/** An object by its keys. */
export type Fields = Record<string, unknown>;

/** The kind of a value: `'object'` is one of keys and values, of any realm, but of no class. */
export function kindOf(value: unknown): string {
	if (typeof value !== 'object') return typeof value;
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	const prototype: object | null = Object.getPrototypeOf(value);
	return prototype && Object.getPrototypeOf(prototype) ? `class ${prototype.constructor.name}` : 'object';
}

/** Whether it is a Map, of the language or of a library. */
export function isMap(value: unknown): value is Map<unknown, unknown> {
	return tagOf(value) === 'Map';
}

/** What the language calls it: `'Object'` for one of a class, too. */
export function tagOf(value: unknown): string {
	return Object.prototype.toString.call(value).slice(8, -1);
}

/** @throws TypeError for a key that no state has. */
export function fieldsOf(map: Map<unknown, unknown>): Fields {
	for (const key of map.keys()) {
		if (typeof key === 'string') continue;
		throw new TypeError(say(Word.KeyNoText, String(key), typeof key));
	}
	return Object.fromEntries(map) as Fields;
}

/**
 * What `next` says, made of the parts of `previous` that say the same already; `previous` itself
 * if all of it does. What is new is a copy: a snapshot is never handed over to be changed. But an
 * instance of a class, which is no JSON, is taken as it is.
 *
 * Each snapshot is parsed anew, so that without this every part of it would look changed, and
 * everything that shows one would render again.
 */
export function share(previous: unknown, next: unknown): unknown {
	if (isSame(previous, next)) return previous;
	const kind = kindOf(next);
	const isArray = kind === 'array';
	if (next instanceof Date) return new Date(+next);
	if (!isArray && kind !== 'object') return next;

	const alike = kindOf(previous) === kind;
	const old = (alike ? previous : {}) as Fields;
	const fields = next as Fields;
	const keys = Object.keys(fields);
	let made = (isArray ? [] : {}) as Fields;
	let same = alike && Object.keys(old).length === keys.length;
	if (isArray) {
		// A hole at the end is no key.
		made['length'] = fields['length'];
		same &&= old['length'] === fields['length'];
	}
	for (const key of keys) {
		const had = Object.hasOwn(old, key);
		const before = had ? old[key] : undefined;
		const value = share(before, fields[key]);
		same &&= had && Object.is(value, before);
		// Assigned, it would be the object's prototype; as a computed key it is a key like any other.
		if (key === '__proto__') made = { ...made, [key]: value };
		else made[key] = value;
	}
	return same ? previous : made;
}

function isSame(a: unknown, b: unknown): boolean {
	return Object.is(a, b) || (a instanceof Date && b instanceof Date && Object.is(+a, +b));
}

/** Whether it is a function, or an object of functions: no state, so that it stays. */
export function isCode(value: unknown): boolean {
	if (kindOf(value) !== 'object') return typeof value === 'function';
	const values = Object.values(value as Fields);
	return values.length > 0 && values.every(isCode);
}
