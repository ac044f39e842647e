/** The number of a version that an error is about. */
export type Field = 'revision' | 'epoch';

/** How much of a text is shown. */
const SHOWN = 32;

/**
 * A revision or an epoch is no canonical decimal number: digits only, no leading zero, at most
 * `"18446744073709551615"`. Nothing has changed.
 *
 * @example
 * if (error instanceof RevisionError) console.warn(error.field, error.fault);
 */
export class RevisionError extends RangeError {
	override readonly name = 'RevisionError';
	/** Which of the two it is. */
	readonly field: Field;
	/** What was there in its place, as it came. */
	readonly text: unknown;
	/** What is wrong with it, such as "it has a leading zero". */
	readonly fault: string;

	constructor(field: Field, text: unknown, fault: string) {
		const shown = typeof text === 'string' ? text.slice(0, SHOWN) : kindOf(text);
		super(`the ${field} \`${shown}\` is not a canonical decimal number: ${fault}`);
		this.field = field;
		this.text = text;
		this.fault = fault;
	}
}

/** What a value is, for people. */
export function kindOf(value: unknown): string {
	if (value === null || value === undefined) {
		return String(value);
	}
	const type = Array.isArray(value) ? 'array' : typeof value;
	return `${/^[aou]/.test(type) ? 'an' : 'a'} ${type}`;
}
