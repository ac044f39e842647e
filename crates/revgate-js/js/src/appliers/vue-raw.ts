import { say, Word } from '../words/say.js';
import { isOwn } from './own.js';
import type { Ways } from './place.js';
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

/** How a reactive object is written to. */
export function waysOf(state: Fields): Ways {
	const heldBy = (key: string) => (rawOf(state) as Fields)[key];
	return {
		read: rawOf,
		// No ref can go away: whoever holds it would not be told.
		isFixed: (key) => mark(heldBy(key), '__v_isRef'),
		isOwn(key) {
			const held = heldBy(key);
			if (!mark(held, '__v_isRef') || !mark(held, '__v_isReadonly')) return isOwn(state, key);
			// It is computed; or what hides a ref that could be set.
			if (!mark(held, '__v_raw')) return true;
			throw new TypeError(say(Word.RefReadonly, key));
		},
	};
}
