/**
 * The words of what an app built for production says in numbers.
 *
 * @packageDocumentation
 */

import { WORDS } from './table.js';
import type { Part, Word } from './word.js';

/** A number, and texts and numbers as a list of JSON. */
const SAID = /revgate\/errors (\d+) (\[(?:"(?:[^"\\]|\\.)*"|[^"\]])*\])/g;

/**
 * What a message of Revgate says, in words: that of an error, or a log with many. What has no numbers of
 * Revgate's is left as it is.
 *
 * @example
 * import { explain } from 'revgate/errors';
 * explain('Error: revgate/errors 50 [10000]'); // 'Error: no answer within 10000 ms'
 */
export function explain(text: string): string {
	return text.replace(SAID, (said, number: string, parts: string) => {
		try {
			// What one is about may be another.
			const about = (JSON.parse(parts) as Part[]).map((part) => (typeof part === 'string' ? explain(part) : part));
			return WORDS[Number(number) as Word](...about);
		} catch {
			return said;
		}
	});
}
