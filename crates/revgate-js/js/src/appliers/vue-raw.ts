import { isOwn } from './own.js';
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

/**
 * What is behind a reactive object; anything else as it is. Parts are read so, as nothing reactive
 * should get into the raw state.
 */
export function rawOf(value: unknown): unknown {
	return mark(value, '__v_raw') ?? value;
}

/** The refs in a reactive object: none can go away, as whoever holds it would not be told. */
export function refsOf(state: Fields): (key: string) => unknown {
	return (key) => mark((rawOf(state) as Fields)[key], '__v_isRef');
}

/** What is left to the app: besides the rest, a computed value in a reactive object. */
export function ownOf(state: Fields): (key: string) => unknown {
	return (key) => {
		const held = (rawOf(state) as Fields)[key];
		return isOwn(state, key) || (mark(held, '__v_isRef') && mark(held, '__v_isReadonly'));
	};
}
