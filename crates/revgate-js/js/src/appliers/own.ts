/** What of an object is the app's own and no state: its functions and what it computes. */

import { type Fields, isCode } from './value.js';

/**
 * The property that reading or writing `key` would meet. That of the root of all objects is none:
 * there, a name such as `toString` is a key as any.
 */
export function propertyOf(object: object, key: PropertyKey): PropertyDescriptor | undefined {
	let at: object | null = object;
	while (at) {
		const above: object | null = Object.getPrototypeOf(at);
		if (!above && at !== object) return undefined;
		const property = Object.getOwnPropertyDescriptor(at, key);
		if (property) return property;
		at = above;
	}
	return undefined;
}

/**
 * Whether a key is left to the store, whatever a snapshot says: a function, or an object of
 * functions; a getter without a setter; what is hidden, as MobX' computed values are.
 */
export function isOwn(object: object, key: string): boolean {
	const property = propertyOf(object, key);
	if (!property) return false;
	if (property.get && !property.set) return true;
	return isCode((object as Fields)[key]) || isHidden(object, key);
}

function isHidden(object: object, key: string): boolean {
	return Object.getOwnPropertyDescriptor(object, key)?.enumerable === false;
}
