/** Where in a state integers are BigInts. */

import { keysOf } from './pointer.js';

/** A place of a state, and those below it. One and the same object for places that do not differ. */
export interface Place {
	/** Whether integers are BigInts here. */
	readonly isBigint: boolean;
	/** Whether each integer is what it needs to be: no type says which it is. */
	readonly isFree?: boolean;
	/** The place of a field or an element. */
	child(key: string): Place;
}

/** What is left of the patterns: each as far as a place has not used it up. */
type Rest = readonly (readonly string[])[];

/** Where no integer is a BigInt, nor below. */
export const NOWHERE: Place = { isBigint: false, child: () => NOWHERE };

/** Where integers are numbers up to 2^53, and beyond that BigInts: in what is no state. */
export const ANYWHERE: Place = { isBigint: false, isFree: true, child: () => ANYWHERE };

/**
 * The place of a whole state, with BigInts wherever one of the patterns leads: JSON pointers, in
 * which `*` is any one key or index, and `**` is any number of them.
 *
 * @throws {RangeError} if a pattern is no pointer.
 */
export function rootPlace(patterns: readonly string[]): Place {
	const rests = patterns.map((pattern) => {
		const keys = keysOf(pattern);
		if (keys) return keys;
		throw new RangeError(
			`bigints: \`${pattern}\` is no place: write a JSON pointer such as \`/songs/*/id\``,
		);
	});
	return placeOf(rests, new Map());
}

function placeOf(rests: Rest, known: Map<string, Place>): Place {
	const open = rests.flatMap(withoutTail);
	if (open.length === 0) return NOWHERE;
	const name = JSON.stringify(open);
	const found = known.get(name);
	if (found) return found;
	const next = (matches: (first: string) => boolean): Place =>
		placeOf(
			open.flatMap((rest) => {
				const [first, ...others] = rest;
				if (first === '**') return [rest];
				return first !== undefined && matches(first) ? [others] : [];
			}),
			known,
		);
	const children = new Map<string, Place>();
	let other: Place | undefined;
	const place: Place = {
		isBigint: open.some((rest) => rest.length === 0),
		child: (key) => children.get(key) ?? (other ??= next((first) => first === '*')),
	};
	known.set(name, place);
	for (const [first] of open) {
		if (first === undefined || first === '*' || first === '**') continue;
		children.set(first, next((it) => it === first || it === '*'));
	}
	return place;
}

/** `**` stands for no key at all, too. */
function withoutTail(rest: readonly string[]): (readonly string[])[] {
	const [first, ...others] = rest;
	return first === '**' ? [rest, ...withoutTail(others)] : [rest];
}
