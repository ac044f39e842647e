import { say, Word } from '../words/say.js';

/**
 * A revision or an epoch is no canonical decimal number: digits only, no leading zero, at most
 * `"18446744073709551615"`. Nothing has changed.
 *
 * @example
 * if (error instanceof RevisionError) console.warn(error.field, error.fault);
 */
export class RevisionError extends RangeError {
	override readonly name = 'RevisionError';
	/** Which of the two numbers of a version it is. */
	readonly field: 'revision' | 'epoch';
	/** What was there in its place, as it came. */
	readonly text: unknown;
	/** What is wrong with it, such as "it has a leading zero". */
	readonly fault: string;

	constructor(field: 'revision' | 'epoch', text: unknown, what: Word) {
		const fault = say(what);
		const shown = typeof text === 'string' ? `\`${text.slice(0, 32)}\`` : typeof text;
		super(say(Word.NotCanonical, field, shown, fault));
		this.field = field;
		this.text = text;
		this.fault = fault;
	}
}
