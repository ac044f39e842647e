/**
 * What errors and logs say: here, in words. The build for production has `say-production.ts` in place of
 * this file, and numbers, which `revgate/errors` turns into the same words.
 */

import { WORDS } from './table.js';
import type { Part, Word } from './word.js';

export { Word } from './word.js';

export function say(word: Word, ...parts: Part[]): string {
	return WORDS[word](...parts);
}
