import { isOwn, propertyOf } from './own.js';
import type { Rules } from './shared.js';
import { type Fields, kindOf, share } from './value.js';

/**
 * The value after `current`; `current` itself if nothing changes. Neither argument is changed. It is
 * of the class of `current`, and has its functions, getters and symbols.
 */
export function merge(current: unknown, next: unknown, { replaces, allows }: Rules): unknown {
	if (kindOf(next) !== 'object') return share(current, next);
	const before = hasFields(current) ? current : {};
	const made = Object.create(Object.getPrototypeOf(before)) as Fields;
	for (const key of Reflect.ownKeys(before)) {
		const property = Object.getOwnPropertyDescriptor(before, key) as PropertyDescriptor;
		const stays = !replaces || typeof key === 'symbol' || !allows(key) || property.get || isOwn(before, key);
		// The copy of what is frozen is not.
		if (stays) define(made, key, property.get || property.set ? property : { ...property, writable: true });
	}
	for (const [key, value] of Object.entries(next as Fields)) {
		if (!allows(key) || isOwn(before, key)) continue;
		if (propertyOf(made, key)?.set) {
			const shared = share(made[key], value);
			if (!Object.is(shared, made[key])) made[key] = shared;
		} else {
			// Assigned, `__proto__` would be the object's prototype.
			const was = Object.getOwnPropertyDescriptor(before, key)?.value as unknown;
			define(made, key, { value: share(was, value), enumerable: true, writable: true });
		}
	}
	return before === current && isSame(before, made) ? current : made;
}

/** Whether it is an object of keys, be it of a class: a Map, a Date, a list and the like are none. */
function hasFields(value: unknown): value is Fields {
	return typeof value === 'object' && Object.prototype.toString.call(value) === '[object Object]';
}

function define(object: object, key: PropertyKey, property: PropertyDescriptor): void {
	Object.defineProperty(object, key, { ...property, configurable: true });
}

function isSame(a: object, b: object): boolean {
	const keys = Reflect.ownKeys(a);
	const held = (object: object, key: PropertyKey) => Object.getOwnPropertyDescriptor(object, key);
	return (
		keys.length === Reflect.ownKeys(b).length &&
		keys.every((key) => key in b && Object.is(held(a, key)?.value, held(b, key)?.value))
	);
}
