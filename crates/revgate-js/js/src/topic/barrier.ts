/** Edits that may not even be looked at. */

/**
 * How many edits a listener may make in answer to what it is told, before the page has come to
 * rest. More are a circle: each edit would lead to the next for ever.
 */
const MAX_WITHIN = 1000;

let isPlaying = false;
let telling = 0;

/** Plays a recipe: it may be played more than once, so it makes no edits. */
export function playing<A>(play: () => A): A {
	const before = isPlaying;
	isPlaying = true;
	try {
		return play();
	} finally {
		isPlaying = before;
	}
}

/** Tells listeners something: what they edit leads to more of it. */
export function tellingOf(tell: () => void): void {
	telling += 1;
	try {
		tell();
	} finally {
		telling -= 1;
	}
}

/** Whether listeners are being told something. */
export const isTelling = (): boolean => telling > 0;

/** Admits edits of one topic. */
export class Barrier {
	/** How many edits were made by listeners since the page last was at rest. */
	#within = 0;

	/** Why an edit may not be made now; `undefined` if it may. */
	admit(): string | undefined {
		if (isPlaying) return 'it was made within another edit, which may be played more than once';
		if (telling === 0) return undefined;
		if (this.#within === MAX_WITHIN) return `it is one of more than ${MAX_WITHIN} that each led to the next`;
		if (this.#within === 0) queueMicrotask(() => (this.#within = 0));
		this.#within += 1;
		return undefined;
	}
}
