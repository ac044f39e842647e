/** JSON as text, read without losing a digit. */

import { put } from './pointer.js';

/** A number of JSON that no JavaScript number is: an integer beyond 2^53, say. */
export class Literal {
	constructor(readonly text: string) {}

	/** Whether it was written as an integer. */
	get isInteger(): boolean {
		return !/[.eE]/.test(this.text);
	}
}

/**
 * What `JSON.parse` might change without a word: a number of sixteen digits and more, one with an
 * exponent of three digits, half a character.
 */
const DOUBTFUL = /[\d.]{16}|[eE][+-]?\d{3}|\\u[dD][89a-fA-F]/;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\n\r]*/y;

/** How deep an answer may nest: what wraps a state is around its own 120 levels. */
const MAX_DEPTH = 128;

/**
 * The value that `text` holds. A field `__proto__` is a field, and each number that would not be
 * the same in JavaScript is a {@link Literal}.
 *
 * @throws {SyntaxError} if it is no JSON.
 */
export function parse(text: string): unknown {
	if (typeof text !== 'string') throw new SyntaxError(`JSON as text is expected, not ${text === null ? 'null' : typeof text}`);
	return DOUBTFUL.test(text) ? new Parser(text).whole() : JSON.parse(text);
}

class Parser {
	#at = 0;

	constructor(readonly text: string) {}

	whole(): unknown {
		this.#take(BLANK);
		const value = this.#value(0);
		if (this.#at < this.text.length) throw this.#fault('the end');
		return value;
	}

	#value(depth: number): unknown {
		if (depth > MAX_DEPTH) throw new SyntaxError(`JSON nests deeper than ${MAX_DEPTH} levels`);
		const value = this.#bare(depth);
		this.#take(BLANK);
		return value;
	}

	#bare(depth: number): unknown {
		switch (this.text[this.#at]) {
			case '{':
				return this.#object(depth);
			case '[':
				return this.#array(depth);
			case '"':
				return this.#string();
			case 't':
				return this.#word('true', true);
			case 'f':
				return this.#word('false', false);
			case 'n':
				return this.#word('null', null);
			default:
				return this.#number();
		}
	}

	#object(depth: number): unknown {
		const object: Record<string, unknown> = {};
		this.#each('}', () => {
			const key = this.#string();
			this.#take(BLANK);
			this.#symbol(':');
			put(object, key, this.#value(depth + 1));
		});
		return object;
	}

	#array(depth: number): unknown {
		const items: unknown[] = [];
		this.#each(']', () => items.push(this.#value(depth + 1)));
		return items;
	}

	#each(end: string, item: () => void): void {
		this.#symbol(this.text[this.#at] as string);
		if (this.text[this.#at] !== end) {
			for (;;) {
				item();
				if (this.text[this.#at] === end) break;
				this.#symbol(',');
			}
		}
		this.#at += 1;
	}

	#number(): number | Literal {
		const text = this.#take(NUMBER);
		if (text === undefined) throw this.#fault('a value');
		return numberOf(text);
	}

	#string(): string {
		const start = this.#at;
		if (this.text[start] !== '"') throw this.#fault('text');
		let end = start;
		do {
			end = this.text.indexOf('"', end + 1);
			if (end < 0) throw this.#fault('text that ends');
		} while (this.#isEscaped(end));
		this.#at = end + 1;
		return JSON.parse(this.text.slice(start, this.#at)) as string;
	}

	#isEscaped(place: number): boolean {
		let slashes = 0;
		while (this.text[place - 1 - slashes] === '\\') slashes += 1;
		return slashes % 2 === 1;
	}

	#word<W>(word: string, value: W): W {
		if (!this.text.startsWith(word, this.#at)) throw this.#fault('a value');
		this.#at += word.length;
		return value;
	}

	#symbol(symbol: string): void {
		if (this.text[this.#at] !== symbol) throw this.#fault(`\`${symbol}\``);
		this.#at += 1;
		this.#take(BLANK);
	}

	/** What matches here, if anything does. */
	#take(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at;
		const found = pattern.exec(this.text)?.[0];
		this.#at += found?.length ?? 0;
		return found;
	}

	#fault(expected: string): SyntaxError {
		const found = this.text.slice(this.#at, this.#at + 20);
		return new SyntaxError(`JSON: expected ${expected} at position ${this.#at}, found \`${found}\``);
	}
}

/** The number, or what it is written as if that is another. */
function numberOf(text: string): number | Literal {
	const number = Number(text);
	// Fifteen digits are always kept.
	if (text.length < 16 && !/[eE]/.test(text)) return number;
	const isSame = digits(text) === digits(String(number));
	// What is whole and written as such is an integer to the backend, and may have been rounded.
	const isSafe = Math.abs(number) <= Number.MAX_SAFE_INTEGER || /[.eE]/.test(text);
	return isSame && isSafe ? number : new Literal(text);
}

/** A number's digits and their magnitude, the same for all ways to write it. */
function digits(text: string): string {
	const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
	const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
	const all = whole + fraction;
	const significant = all.replace(/^0+/, '');
	const magnitude = Number(exponent) + whole.length - (all.length - significant.length);
	const trimmed = significant.replace(/0+$/, '');
	return trimmed === '' ? '0' : `${trimmed}e${magnitude}`;
}
