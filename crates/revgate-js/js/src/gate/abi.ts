/**
 * How JavaScript and the WASM module speak: numbers cross, and the text of versions through memory.
 * `src/exchange.rs` and `src/module.rs` of the crate are the other side.
 */

import type { Revision } from '../types.js';
import { say, Word } from '../words/say.js';
import { RevisionError } from './errors.js';

/** What the WASM module exports. What a call returns is told in the Rust crate's `Module`. */
export interface GateExports {
	readonly memory: { readonly buffer: ArrayBuffer };
	exchange(): number;
	make_gate(bits: number): number;
	make_pacer(bits: number): number;
	free(handle: number): void;
	input(handle: number, now: number, which: number, version: number, more: number): number;
	poll(handle: number): number;
	look(handle: number, which: number): number;
	pace(handle: number, now: number, which: number): number;
	backoff(bits: number, failures: number): number;
	compare(first: number, second: number): number;
}

/** How new a state is. Both are canonical decimal strings; an absent epoch is `"0"`. */
export interface Version {
	readonly revision: Revision;
	readonly epoch?: string;
}

/** There is an output: of an input, to be polled; of a poll, in the numbers. */
export const OUTPUT = -1;
export const NO_TIME = -3;
const NOT_CANONICAL = -4;

/** How many characters of a number's text cross: a longer one is none, whatever follows. */
const LENGTH = 64;

/** A length that says that there is no text. */
const ABSENT = 0xff;

/** The module, with views of the memory through which text and numbers cross. */
export class GateModule {
	readonly exports: GateExports;
	numbers!: Float64Array;
	/** What a number cannot hold: epoch and revision of up to two versions, or the jitter's seed. */
	wide!: BigUint64Array;
	#text!: Uint8ClampedArray;

	constructor(exports: GateExports) {
		this.exports = exports;
		this.refresh();
	}

	/** Views do not see memory that has grown, as a call that makes something may have it grow. */
	refresh(): void {
		const { buffer } = this.exports.memory;
		const begin = this.exports.exchange();
		this.numbers = new Float64Array(buffer, begin, 8);
		this.wide = new BigUint64Array(buffer, begin + 64, 4);
		// Clamped, what is no ASCII stays none; cut off, some of it would become digits.
		this.#text = new Uint8ClampedArray(buffer, begin + 96, 4 * LENGTH);
	}

	/** Copies a version's text to one of the two places, 0 or 2; its lengths. */
	put(place: number, { revision, epoch }: Version): number {
		const length = this.#copy(place, revision);
		return length | ((epoch === undefined ? ABSENT : this.#copy(place + 1, epoch)) << 8);
	}

	/** Reads the version at one of the two places. */
	version(place: number): Version {
		const [epoch, revision] = [...this.wide.subarray(place)].map(String) as [string, Revision];
		return epoch === '0' ? { revision } : { revision, epoch };
	}

	/**
	 * The answer, unless it is a refusal.
	 *
	 * @param first what was put in place 0
	 * @param second what was put in place 2
	 */
	checked(answer: number, first?: Version, second?: Version): number {
		if (answer >= OUTPUT) {
			return answer;
		}
		if (answer === NOT_CANONICAL) {
			const [place, fault] = this.numbers as unknown as [number, number];
			const field = fieldOf(place);
			throw new RevisionError(field, (place > 1 ? second : first)?.[field], Word.IsEmpty + fault);
		}
		throw answer === NO_TIME
			? new RangeError(say(Word.NotTime))
			: new Error(say(Word.Freed));
	}

	/**
	 * Compares two versions, by epoch first: negative if the first is older, positive if it is newer.
	 *
	 * @throws RevisionError if one is not canonical
	 */
	compare(first: Version, second: Version): number {
		return this.checked(this.exports.compare(this.put(0, first), this.put(2, second)), first, second) - 1;
	}

	#copy(place: number, text: string): number {
		if (typeof text !== 'string') {
			throw new RevisionError(fieldOf(place), text, Word.IsNotText);
		}
		const bytes = this.#text;
		const length = Math.min(text.length, LENGTH);
		const begin = place * LENGTH;
		for (let at = 0; at < length; at++) {
			bytes[begin + at] = text.charCodeAt(at);
		}
		return length;
	}
}

/** Revisions and epochs take turns. */
function fieldOf(place: number): 'revision' | 'epoch' {
	return place % 2 ? 'epoch' : 'revision';
}
