/**
 * How JavaScript and the WASM module speak: what crosses are numbers, and the text of versions
 * through memory. `src/exchange.rs` and `src/module.rs` of the crate are the other side.
 */

import type { Revision, SyncPhase } from '../types.js';
import { type Field, kindOf, RevisionError } from './errors.js';

/** What the WASM module exports. What a call returns is told in the Rust crate's `Module`. */
export interface GateModule {
	readonly memory: { readonly buffer: ArrayBuffer };
	text(): number;
	numbers(): number;
	make_gate(present: number): number;
	make_pacer(present: number): number;
	free(handle: number): number;
	input(handle: number, now: number, which: number): number;
	announced(handle: number, now: number, version: number, news: number, base: number): number;
	offered(handle: number, now: number, version: number): number;
	fetched(handle: number, now: number, id: number, version: number): number;
	fetch_failed(handle: number, now: number, id: number): number;
	poll(handle: number): number;
	version(handle: number, which: number): number;
	paced_until(handle: number): number;
	asked(handle: number): number;
	status(handle: number): number;
	pace(handle: number, now: number, which: number): number;
	backoff(present: number, failures: number): number;
	compare(first: number, second: number): number;
}

/** How new a state is. Both are canonical decimal strings; an absent epoch is `"0"`. */
export interface Version {
	readonly revision: Revision;
	readonly epoch?: string;
}

/** There is an output: of an input, to be polled; of a poll, in the numbers. */
export const OUTPUT = -1;

const NO_GATE = -2;
export const NO_TIME = -3;
const NOT_CANONICAL = -4;

/** How many characters of a number's text cross: a longer one is none, whatever follows. */
const TEXT = 64;
const ABSENT = 0xff;

const ZERO: Version = { revision: '0' as Revision };

/** In the order of the Rust enum. */
const PHASES: readonly SyncPhase[] = [
	'start',
	'subscribe',
	'invalidation',
	'refresh',
	'protocol',
	'getSnapshot',
	'apply',
	'throttle',
	'write',
];

/** The module, with a view of the memory through which text and numbers cross. */
export class Abi {
	readonly module: GateModule;
	numbers: Float64Array;
	#text: Uint8ClampedArray;

	constructor(module: GateModule) {
		this.module = module;
		this.numbers = new Float64Array(0);
		this.#text = new Uint8ClampedArray(0);
		this.refresh();
	}

	/**
	 * Views do not see memory that has grown. Only a call that makes something, or that leaves an
	 * output behind, takes memory.
	 */
	refresh(): void {
		const { module } = this;
		const { buffer } = module.memory;
		if (this.numbers.buffer !== buffer) {
			this.numbers = new Float64Array(buffer, module.numbers(), 16);
			// What is no ASCII stays none, where a cast would make digits of some.
			this.#text = new Uint8ClampedArray(buffer, module.text(), 4 * TEXT);
		}
	}

	/** Copies a version's text to one of the two places, 0 or 2; its lengths. */
	put(place: number, { revision, epoch }: Version): number {
		const length = this.#copy(place, 'revision', revision);
		const epochLength = epoch === undefined ? ABSENT : this.#copy(place + 1, 'epoch', epoch);
		return length | (epochLength << 8);
	}

	/** Reads the version at an index of the numbers. */
	version(index: number): Version {
		const { numbers } = this;
		const revision = decimal(numbers[index + 2]!, numbers[index + 3]!) as Revision;
		const epoch = decimal(numbers[index]!, numbers[index + 1]!);
		return epoch === '0' ? { revision } : { revision, epoch };
	}

	/** The step of the output in the numbers. */
	phase(index: number): SyncPhase {
		return PHASES[this.numbers[index]!]!;
	}

	/**
	 * The answer, unless it is a refusal.
	 *
	 * @param versions what was put in the places 0 and 2
	 */
	checked(answer: number, ...versions: (Version | undefined)[]): number {
		if (answer >= OUTPUT) {
			return answer;
		}
		switch (answer) {
			case NO_GATE:
				throw new Error('this gate or pacer was freed, and can do nothing more');
			case NO_TIME:
				throw new RangeError('`now` must be milliseconds, from 0 on: it is NaN or negative');
			case NOT_CANONICAL:
				throw this.#notCanonical(versions);
			default:
				throw new Error(`the module of the gate answers ${answer}: is it of another version?`);
		}
	}

	/** What is wrong with a text, in the words of the core. */
	fault(text: string): string | undefined {
		const answer = this.module.compare(this.put(0, { revision: text as Revision }), this.put(2, ZERO));
		return answer === NOT_CANONICAL ? this.#words() : undefined;
	}

	#copy(place: number, field: Field, text: unknown): number {
		if (typeof text !== 'string') {
			throw new RevisionError(field, text, `it is ${kindOf(text)}, not text`);
		}
		const begin = place * TEXT;
		const length = Math.min(text.length, TEXT);
		for (let at = 0; at < length; at++) {
			this.#text[begin + at] = text.charCodeAt(at);
		}
		return length;
	}

	#notCanonical(versions: (Version | undefined)[]): RevisionError {
		const place = this.numbers[0]!;
		const field = place % 2 === 0 ? 'revision' : 'epoch';
		return new RevisionError(field, versions[place >> 1]?.[field], this.#words());
	}

	/** The words for a fault, which are in the module's memory. */
	#words(): string {
		const [, address, length] = this.numbers;
		const words = new Uint8Array(this.module.memory.buffer, address, length);
		return String.fromCharCode(...words);
	}
}

/** Two halves of 32 bits as decimal digits. A number is exact for what is less than 2^53. */
function decimal(high: number, low: number): string {
	if (high < 2 ** 21) {
		return String(high * 2 ** 32 + low);
	}
	return String((BigInt(high) << 32n) | BigInt(low));
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
