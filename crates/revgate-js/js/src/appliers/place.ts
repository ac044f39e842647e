import { isOwn } from './own.js';
import type { Rules } from './shared.js';
import { type Fields, share } from './value.js';

/** In place of the value of a key that is to go away. */
const GONE = Symbol();

/** The keys that are not yet as they are to be, and what they are to hold. */
export type Changes = [key: string, value: unknown][];

/**
 * What has to be done to an object for it to show `next`; nothing if it does already. Its parts
 * are read by `read`; a key that `isFixed` cannot go away, and becomes undefined; one that is the
 * app's own is left to it. All keys are looked at before the first is set.
 *
 * @throws TypeError for `__proto__`, which would become the object's prototype, and its like, which
 * some libraries drop, and for what is readonly.
 */
export function changesOf(
	object: Fields,
	next: Fields,
	{ replaces, allows }: Rules,
	isFixed?: (key: string) => unknown,
	read: (value: unknown) => unknown = (value) => value,
	leaves: (key: string) => unknown = (key) => isOwn(object, key),
): Changes {
	const changes: Changes = [];
	// The keys alone: a getter that stays is not to be run.
	for (const key of new Set([...Object.keys(next), ...Object.keys(replaces ? object : {})])) {
		if (!allows(key)) continue;
		if (key in Object.prototype && !Object.hasOwn(object, key)) {
			throw new TypeError(`revgate: the state's key '${key}' cannot be set; rename it in toState`);
		}
		if (leaves(key)) continue;
		const before = read(object[key]);
		const value = Object.hasOwn(next, key) ? share(before, next[key]) : isFixed?.(key) ? undefined : GONE;
		if (key in object && Object.is(value, before)) continue;
		const property = Object.getOwnPropertyDescriptor(object, key);
		if (property ? !property.set && !property.writable : !Object.isExtensible(object)) {
			throw new TypeError(`revgate: the state's key '${key}' cannot be set: the object is readonly`);
		}
		changes.push([key, value]);
	}
	return changes;
}

/** Makes the changes. */
export function assign(
	object: Fields,
	changes: Changes,
	remove: (object: Fields, key: string) => void = Reflect.deleteProperty,
): void {
	for (const [key, value] of changes) {
		if (value === GONE) remove(object, key);
		else object[key] = value;
	}
}
