/** What a state may be: exactly what JSON and the backend's types have. */

import { madeOf } from './made.js';
import { Literal } from './parse.js';
import type { Place } from './place.js';
import { pointer, put } from './pointer.js';

/** How deep a state may nest, in arrays and objects: as deep as in Rust. */
export const MAX_DEPTH = 120;

/** Why a value is no state, and where. */
export class Unfit extends Error {
	override readonly name = 'Unfit';

	constructor(
		/** Where, as a JSON pointer. */
		readonly path: string,
		readonly reason: string,
	) {
		super(`${path === '' ? 'the state' : path}: ${reason}`);
	}
}

/** What is known of a state, or of a part of one. */
export interface Facts {
	/** Where it was looked at: elsewhere its integers may be of the wrong kind. */
	readonly place: Place;
	/** How many levels it has, at most: what was gone when it was made of another may be counted. */
	readonly height: number;
	/** Whether `JSON.stringify` writes it as it is. */
	readonly isPlain: boolean;
	/** Whether it has an integer of more than 64 bits. */
	readonly isWide: boolean;
}

type Fields = Record<string, unknown>;
type Leaf = Omit<Facts, 'place'>;

/** What to do about an integer that is not where it should be. */
const LIST_IT = 'list this place in the option `bigints`, and its integers are BigInts';

const PLAIN: Leaf = { height: 0, isPlain: true, isWide: false };

/** Gives whatever it is given in place of itself. */
class Given {
	constructor(given: object) {
		return given;
	}
}

/**
 * Marks states that were taken, and their parts, with what is known of them. They are frozen, so that
 * it stays true. The mark is a private field, which nobody sees and no copy has; a WeakMap of as many
 * objects as a large state has takes several times as long, and the collector of garbage after it.
 */
class Known extends Given {
	readonly #facts: Facts;

	private constructor(state: object, facts: Facts) {
		super(state);
		this.#facts = facts;
	}

	static mark<S extends object>(state: S, facts: Facts): S {
		new Known(state, facts);
		return Object.freeze(state);
	}

	static of(state: object): Facts | undefined {
		return #facts in state ? state.#facts : undefined;
	}
}

/**
 * The state that `value` is: a frozen copy, in which all that was a state before is shared.
 *
 * @throws {Unfit} if JSON or the backend has no such value: nothing is left out or changed.
 */
export function take(value: unknown, place: Place): unknown {
	return new Taker(false).take(value, place);
}

/**
 * The same for what was parsed: an integer is a BigInt where the place says so.
 *
 * @throws {Unfit} if a number would not be the same in JavaScript.
 */
export function takeParsed(value: unknown, place: Place): unknown {
	return new Taker(true).take(value, place);
}

/** Makes `copy` a state that is the same as the state `original`, of equal parts. */
export function adopt<S extends object>(original: object, copy: S): S {
	const facts = Known.of(original);
	return facts ? Known.mark(copy, facts) : Object.freeze(copy);
}

/** What is known of a state, or of a part of one. */
export function factsOf(state: unknown): Leaf {
	if (typeof state === 'object' && state !== null) return Known.of(state) ?? PLAIN;
	if (typeof state === 'bigint') return { ...PLAIN, isPlain: false, isWide: !hasBits(64, state) };
	return typeof state === 'number' && !isPlainNumber(state) ? { ...PLAIN, isPlain: false } : PLAIN;
}

class Taker {
	/** The way to the value that is looked at. */
	readonly #keys: (string | number)[] = [];
	/** What the value that is looked at is in. */
	readonly #around: object[] = [];

	constructor(readonly isParsed: boolean) {}

	take(value: unknown, place: Place): unknown {
		if (typeof value !== 'object' || value === null) return this.#leaf(value, place);
		if (value instanceof Literal) return this.#literal(value, place);
		const known = Known.of(value);
		const depth = this.#around.length;
		if (known?.place === place && depth + known.height <= MAX_DEPTH) return value;
		if (this.#around.includes(value)) throw this.#unfit('it holds itself, and JSON has no cycles');
		if (depth === MAX_DEPTH) throw this.#unfit(`it nests deeper than ${MAX_DEPTH} levels`);
		this.#around.push(value);
		const taken = Array.isArray(value) ? this.#array(value, place) : this.#object(value, place);
		this.#around.pop();
		return taken;
	}

	#array(array: readonly unknown[], place: Place): unknown {
		if (!this.isParsed) this.#checkArray(array);
		const items = array.map((item, index) => this.#within(index, item, place));
		return this.#close(items, items, place);
	}

	#object(object: object, place: Place): unknown {
		if (levels(object) > 1) throw this.#instance(object);
		const made = madeOf(object);
		const known = made && Known.of(made.of);
		if (known?.place === place) return this.#changed(object as Fields, made!, known);
		const fields: Record<string, unknown> = {};
		const values: unknown[] = [];
		for (const key of this.isParsed ? Object.keys(object) : Reflect.ownKeys(object)) {
			const value = this.#within(key as string, this.#read(object, key), place);
			values.push(value);
			put(fields, key as string, value);
		}
		return this.#close(fields, values, place);
	}

	/** A copy of a state, of which nothing is looked at but what was changed. Nobody else has it. */
	#changed(fields: Fields, { of, keys }: { of: object; keys: ReadonlySet<string | symbol> }, known: Facts): unknown {
		let [{ height, isPlain, isWide }, isNews] = [known, false];
		for (const key of keys as ReadonlySet<string>) {
			const isThere = Object.hasOwn(fields, key);
			const value = isThere ? this.#within(key, this.#read(fields, key), known.place) : undefined;
			isNews ||= isThere !== Object.hasOwn(of, key) || (isThere && !Object.is(value, (of as Fields)[key]));
			if (!isThere) continue;
			put(fields, key, value);
			const facts = factsOf(value);
			height = Math.max(height, facts.height + 1);
			isPlain &&= facts.isPlain;
			isWide ||= facts.isWide;
		}
		if (!isNews) return of;
		// What is gone may have been what was special.
		if (!known.isPlain || known.isWide) return this.#close(fields, Object.values(fields), known.place);
		return Known.mark(fields, { place: known.place, height, isPlain, isWide });
	}

	/** The value of a field, which is nothing but a value. */
	#read(object: object, key: string | symbol): unknown {
		if (this.isParsed && isWhole(key as string)) return (object as Record<string, unknown>)[key as string];
		if (typeof key === 'symbol') throw this.#unfit(`the key ${String(key)} is no text`);
		const field = Object.getOwnPropertyDescriptor(object, key);
		const problem = !isWhole(key)
			? 'half a character is in this key'
			: field?.get || field?.set
				? 'a getter is no value: call it, and store what it gives'
				: field?.enumerable === false
					? 'a field that is not enumerable would be left out'
					: undefined;
		if (problem === undefined) return field?.value;
		this.#keys.push(key);
		throw this.#unfit(problem);
	}

	#checkArray(array: readonly unknown[]): void {
		if (levels(array) > 2) throw this.#instance(array);
		const keys = Reflect.ownKeys(array);
		if (keys.length === array.length + 1) return;
		const hole = Array.from(array.keys()).find((index) => !Object.hasOwn(array, index));
		if (hole !== undefined) {
			this.#keys.push(hole);
			throw this.#unfit('the array has a hole here: use `null`');
		}
		// The elements come first, then the length.
		const odd = keys[array.length + 1];
		throw this.#unfit(`the array has a field \`${String(odd)}\` besides its elements`);
	}

	#within(key: string | number, value: unknown, place: Place): unknown {
		this.#keys.push(key);
		const taken = this.take(value, place.child(String(key)));
		this.#keys.pop();
		return taken;
	}

	#close(taken: object, values: readonly unknown[], place: Place): object {
		let height = 0;
		let [isPlain, isWide] = [true, false];
		for (const value of values) {
			const facts = factsOf(value);
			height = Math.max(height, facts.height);
			isPlain &&= facts.isPlain;
			isWide ||= facts.isWide;
		}
		return Known.mark(taken, { place, height: height + 1, isPlain, isWide });
	}

	/** What is neither an array nor an object. */
	#leaf(value: unknown, place: Place): unknown {
		switch (typeof value) {
			case 'string':
				if (isWhole(value)) return value;
				throw this.#unfit('half a character (a lone surrogate) is no text');
			case 'number':
				return this.#number(value, place);
			case 'bigint':
				if (!place.isBigint && !place.isFree) throw this.#unfit(`the BigInt ${value} is where numbers are: ${LIST_IT}`);
				if (hasBits(128, value)) return value;
				throw this.#unfit(`${value} has more bits than an integer in Rust`);
			case 'undefined':
				throw this.#unfit('`undefined` is no value in JSON: use `null`, or delete the field');
			case 'boolean':
			case 'object':
				return value;
			default:
				throw this.#unfit(`a ${typeof value} is no value in JSON`);
		}
	}

	#number(value: number, place: Place): number | bigint {
		if (!Number.isFinite(value)) throw this.#unfit(`${value} is no number that JSON has`);
		// A fraction is no integer there, nor is what only a float can be.
		if (!place.isBigint || !Number.isSafeInteger(value) || Object.is(value, -0)) return value;
		if (this.isParsed) return BigInt(value);
		throw this.#unfit(`${value} is a number where the option \`bigints\` has BigInts: write ${value}n`);
	}

	#literal({ text, isInteger }: Literal, place: Place): bigint {
		if (!isInteger) throw this.#unfit(`${text} has more digits than a JavaScript number can hold`);
		if (place.isBigint || place.isFree) return BigInt(text);
		throw this.#unfit(`the integer ${text} is beyond 2^53, where numbers have gaps: ${LIST_IT}`);
	}

	#instance(object: object): Unfit {
		return this.#unfit(`${nameOf(object)} is no plain object or array: ${remedyFor(object)}`);
	}

	#unfit(reason: string): Unfit {
		return new Unfit(pointer(this.#keys), reason);
	}
}

/** Whether JavaScript writes the number so that it is read as the same, and of the same kind. */
export function isPlainNumber(value: number): boolean {
	return !Object.is(value, -0) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** Whether it fits so many bits, with a sign or without. */
function hasBits(bits: number, value: bigint): boolean {
	return BigInt.asUintN(bits, value) === value || BigInt.asIntN(bits, value) === value;
}

/** How many prototypes an object has behind it, in whatever page's realm: a plain one has one. */
function levels(object: object): number {
	let count = 0;
	for (let it: object | null = Object.getPrototypeOf(object); it; it = Object.getPrototypeOf(it)) count += 1;
	return count;
}

/** With `u`, both halves of a character are one, so that this finds halves alone. */
const HALF = /\p{Surrogate}/u;

function isWhole(text: string): boolean {
	// Engines of 2022 do not have it.
	const quick = (text as { isWellFormed?: () => boolean }).isWellFormed?.();
	return quick ?? !HALF.test(text);
}

function nameOf(object: object): string {
	const name: unknown = (object.constructor as { name?: unknown } | undefined)?.name;
	return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object of a class';
}

function remedyFor(object: object): string {
	if (object instanceof Date) return 'write its `toISOString()` or its `getTime()`';
	if (object instanceof Map) return 'write `Object.fromEntries(map)`';
	if (object instanceof Set) return 'write `[...set]`';
	if (ArrayBuffer.isView(object)) return 'write `[...bytes]`';
	return 'write its data as one';
}
