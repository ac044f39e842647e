/** The answer to actions: `Acted` of `shared/src/wire/acted.rs`. */

import type { Version } from '../gate/gate.js';
import { type Fields, fieldsOf, ProtocolError, versionOf } from '../sync/messages.js';
import { Word } from '../words/say.js';
import { ANYWHERE, parse, takeParsed, write } from './exact/index.js';
import { type Failed, type Refusal, refusedBy } from './refusal.js';

/** How actions have ended. */
export interface Acted {
	/** The version that has all of them that were done. */
	readonly version: Version;
	/** Why what was done is not known to be on the disk, where it should be. */
	readonly notDurable: string | undefined;
	/** Those that were not done, by their numbers, and why. */
	readonly refused: ReadonlyMap<string, Failed>;
}

/** @throws {Error} that says what is wrong with the answer. */
export function readActed(text: string, check: (version: Version) => void): Acted {
	const answer = fieldsOf(Word.ActedNotObject, parse(text));
	const version = versionOf(answer);
	check(version);
	const { notDurable, refused } = answer;
	const list = refused ?? [];
	if (!Array.isArray(list)) throw new ProtocolError('`refused` must be a list of actions');
	return { version, notDurable: textOrNone('notDurable', notDurable), refused: new Map(list.map(entryOf)) };
}

function entryOf(entry: unknown): [seq: string, why: Failed] {
	const fields = fieldsOf(Word.RefusedNotObject, entry);
	const { seq, kind } = fields;
	if (typeof seq !== 'string' || typeof kind !== 'string') {
		throw new ProtocolError('an action that was refused must have `seq` and `kind`');
	}
	return [seq, whyOf(kind, fields)];
}

/** In the words of `Unacted` in Rust. */
function whyOf(kind: string, fields: Fields): Failed {
	const common = { fate: 'refused', kind, isByContent: false, cause: undefined } as const;
	switch (kind) {
		case 'refused':
			return { ...common, ...errorIn(fields) };
		case 'panicked':
			return { ...common, reason: 'the action panicked in the backend, whose log may say why' };
		case 'unreadable':
			return { ...common, reason: `the backend cannot read the action: ${fields['reason']}` };
		case 'forgotten':
			const reason = 'it was first sent too long ago for the backend to know whether it was done';
			return { ...common, fate: 'unknown', reason };
		default:
			// Refusals as of a call; of a kind that is not known here, it may have been done.
			return { ...refusedBy(fields as Fields & Refusal), isByContent: false };
	}
}

/** The app's own error. Only its JSON is sent: what it says of itself, Rust alone knows. */
function errorIn({ error }: Fields): Pick<Failed, 'reason' | 'refused'> {
	try {
		const refused = takeParsed(error, ANYWHERE);
		return { refused, reason: typeof refused === 'string' ? refused : `the action was refused: ${write(refused)}` };
	} catch (fault) {
		return { reason: `the action was refused, and its error cannot be read: ${(fault as Error).message}` };
	}
}

function textOrNone(name: string, value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value === 'string') return value;
	throw new ProtocolError(`\`${name}\` must be text, not ${typeof value}`);
}
