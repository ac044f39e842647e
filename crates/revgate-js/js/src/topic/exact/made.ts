/**
 * What a state was made of: so that who compares two states of ten thousand fields, of which one was made
 * of the other, looks at those that were changed, and at no others.
 */

interface Made {
	/** Held by whoever needs it, not by this: else each state would hold all before it. */
	readonly of: WeakRef<object>;
	/** The only fields that may be others, or gone, or new. */
	readonly keys: Set<string | symbol>;
}

const MADE = new WeakMap<object, Made>();

/** States made one after the other, through which it is worth looking. */
const FAR = 16;

/** Notes that `copy`, which is a copy of `original` but for that, may have another field `key`. */
export function note(copy: object, original: object, key: string | symbol): void {
	const made = MADE.get(copy);
	if (made) made.keys.add(key);
	else MADE.set(copy, { of: new WeakRef(original), keys: new Set([key]) });
}

/** The object that this one is a copy of, and in which fields it is not; if that is known. */
export function madeOf(copy: object): { of: object; keys: ReadonlySet<string | symbol> } | undefined {
	const made = MADE.get(copy);
	const of = made?.of.deref();
	return made && of && { of, keys: made.keys };
}

/** The only keys in which the two may differ, whichever of them was made of the other; if that is known. */
export function differing(one: object, other: object): ReadonlySet<string | symbol> | undefined {
	return between(one, other) ?? between(other, one);
}

function between(first: object, last: object): ReadonlySet<string | symbol> | undefined {
	let made = madeOf(last);
	if (made?.of === first) return made.keys;
	const keys = new Set<string | symbol>();
	for (let steps = 0; made && steps < FAR; steps += 1) {
		for (const key of made.keys) keys.add(key);
		if (made.of === first) return keys;
		made = madeOf(made.of);
	}
	return undefined;
}
