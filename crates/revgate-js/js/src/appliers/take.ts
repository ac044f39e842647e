import { say, Word } from '../words/say.js';
import { merge } from './merge.js';
import type { Rules } from './shared.js';

/** A container that is given a new value as a whole. */
export interface Held {
	get(): unknown;
	/** May return a promise of the value being there. */
	set(value: unknown): unknown;
}

/**
 * Sets a container to the value after `next`, unless it holds that already. One that holds a promise
 * is waited for.
 *
 * @throws TypeError if it still holds what it has held: the state would never show, and nobody know.
 */
export function take(library: string, { get, set }: Held, next: unknown, rules: Rules): unknown {
	const held = get();
	const isOld = () => Object.is(get(), held);
	const write = (current: unknown) => {
		const value = merge(current, next, rules);
		if (Object.is(value, current)) return;
		const done = set(value);
		// What is set may show once all that is due has run.
		return isOld() ? Promise.resolve(done).then(check) : done;
	};
	const check = () => {
		if (!isOld()) return;
		throw new TypeError(say(Word.Unshown, library));
	};
	return held instanceof Promise ? held.then(write) : write(held);
}
