/** Recipes: how a person writes a change, and what it makes of a state. */

import { note } from './exact/made.js';
import { create, isDraft } from './library.js';

/**
 * What a recipe may change: the state with nothing read-only. A recipe changes it, or returns the
 * state to be, but not both.
 *
 * @example
 * const first: Recipe<{ volume: number }> = (draft) => { draft.volume += 1; };
 * const second: Recipe<{ volume: number }> = (draft) => ({ ...draft, volume: 0 });
 */
export type Recipe<T> = (draft: Draft<T>) => Draft<T> | T | void;

/** A state with nothing read-only. */
export type Draft<T> = T extends Leaf ? T : T extends object ? { -readonly [K in keyof T]: Draft<T[K]> } : T;

/** What has no parts. To TypeScript, text with a brand is an object, too. */
type Leaf = string | number | bigint | boolean | null;

/**
 * What the recipe makes of a state, which stays as it was. What it leaves alone is shared.
 *
 * @throws whatever the recipe throws.
 */
export function draw(state: unknown, recipe: (draft: unknown) => unknown): unknown {
	if (typeof state !== 'object' || state === null) return answerOf(recipe(state), state);
	const guards = new Guards();
	try {
		const change = (draft: object) => guards.unwrap(answerOf(recipe(guards.wrap(draft)), undefined)) as object;
		const [drawn, patches] = create(state, change, { enablePatches: true });
		noteAll(state, drawn, patches);
		return drawn;
	} catch (error) {
		throw readable(error);
	}
}

/** What was changed in one object: all of it, or the fields, each with what was changed in it. */
type Changed = Map<string | symbol, Changed> | 'all';

/** Notes which fields of which objects were changed, so that nobody has to look at the others. */
function noteAll(before: unknown, after: unknown, patches: readonly { path: readonly (string | number | symbol)[] }[]): void {
	const changed: Changed = new Map();
	for (const { path } of patches) {
		if (path.length === 0) return;
		let within: Changed = changed;
		for (const [index, key] of path.entries()) {
			const name = typeof key === 'number' ? String(key) : key;
			const known: Changed | undefined = within.get(name);
			if (known === 'all') break;
			const next: Changed = index === path.length - 1 ? 'all' : (known ?? new Map());
			within.set(name, next);
			if (next === 'all') break;
			within = next;
		}
	}
	noteWithin(before, after, changed);
}

function noteWithin(before: unknown, after: unknown, changed: Changed): void {
	// An element may have been moved: what was changed in it is not looked for at its place.
	if (changed === 'all' || before === after || !isObject(before) || !isObject(after)) return;
	for (const [key, within] of changed) {
		note(after, before, key);
		if (Object.hasOwn(before, key) && Object.hasOwn(after, key)) noteWithin(before[key], after[key], within);
	}
}

function isObject(value: unknown): value is Record<string | symbol, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The errors of the library that a recipe can meet: built small, it has only their numbers. */
const WORDS: Readonly<Record<string, string>> = {
	2: 'an array takes no other fields than its elements and its length',
	3: 'the prototype of a draft cannot be set',
	4: 'a draft takes values only: `Object.defineProperty` cannot be used on it',
	5: 'the recipe changes its draft and returns another state: it does one or the other',
	6: 'the recipe changes its draft and returns a part of it: it does one or the other',
};

function readable(error: unknown): unknown {
	const number = error instanceof Error ? /^Minified Mutative error #(\d+)/.exec(error.message)?.[1] : undefined;
	return number === undefined || !(number in WORDS) ? error : new Error(WORDS[number]);
}

function answerOf(answer: unknown, otherwise: unknown): unknown {
	if (typeof (answer as { then?: unknown } | undefined | null)?.then === 'function') {
		// Nobody waits for it. It rejects when it finds its draft gone, and must not be handed on: so
		// would whatever is resolved to that draft.
		const ignore = (): void => undefined;
		Promise.resolve(answer).then(ignore, ignore);
		throw new Error('the recipe is asynchronous: await what it needs before the edit');
	}
	return answer === undefined ? otherwise : answer;
}

/** Methods of an array that the library runs on the array itself, rather than element by element. */
const WHOLE = new Set<unknown>(['push', 'pop', 'shift', 'unshift', 'splice', 'reverse', 'fill', 'copyWithin']);

/**
 * Drafts, as a recipe sees them. To the library below, `draft.__proto__` is what it is in
 * JavaScript: no field, but every object's prototype, so that a key from outside could change all
 * objects of the page.
 */
class Guards implements ProxyHandler<Shell> {
	readonly #guards = new Map<unknown, object>();
	readonly #drafts = new Map<unknown, object>();

	wrap(value: unknown): unknown {
		if (!isDraft(value)) return value;
		const known = this.#guards.get(value);
		if (known) return known;
		const draft = value as object;
		// Not around the draft itself: the engine would ask it for what each trap has answered.
		const guard = new Proxy<Shell>(Array.isArray(draft) ? [draft] : { 0: draft }, this);
		this.#guards.set(draft, guard);
		this.#drafts.set(guard, draft);
		return guard;
	}

	unwrap(value: unknown): unknown {
		return this.#drafts.get(value) ?? value;
	}

	get({ 0: draft }: Shell, key: string | symbol): unknown {
		if (key === '__proto__' && !Object.hasOwn(draft, key)) return undefined;
		const value: unknown = Reflect.get(draft, key);
		if (typeof value === 'object') return this.wrap(value);
		if (!WHOLE.has(key) || typeof value !== 'function' || !Array.isArray(draft)) return value;
		return (...given: unknown[]): unknown => {
			const answer: unknown = Reflect.apply(value, draft, given.map((it) => this.unwrap(it)));
			return Array.isArray(answer) && !isDraft(answer) ? answer.map((it) => this.wrap(it)) : this.wrap(answer);
		};
	}

	set({ 0: draft }: Shell, key: string | symbol, value: unknown): boolean {
		if (key === '__proto__' && !Object.hasOwn(draft, key)) {
			throw new Error('a draft takes no new field `__proto__`: return a new state that has it');
		}
		return Reflect.set(draft, key, this.unwrap(value));
	}

	has({ 0: draft }: Shell, key: string | symbol): boolean {
		return Reflect.has(draft, key);
	}

	deleteProperty({ 0: draft }: Shell, key: string | symbol): boolean {
		return Reflect.deleteProperty(draft, key);
	}

	ownKeys({ 0: draft }: Shell): (string | symbol)[] {
		return Reflect.ownKeys(draft);
	}

	getOwnPropertyDescriptor({ 0: draft }: Shell, key: string | symbol): PropertyDescriptor | undefined {
		const field = Reflect.getOwnPropertyDescriptor(draft, key);
		return field && { ...field, value: this.wrap(field.value) };
	}

	defineProperty({ 0: draft }: Shell, key: string | symbol, field: PropertyDescriptor): boolean {
		return Reflect.defineProperty(draft, key, field);
	}

	getPrototypeOf({ 0: draft }: Shell): object | null {
		return Reflect.getPrototypeOf(draft);
	}

	setPrototypeOf({ 0: draft }: Shell, prototype: object | null): boolean {
		return Reflect.setPrototypeOf(draft, prototype);
	}
}

/** What a guard is around: a draft, in what is an array if the draft is one. */
type Shell = [object] | { 0: object };
