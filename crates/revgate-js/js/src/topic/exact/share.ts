/** What a new state has in common with the one before. */

import { isSame } from '../patch.js';
import { differing } from './made.js';
import { adopt } from './take.js';

/**
 * The state `after`, in which whatever is the same as in `before` is the very same object. So who
 * looks at a part of the state sees at a glance whether that has changed.
 */
export function share(before: unknown, after: unknown): unknown {
	if (isSame(before, after)) return before;
	if (!isNode(before) || !isNode(after)) return after;
	if (Array.isArray(before) && Array.isArray(after)) {
		const offset = after.length - before.length;
		const isOld = (index: number): boolean => isSame(before[index], after[index]);
		const head = lengthWhile(after.length, isOld);
		return adopt(after, after.map((item, index) => share(before[index < head ? index : index - offset], item)));
	}
	if (Array.isArray(before) || Array.isArray(after)) return after;
	const few = differing(before, after) as ReadonlySet<string> | undefined;
	if (few && [...few].every((key) => isSharing(before, after, key))) return after;
	const fields = Object.entries(after).map(([key, value]) => {
		return [key, Object.hasOwn(before, key) ? share(before[key], value) : value] as const;
	});
	return adopt(after, Object.fromEntries(fields));
}

/** Whether the field has nothing that is the same and yet another object. */
function isSharing(before: Record<string, unknown>, after: Record<string, unknown>, key: string): boolean {
	if (!Object.hasOwn(before, key) || !Object.hasOwn(after, key)) return true;
	return Object.is(share(before[key], after[key]), after[key]);
}

function lengthWhile(end: number, holds: (index: number) => boolean): number {
	let length = 0;
	while (length < end && holds(length)) length += 1;
	return length;
}

function isNode(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
