import type { Version } from '../gate/gate.js';
import type { InvalidationEvent } from '../types.js';
import { say, Word } from '../words/say.js';

/**
 * A message is not what the protocol says.
 *
 * @example
 * onError: ({ error }) => { if (error instanceof ProtocolError) console.warn(error.message); }
 */
export class ProtocolError extends Error {
	override readonly name = 'ProtocolError';
}

/** The fields of whatever came as a message. */
export type Fields = Record<string, unknown>;

/** What a message brings to make a state of. */
export type Material =
	| { readonly data: unknown }
	| { readonly base: Version; readonly patch: unknown };

/** A version, and what its state is made of, if that came with it. */
export interface Payload {
	readonly version: Version;
	readonly material: Material | undefined;
}

/**
 * The fields of `message`.
 *
 * @param otherwise what to say if it is no object
 */
export function fieldsOf(otherwise: Word, message: unknown): Fields {
	if (typeof message !== 'object' || message === null) {
		throw new ProtocolError(say(otherwise, message === null ? 'null' : typeof message));
	}
	return message as Fields;
}

/** Checks that an announcement is of some topic; that it is not of ours is known. */
export function checkTopic({ topic }: Fields): false {
	if (typeof topic !== 'string' || topic.trim() === '') {
		throw new ProtocolError(say(Word.NoTopic));
	}
	return false;
}

/** The version that a message bears. Whether its texts are canonical is for the gate to say. */
export function versionOf({ revision, epoch }: Fields): Version {
	// An epoch that is null is absent, as everywhere on the wire.
	return (epoch === undefined || epoch === null ? { revision } : { revision, epoch }) as Version;
}

/** Canonical text is the same if and only if the number is. */
export function isSame(a: Version | undefined, b: Version | undefined): boolean {
	return a?.revision === b?.revision && (a?.epoch ?? '0') === (b?.epoch ?? '0');
}

/** An announcement as those are told who decide on it. */
export function eventOf(event: Fields): InvalidationEvent {
	const { topic, sourceId, timestampMs } = event;
	return {
		topic: topic as string,
		...versionOf(event),
		...(typeof sourceId === 'string' && { sourceId }),
		...(typeof timestampMs === 'number' && { timestampMs }),
	};
}

/** What an announcement brings along; `undefined` for nothing. */
export function materialOf(event: Fields): Material | undefined {
	if ('data' in event) {
		return { data: event['data'] };
	}
	const { base, patch } = event;
	if (base === undefined && patch === undefined) {
		return undefined;
	}
	return { base: versionOf(fieldsOf(Word.BaseNotObject, base)), patch };
}
