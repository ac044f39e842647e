import { assign, changesOf } from './place.js';
import type { Rules } from './shared.js';
import { type Fields, fieldsOf, isMap, kindOf, share, tagOf } from './value.js';

/**
 * The value after `current`; `current` itself if nothing changes. Neither argument is changed. It is
 * of the class of `current`, and has its functions, getters and symbols; a Map, if that is one.
 */
export function merge(current: unknown, next: unknown, rules: Rules): unknown {
	if (kindOf(next) !== 'object') return share(current, next);
	if (isMap(current)) {
		const held = fieldsOf(current);
		const made = merge(held, next, rules);
		return made === held ? current : new Map(Object.entries(made as Fields));
	}
	// An object of keys, be it of a class.
	const before = tagOf(current) === 'Object' ? (current as Fields) : {};
	const changes = changesOf(before, next as Fields, rules, { isCopied: true });
	if (before === current && !changes.length) return current;
	const made = Object.create(Object.getPrototypeOf(before)) as Fields;
	for (const key of Reflect.ownKeys(before)) {
		const property = Object.getOwnPropertyDescriptor(before, key) as PropertyDescriptor;
		// The copy of what is frozen is not.
		const free = { configurable: true, ...('value' in property && { writable: true }) };
		Object.defineProperty(made, key, { ...property, ...free });
	}
	assign(made, changes);
	return made;
}
