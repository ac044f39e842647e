/** What options must be. Their values are anybody's, who may have no TypeScript. */

/** Takes a value that is right for the option of this name, and throws for any other. */
export type Kind = (value: unknown, name: string) => void;

/** Options by name, and what each must be. */
export type Shape = Readonly<Record<string, Kind>>;

/**
 * Values for which `isRight` holds.
 *
 * @param words what such a value is
 */
export function kind(words: string, isRight: (value: unknown) => boolean): Kind {
	return (value, name) => {
		if (!isRight(value)) {
			const shown = typeof value === 'string' ? `'${value}'` : Object(value) === value ? typeof value : String(value);
			const Fault = typeof value === 'number' ? RangeError : TypeError;
			throw new Fault(`[revgate] \`${name}\` must be ${words}, not ${shown}`);
		}
	};
}

export const FUNCTION = kind('a function', (it) => typeof it === 'function');
export const OBJECT = kind('an object', (it) => typeof it === 'object' && it !== null);
export const TEXT = kind('a non-empty string', (it) => typeof it === 'string' && it.trim() !== '');
export const FLAG = kind('true or false', (it) => typeof it === 'boolean');
export const TIME = atLeast(0, 'milliseconds');

export function atLeast(least: number, unit = 'a number'): Kind {
	return kind(`${unit} from ${least} on`, (it) => typeof it === 'number' && it >= least);
}

/** One of two words, or nothing. */
export function oneOf(first: string, second: string): Kind {
	return maybe(kind(`'${first}' or '${second}'`, (it) => it === first || it === second));
}

/** Whatever has these functions: its own, as every function has an `apply`. */
export function having(...names: readonly string[]): Kind {
	return kind(`an object with ${names.join(', ')}`, (it) =>
		names.every((name) => {
			const found = (it as Record<string, unknown> | null | undefined)?.[name];
			return typeof found === 'function' && found !== Function.prototype.apply;
		}),
	);
}

/** That, or nothing. */
export function maybe(kind: Kind): Kind {
	return (value, name) => value == null || kind(value, name);
}

/**
 * Options, and nothing besides: that would be one misspelt, and taken for none.
 *
 * @param within what stands before their names, as in `backoff.firstMs`
 */
export function only(shape: Shape, within = ''): Kind {
	return (given, name) => {
		OBJECT(given, name);
		for (const option of Object.keys(given as object)) {
			if (!Object.hasOwn(shape, option)) {
				throw new TypeError(`[revgate] \`${name}\` has no \`${option}\`: it has ${Object.keys(shape)}`);
			}
		}
		check(given, shape, within);
	};
}

/** @throws TypeError, for a number RangeError, that says which option is what, and must be what. */
export function check(given: unknown, shape: Shape, within = ''): void {
	for (const [name, kind] of Object.entries(shape)) {
		kind((given as Record<string, unknown> | null | undefined)?.[name], within + name);
	}
}
