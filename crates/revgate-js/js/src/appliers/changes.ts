import { type Fields, kindOf, share } from './value.js';

/** Which top-level keys may be touched, and whether those that are gone go away. */
export interface Rules {
	readonly replaces: boolean;
	allows(key: string): boolean;
}

/** In place of the value of a key that is to go away. */
export const GONE = Symbol();

/** The keys that are not yet as they are to be, and what they are to hold. */
export type Changes = [key: string, value: unknown][];

/** What differs from library to library in how an object is read. */
export interface Reader {
	read?: (value: unknown) => unknown;
	/** Whether a key cannot go away: it becomes undefined instead. */
	isFixed?: (key: string) => boolean;
}

/** Removes a key from an object. */
export type Remove = (object: Fields, key: string) => void;

/** What has to be done to `current` for it to show `next`; nothing if it does already. */
export function changesOf(
	current: Fields,
	next: Fields,
	{ replaces, allows }: Rules,
	{ read = (value) => value, isFixed = () => false }: Reader = {},
): Changes {
	const changes: Changes = [];
	const put = (key: string, value: unknown) => {
		const had = key in current && !isInherited(current, key);
		const before = had ? read(current[key]) : undefined;
		const shared = share(before, value);
		if (!had || !Object.is(shared, before)) changes.push([key, shared]);
	};
	for (const key of Object.keys(next)) if (allows(key)) put(key, next[key]);
	if (replaces) {
		for (const key of Object.keys(current)) {
			if (!allows(key) || Object.hasOwn(next, key) || isCode(current, key)) continue;
			put(key, isFixed(key) ? undefined : GONE);
		}
	}
	return changes;
}

/** Whether it is of every object, as `constructor`: unlike a field of a class, no key of a state. */
function isInherited(object: Fields, key: string): boolean {
	return key in Object.prototype && !Object.hasOwn(object, key);
}

/** Whether the key holds code and no state: a getter, a function, or an object of functions. */
function isCode(object: Fields, key: string): boolean {
	const property = Object.getOwnPropertyDescriptor(object, key);
	return (!!property?.get && !property.set) || isFunctions(object[key]);
}

function isFunctions(value: unknown): boolean {
	if (kindOf(value) !== 'object') return typeof value === 'function';
	const values = Object.values(value as Fields);
	return values.length > 0 && values.every(isFunctions);
}

/** The value after `current`; `current` itself if nothing changes. Neither argument is changed. */
export function nextValue(current: unknown, next: unknown, rules: Rules): unknown {
	if (kindOf(next) !== 'object') return share(current, next);
	const hasFields = typeof current === 'object' && current !== null && !Array.isArray(current);
	const before = (hasFields ? current : {}) as Fields;
	const changes = changesOf(before, next as Fields, rules);
	if (hasFields && !changes.length) return current;
	const after = new Map([...Object.entries(before), ...changes]);
	return Object.fromEntries([...after].filter(([, value]) => value !== GONE));
}

/**
 * Changes an object in place.
 *
 * @throws TypeError for `__proto__`, which would become the object's prototype, and its like, which
 * some libraries drop.
 */
export function assign(object: Fields, changes: Changes, remove: Remove = Reflect.deleteProperty): void {
	const refused = changes.find(([key]) => isInherited(object, key));
	if (refused) throw new TypeError(`revgate: the key '${refused[0]}' of the state cannot be assigned; rename it in toState`);
	for (const [key, value] of changes) {
		if (value === GONE) remove(object, key);
		else object[key] = value;
	}
}
