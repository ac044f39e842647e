import { say, Word } from '../words/say.js';

/** The answer of `call`, also of one that throws, or answers at once. */
export function attempt<A>(call: () => A | PromiseLike<A>): Promise<A> {
	return new Promise((resolve) => resolve(call()));
}

/** Whether somebody else's value is a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** Calls somebody else's code, whose failure is no business of the caller. */
export function quietly(call: () => unknown, failed: (error: unknown) => void = () => {}): void {
	try {
		const answer = call();
		if (isThenable(answer)) {
			Promise.resolve(answer).catch(failed);
		}
	} catch (error) {
		failed(error);
	}
}

/** What somebody else's code has answered, which may be no promise. */
export function atOnce<A>(name: string, answer: A): A {
	if (isThenable(answer)) {
		quietly(() => answer);
		throw new TypeError(say(Word.NotAtOnce, name));
	}
	return answer;
}
