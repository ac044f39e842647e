/**
 * How JavaScript and the WASM module speak: numbers cross, and the text of versions through memory.
 * `src/exchange.rs` and `src/module.rs` of the crate are the other side.
 */

import type { Revision } from '../types.js';
import { RevisionError } from './errors.js';

/** What the WASM module exports. What a call returns is told in the Rust crate's `Module`. */
export interface GateModule {
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
export const CONTRADICTION = -10;

/** How many characters of a number's text cross: a longer one is none, whatever follows. */
const TEXT = 64;

/** A length that says that there is no text. */
const ABSENT = 0xff;

/** The module, with views of the memory through which text and numbers cross. */
export class Abi {
	readonly module: GateModule;
	numbers!: Float64Array;
	/** Halves of 64 bits, the lower one first. */
	halves!: Uint32Array;
	#text!: Uint8ClampedArray;
	/** What the module has read from the first place last, unless that was refused. */
	given: Version | undefined;

	constructor(module: GateModule) {
		this.module = module;
		this.refresh();
	}

	/** Views do not see memory that has grown, as a call that makes something may have it grow. */
	refresh(): void {
		const { buffer } = this.module.memory;
		if (this.numbers?.buffer !== buffer) {
			const begin = this.module.exchange();
			this.numbers = new Float64Array(buffer, begin, 8);
			this.halves = new Uint32Array(buffer, begin + 64, 8);
			// Clamped, what is no ASCII stays none; cut off, some of it would become digits.
			this.#text = new Uint8ClampedArray(buffer, begin + 96, 4 * TEXT);
		}
	}

	/** Copies a version's text to one of the two places, 0 or 2; its lengths. */
	put(place: number, version: Version): number {
		const { revision, epoch } = version;
		if (place === 0) {
			this.given = version;
		}
		const length = this.#copy(place, revision);
		return length | ((epoch === undefined ? ABSENT : this.#copy(place + 1, epoch)) << 8);
	}

	/** Reads the version at one of the two places. */
	version(place: number): Version {
		const epoch = this.#decimal(2 * place);
		const revision = this.#decimal(2 * place + 2) as Revision;
		return epoch === '0' ? { revision } : { revision, epoch };
	}

	/**
	 * The answer, unless it is a refusal.
	 *
	 * @param versions what was put in the places 0 and 2
	 */
	checked(answer: number, ...versions: unknown[]): number {
		if (answer >= OUTPUT) {
			return answer;
		}
		this.given = undefined;
		if (answer === NOT_CANONICAL) {
			const [place] = this.numbers;
			const field = place! % 2 ? 'epoch' : 'revision';
			const version = versions[place! >> 1] as Version | undefined;
			throw new RevisionError(field, version?.[field], this.#words());
		}
		throw answer === NO_TIME
			? new RangeError('`now` must be milliseconds, from 0 on, and is NaN or negative')
			: new Error('this gate or pacer was freed');
	}

	/** What is wrong with a text, in the words of the core. */
	fault(text: string): string | undefined {
		this.given = undefined;
		const zero = this.put(2, { revision: '0' as Revision });
		const answer = this.module.compare(this.#copy(0, text) | (ABSENT << 8), zero);
		return answer === NOT_CANONICAL ? this.#words() : undefined;
	}

	#copy(place: number, text: string): number {
		if (typeof text !== 'string') {
			throw new RevisionError(place % 2 ? 'epoch' : 'revision', text, 'it is not text');
		}
		const length = Math.min(text.length, TEXT);
		const begin = place * TEXT;
		for (let at = 0; at < length; at++) {
			this.#text[begin + at] = text.charCodeAt(at);
		}
		return length;
	}

	#decimal(at: number): string {
		const low = this.halves[at]!;
		const high = this.halves[at + 1]!;
		// A number is exact for what is less than 2^53.
		return String(high < 2 ** 21 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low));
	}

	/** The words for a fault, which are in the module's memory. */
	#words(): string {
		const [, address, length] = this.numbers;
		return String.fromCharCode(...new Uint8Array(this.module.memory.buffer, address, length));
	}
}

const abis = new WeakMap<GateModule, Abi>();

/** The one view of this module. */
export function abiOf(module: GateModule): Abi {
	let abi = abis.get(module);
	if (!abi) {
		abi = new Abi(module);
		abis.set(module, abi);
	}
	return abi;
}
