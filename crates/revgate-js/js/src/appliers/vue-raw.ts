import type { Reader } from './changes.js';
import type { Fields } from './value.js';

/** The marks that Vue puts on what it makes: read here so that Vue itself need not be imported. */
interface Marks {
	__v_raw?: unknown;
	__v_isRef?: boolean;
	__v_isReactive?: boolean;
	__v_isReadonly?: boolean;
}

/** The mark of that name on `value`. */
export function mark(value: unknown, name: keyof Marks): unknown {
	return (value as Marks | null | undefined)?.[name];
}

/** What is behind a reactive object; anything else as it is. */
export function rawOf(value: unknown): unknown {
	return mark(value, '__v_raw') ?? value;
}

/**
 * How a reactive object is read: its parts raw, as what goes back into it should be. A ref in it
 * cannot go away: whoever holds the ref would not be told.
 */
export function reactiveOf(state: Fields): Reader {
	return {
		read: rawOf,
		isFixed: (key) => !!mark((rawOf(state) as Fields)[key], '__v_isRef'),
	};
}
