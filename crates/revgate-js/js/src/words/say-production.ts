/** `say.ts` in the build for production: a number, and what it is about. */

import type { Part, Word } from './word.js';

export { Word } from './word.js';

export function say(word: Word, ...parts: Part[]): string {
	return `revgate/errors ${word} ${JSON.stringify(parts)}`;
}
