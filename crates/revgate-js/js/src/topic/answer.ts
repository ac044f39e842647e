/** The answer to a write. */

import type { Version } from '../gate/gate.js';
import { fieldsOf, ProtocolError, versionOf } from '../sync/messages.js';
import { Word } from '../words/say.js';
import type { Layer } from './edit.js';
import { parse } from './exact/index.js';
import { type Failed, failedBy, malformed, wordsOf } from './refusal.js';

/** How a write has ended: made, though perhaps not on the disk; or not made, as far as is known. */
export type Answer = { layer: Layer; notDurable?: Failed } | { failed: Failed };

/** What answers are read with. */
export interface Reader {
	/** A state of the backend's. @throws if it can be none here. */
	layer(version: Version, data: unknown): Layer;
	isNewer(one: Version, other: Version): boolean;
}

/** What a write on `base` was answered with, that would make `made` of the state. */
export function readAnswer(text: string, base: Version, made: unknown, { layer, isNewer }: Reader): Answer {
	try {
		const answer = fieldsOf(Word.WrittenNotObject, parse(text));
		const read = layer(versionOf(answer), 'data' in answer ? answer['data'] : made);
		if (!isNewer(base, read.version)) return { layer: read };
		const words = `revision ${read.version.revision} is older than ${base.revision}, which was changed`;
		throw new ProtocolError(words);
	} catch (error) {
		return { failed: malformed(error) };
	}
}

/** What a write was rejected with, that would make `made` of the state. */
export function readRefusal(error: unknown, made: unknown, { layer }: Reader): Answer {
	const failed = failedBy(error);
	if (failed.made) {
		const { version, data } = { data: made, ...failed.made };
		try {
			return { layer: layer(version, data), notDurable: failed };
		} catch (fault) {
			// The state has the edits, and will be fetched with them.
			return { failed: { ...failed, reason: `${failed.reason}, and what was made cannot be read: ${wordsOf(fault)}` } };
		}
	}
	if (!failed.conflict) return { failed };
	try {
		return { failed: { ...failed, conflict: layer(failed.conflict.version, failed.conflict.data) } };
	} catch (fault) {
		// There is a newer state, which this window cannot read: so it will be once more.
		return { failed: { ...failed, conflict: undefined, reason: `${failed.reason}, which cannot be read: ${wordsOf(fault)}` } };
	}
}
