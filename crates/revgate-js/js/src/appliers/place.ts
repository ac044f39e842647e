import { say, Word } from '../words/say.js';
import { isOwn } from './own.js';
import type { Rules } from './shared.js';
import { type Fields, fieldsOf, isMap, share, tagOf } from './value.js';

/** In place of the value of a key that is to go away. */
const GONE = Symbol();

/** What is special about a library's objects. */
export interface Ways {
	/** Reads a part; by default as it is. */
	read?(value: unknown): unknown;
	/** Whether a key cannot go away, and becomes undefined. */
	isFixed?(key: string): unknown;
	/** Whether a key is the app's own, and left to it. */
	isOwn?(key: string): unknown;
	/** Removes a key. */
	remove?(object: Fields, key: string): void;
	/** Whether the changes are made to a copy, which takes any key. */
	isCopied?: boolean;
}

/** The keys that are not yet as they are to be, and what they are to hold. */
export type Changes = [key: string, value: unknown][];

/**
 * What has to be done to an object for it to show `next`; nothing if it does already. All keys are
 * looked at before the first is set.
 *
 * @throws TypeError for `__proto__`, which would become the object's prototype, and its like, which
 * some libraries drop, and for what is readonly.
 */
export function changesOf(object: Fields, next: Fields, { replaces, allows }: Rules, ways: Ways = {}): Changes {
	const { read = (value) => value, isFixed, isOwn: leaves = (key) => isOwn(object, key), isCopied } = ways;
	const changes: Changes = [];
	// The keys alone: a getter that stays is not to be run.
	for (const key of new Set([...Object.keys(next), ...Object.keys(replaces ? object : {})])) {
		if (!allows(key)) continue;
		const isOfRoot = isRoot(object, key);
		if (isOfRoot && !isCopied) {
			throw new TypeError(say(Word.KeyOfAllObjects, key));
		}
		if (leaves(key)) continue;
		const property = Object.getOwnPropertyDescriptor(object, key);
		const isGone = !Object.hasOwn(next, key);
		// A field by a getter and a setter is one of the copy, too.
		if (isGone && isCopied && property?.get) continue;
		const before = isOfRoot ? undefined : read(object[key]);
		const value = isGone ? (isFixed?.(key) ? undefined : GONE) : share(before, next[key]);
		if (key in object && !isOfRoot && Object.is(value, before)) continue;
		if (!isCopied && (property ? !property.set && !property.writable : !Object.isExtensible(object))) {
			throw new TypeError(say(Word.KeyReadonly, key));
		}
		changes.push([key, value]);
	}
	return changes;
}

/** Whether a key is that of all objects, which reads as `__proto__` or `toString` do. */
function isRoot(object: object, key: string): boolean {
	return key in Object.prototype && !Object.hasOwn(object, key);
}

/** Makes the changes. */
export function assign(object: Fields, changes: Changes, remove: Ways['remove'] = Reflect.deleteProperty): void {
	for (const [key, value] of changes) {
		if (value === GONE) remove(object, key);
		else if (!isRoot(object, key)) object[key] = value;
		// Assigned, `__proto__` would be the object's prototype.
		else Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
	}
}

/** A Map of a library, which tells of its changes. */
export interface MapLike<Value> {
	readonly size: number;
	get(key: string): Value | undefined;
	set(key: string, value: Value): unknown;
	delete(key: string): boolean;
}

/** Makes an object, or a Map of a library, show `next`. */
export function fill(target: object, next: Fields, rules: Rules, ways: Ways = {}): void {
	const { read = (value) => value, remove } = ways;
	const [held, fields] = [read(target), target as Fields];
	if (!isMap(held)) return assign(fields, changesOf(fields, next, rules, ways), remove);
	const map = target as Map<string, unknown>;
	for (const [key, value] of changesOf(fieldsOf(held), next, rules, { read })) {
		if (value === GONE) map.delete(key);
		else map.set(key, value);
	}
}

/** Whether it has keys to be written to. */
export function isKeyed(target: unknown): target is object {
	return tagOf(target) === 'Object' || isMap(target);
}

/**
 * @param takesMap Whether the library sees the changes of the language's own Map.
 * @throws TypeError for what has no keys to be written to.
 */
export function checkKeyed(library: string, target: unknown, takesMap = true): void {
	if (isKeyed(target) && (takesMap || Object.getPrototypeOf(target) !== Map.prototype)) return;
	throw new TypeError(say(Word.HeldByNone, library, tagOf(target)));
}
