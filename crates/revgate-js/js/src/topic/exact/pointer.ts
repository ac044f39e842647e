/** Places in a state, as JSON pointers (RFC 6901): `/rows/3/title`; the whole state is the empty one. */

/** The pointer of the keys on the way to a place. */
export function pointer(keys: readonly (string | number)[]): string {
	return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys on the way to a place; `undefined` if the text is no pointer. */
export function keysOf(text: string): string[] | undefined {
	if (text !== '' && !text.startsWith('/')) return undefined;
	return text
		.split('/')
		.slice(1)
		.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The pointer for a path as Rust writes it, such as `rows[3].title`. A key with a dot or a bracket
 * in it cannot be told from two keys there.
 */
export function pointerOfPath(path: string): string {
	return pointer(path.split(/\.|\[(\d+)\]\.?/).filter((key) => key !== undefined && key !== ''));
}

/** Sets a field of an object, whatever its name: what is set as `__proto__` is no field. */
export function put(object: Record<string, unknown>, key: string, value: unknown): void {
	if (key === '__proto__') {
		Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
	} else {
		object[key] = value;
	}
}
