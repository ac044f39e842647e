import { PersistenceError } from './errors.js';

/** The way from a state to one of its parts. */
export type Path = (string | number)[];

/** The deepest that a state may be nested: JSON overflows the stack not much later. */
const MAX_DEPTH = 512;

/**
 * Makes sure that JSON gives `data` back as it is, and returns where it holds `-0`, which JSON alone
 * would lose.
 *
 * @throws PersistenceError with the path of the first part that would change or be left out.
 */
export function negativeZerosOf(data: unknown): Path[] {
	const zeros: Path[] = [];
	visit(data, [], zeros);
	return zeros;
}

/** Puts back what {@link negativeZerosOf} has found. Paths that lead nowhere are passed over. */
export function restoreNegativeZeros(data: unknown, zeros: readonly Path[]): unknown {
	const root = { data };
	for (const zero of zeros) {
		const path = ['data', ...zero];
		const last = path.pop() as string | number;
		let holder: unknown = root;
		for (const step of path) {
			holder = isHolder(holder, step) ? holder[step] : undefined;
		}
		if (isHolder(holder, last) && holder[last] === 0) {
			holder[last] = -0;
		}
	}
	return root.data;
}

function isHolder(value: unknown, key: string | number): value is Record<string | number, unknown> {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

function visit(value: unknown, path: Path, zeros: Path[]): void {
	switch (typeof value) {
		case 'string':
		case 'boolean':
			return;
		case 'number':
			if (!Number.isFinite(value)) {
				throw unstorable(path, `is ${value}`);
			}
			if (Object.is(value, -0)) {
				zeros.push([...path]);
			}
			return;
		case 'object':
			if (value !== null) {
				visitParts(value, path, zeros);
			}
			return;
		default:
			throw unstorable(path, value === undefined ? 'is undefined' : `is a ${typeof value}`);
	}
}

function visitParts(value: object, path: Path, zeros: Path[]): void {
	if (path.length === MAX_DEPTH) {
		throw unstorable(path.slice(0, 3), `is nested deeper than ${MAX_DEPTH} levels, or holds itself`);
	}
	const keys = Object.keys(value);
	if (Object.getOwnPropertySymbols(value).length > 0) {
		throw unstorable(path, 'has a symbol as a key');
	}
	if (Array.isArray(value)) {
		if (keys.length !== value.length) {
			throw unstorable(path, 'is an array with holes or named properties');
		}
		for (let index = 0; index < value.length; index++) {
			path.push(index);
			visit(value[index], path, zeros);
			path.pop();
		}
		return;
	}
	if (!isPlain(value)) {
		throw unstorable(path, `is a ${value.constructor?.name || 'class instance'}`);
	}
	for (const key of keys) {
		path.push(key);
		visit((value as Record<string, unknown>)[key], path, zeros);
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
		`the state cannot be kept: \`${shown(path)}\` ${what}, which JSON would change or leave out. ` +
			'Send it from the backend as text or a number, or give the storage `serialize` and ' +
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
