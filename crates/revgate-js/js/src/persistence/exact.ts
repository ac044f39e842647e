import { PersistenceError } from './errors.js';

/** The way from a state to one of its parts. */
type Path = (string | number)[];

/** A value that JSON has no word for; the text holds its digits, or `null`, in its place. */
type Odd = [kind: keyof typeof ODD, ...path: Path];

/** A state as JSON text, and what JSON alone would have changed. */
export interface Encoded {
	text: string;
	odd: Odd[];
}

const ODD = {
	'-0': () => -0,
	NaN: () => Number.NaN,
	Infinity: () => Number.POSITIVE_INFINITY,
	'-Infinity': () => Number.NEGATIVE_INFINITY,
	undefined: () => undefined,
	bigint: (digits: unknown) => BigInt(digits as string),
};

/** The deepest that a state may be nested: JSON overflows the stack not much later. */
const MAX_DEPTH = 512;

/**
 * A text that {@link decode} makes the same data of.
 *
 * @throws PersistenceError with the path of the first part that would change or be left out.
 */
export function encode(data: unknown): Encoded {
	const odd: Odd[] = [];
	visit(data, [], odd);
	const text = odd.length > 0 ? JSON.stringify(data, asJson) : JSON.stringify(data);
	return { text, odd };
}

/** The data that was encoded. What is odd in a place that is not there is passed over. */
export function decode({ text, odd }: Encoded): unknown {
	const root = { data: JSON.parse(text) as unknown };
	for (const [kind, ...place] of odd) {
		const path = ['data', ...place];
		const last = path.pop() as string | number;
		let holder: unknown = root;
		for (const step of path) {
			holder = isHolder(holder, step) ? holder[step] : undefined;
		}
		if (isHolder(holder, last)) {
			holder[last] = ODD[kind](holder[last]);
		}
	}
	return root.data;
}

function asJson(_key: string, value: unknown): unknown {
	return typeof value === 'bigint' ? String(value) : value === undefined ? null : value;
}

/** An own key alone: `__proto__` is assigned like any other then, and no prototype is reached. */
function isHolder(value: unknown, key: string | number): value is Record<string | number, unknown> {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function visit(value: unknown, path: Path, odd: Odd[]): void {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return;
		case 'number':
			if (!Number.isFinite(value) || Object.is(value, -0)) {
				odd.push([Object.is(value, -0) ? '-0' : (String(value) as Odd[0]), ...path]);
			}
			return;
		case 'undefined':
		case 'bigint':
			odd.push([typeof value as Odd[0], ...path]);
			return;
		case 'object':
			if (value !== null) {
				visitParts(value, path, odd);
			}
			return;
		default:
			throw unstorable(path, `is a ${typeof value}`);
	}
}

function visitParts(value: object, path: Path, odd: Odd[]): void {
	if (path.length === MAX_DEPTH) {
		throw unstorable(path.slice(0, 3), `is nested deeper than ${MAX_DEPTH} levels, or holds itself`);
	}
	const keys = Object.keys(value);
	if (Object.getOwnPropertySymbols(value).length > 0) {
		throw unstorable(path, 'has a symbol as a key');
	}
	if (Array.isArray(value)) {
		if (keys.length !== value.length || Object.getOwnPropertyNames(value).length !== value.length + 1) {
			throw unstorable(path, 'is an array with holes or named properties');
		}
		for (let index = 0; index < value.length; index++) {
			path.push(index);
			visit(value[index], path, odd);
			path.pop();
		}
		return;
	}
	if (!isPlain(value)) {
		throw unstorable(path, `is a ${value.constructor?.name || 'class instance'}`);
	}
	const names = Object.getOwnPropertyNames(value);
	if (names.length !== keys.length) {
		const hidden = names.find((name) => !keys.includes(name)) as string;
		throw unstorable([...path, hidden], 'is not enumerable');
	}
	for (const key of keys) {
		path.push(key);
		visit((value as Record<string, unknown>)[key], path, odd);
		path.pop();
	}
}

/** An object literal, also one of another frame. */
function isPlain(value: object): boolean {
	const prototype: unknown = Object.getPrototypeOf(value);
	return (
		prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
	);
}

function unstorable(path: Path, what: string): PersistenceError {
	return new PersistenceError(
		'unstorable',
		`the state cannot be kept: \`${shown(path)}\` ${what}, which would not come back as it is. ` +
			'Have the state hold it as text or a number, or give the storage `serialize` and ' +
			'`deserialize` that know it.',
	);
}

function shown(path: Path): string {
	const steps = path.map((step) =>
		typeof step === 'string' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step)
			? `.${step}`
			: `[${JSON.stringify(step)}]`,
	);
	return `data${steps.join('')}`;
}
