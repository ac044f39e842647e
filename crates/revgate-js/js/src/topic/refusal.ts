/** Why a call was not carried out, and what that means for the edits in it. */

import type { Version } from '../gate/gate.js';
import { versionOf } from '../sync/messages.js';
import { NoBackendError } from '../tauri/ipc.js';
import type { SyncErrorContext } from '../types.js';
import type { Fate } from './error.js';
import { parse } from './exact/parse.js';
import { pointerOfPath } from './exact/pointer.js';
import { Unfit } from './exact/take.js';

/** A failed call, understood. */
export interface Failed {
	readonly fate: Fate;
	readonly reason: string;
	readonly path?: string | undefined;
	/** The kind of the plugin's refusal. */
	readonly kind?: string | undefined;
	/** The error of an action that has refused itself. */
	readonly refused?: unknown;
	/** Whether no answer came, or none that can be read. */
	readonly isLost?: boolean;
	/** Whether it was refused for what one of its edits has made of the state. */
	readonly isByContent: boolean;
	/** The newest state, if the write was made on another. */
	readonly conflict?: { readonly version: Version; readonly data: unknown } | undefined;
	/** The version that the write has made all the same, and its state if that is not the one sent. */
	readonly made?: { readonly version: Version; readonly data?: unknown } | undefined;
	/** The epoch that the topic is in, if the call was made in another. */
	readonly epoch?: string | undefined;
	readonly cause: unknown;
}

/** The fields of a refusal: `shared/src/wire/refusal.rs`. */
export interface Refusal {
	readonly kind: string;
	readonly [field: string]: unknown;
}

/** The longest text of what was thrown and is no error. */
const MOST_WORDS = 200;

/** Of these one edit is guilty, or none. */
const BY_CONTENT = new Set(['invalid', 'patchFailed', 'tooLarge', 'failed']);
const AS_A_WHOLE = new Set(['denied', 'unknownTopic', 'conflict']);

/** Understands what a call was rejected with. */
export function failedBy(cause: unknown): Failed {
	const refusal = typeof cause === 'string' ? refusalIn(cause) : asRefusal(cause);
	if (refusal) return { ...refusedBy(refusal), cause };
	// Tauri's own refusals are text: for want of a permission, say. It was not done.
	if (typeof cause === 'string') return { fate: 'refused', reason: cause, isByContent: false, cause };
	const isLost = !(cause instanceof NoBackendError);
	const path = cause instanceof Unfit ? cause.path : undefined;
	const remedy = cause instanceof Error ? '' : ': the backend is to reject with an Error, or the text of a refusal';
	const reason = `${wordsOf(cause)}${remedy}`;
	return { fate: isLost ? 'unknown' : 'notSent', reason, path, isLost, isByContent: false, cause };
}

/** Of a call that was not answered in time. */
export function noAnswer(limitMs: number): Failed {
	return failedBy(new Error(`no answer within ${limitMs} ms`));
}

/** Of a call whose answer cannot be read, for this fault. */
export function malformed(fault: unknown): Failed {
	return { ...failedBy(fault), fate: 'unknown', isLost: true, reason: `malformed answer: ${wordsOf(fault)}` };
}

/** What was thrown, in words: that may be anything. */
export function wordsOf(thrown: unknown): string {
	if (thrown instanceof Error) return thrown.message;
	try {
		const text = typeof thrown === 'object' ? JSON.stringify(thrown) : String(thrown);
		return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)}…` : text;
	} catch {
		return `${typeof thrown} that has no words`;
	}
}

/**
 * Why no first state comes, if that is likely to last: the gate cannot be loaded, there is no
 * backend, it has no such topic for this window, or its state cannot be read here. All else, such as
 * a backend that is slow to answer, may be another thing at the next try.
 */
export function lastingOf(context: SyncErrorContext): Failed | undefined {
	const { phase, error, sourceEvent, snapshotRevision } = context;
	const failed = failedBy(error);
	const isRead = snapshotRevision !== undefined || (phase === 'protocol' && sourceEvent === undefined);
	if (phase === 'start' || isRead) return { ...failed, fate: 'notSent' };
	return phase === 'write' || failed.fate === 'unknown' ? undefined : failed;
}

function refusalIn(text: string): Refusal | undefined {
	try {
		return asRefusal(parse(text));
	} catch {
		return undefined;
	}
}

function asRefusal(value: unknown): Refusal | undefined {
	const isOne = !(value instanceof Error) && typeof (value as Partial<Refusal> | null | undefined)?.kind === 'string';
	return isOne ? (value as Refusal) : undefined;
}

/** Understands a refusal of the plugin. */
export function refusedBy(refusal: Refusal): Failed {
	const { kind } = refusal;
	const isByContent = BY_CONTENT.has(kind);
	// Of a kind that is not known here, the write may have been made.
	const fate = isByContent || AS_A_WHOLE.has(kind) ? 'refused' : 'unknown';
	const common = { fate, kind, isByContent, reason: reasonOf(refusal), cause: undefined } as const;
	switch (kind) {
		case 'invalid':
			return { ...common, path: pointerOfPath(String(refusal['path'])) };
		case 'patchFailed':
			return { ...common, path: String(refusal['path']) };
		case 'conflict':
			return { ...common, conflict: { version: versionOf(refusal), data: refusal['data'] } };
		case 'notDurable': {
			const made = { version: versionOf(refusal), ...('data' in refusal ? { data: refusal['data'] } : {}) };
			return { ...common, fate: kind, made };
		}
		case 'otherEpoch':
			return { ...common, epoch: String(refusal['epoch'] ?? '0') };
		default:
			return common;
	}
}

/** The words of `Display` in Rust. */
function reasonOf(refusal: Refusal): string {
	const { kind, topic, path, reason, limit, size, known, access, grant, operation } = refusal;
	switch (kind) {
		case 'denied':
			return (
				`the window may not ${access === 'act' ? 'do this to' : access} the topic \`${topic}\`: add ${grant} to the permissions of its ` +
				'capability, and see that no `deny` covers the topic'
			);
		case 'unknownTopic': {
			const names = Array.isArray(known) ? known.map((name) => `\`${name}\``) : [];
			const more = typeof refusal['more'] === 'number' ? ` and ${refusal['more']} more` : '';
			return `no topic \`${topic}\` is registered; there are: ${names.join(', ') || 'none'}${more}`;
		}
		case 'invalid':
			return `${path === '' ? 'the state' : path}: ${reason}`;
		case 'patchFailed':
			return `operation ${operation} of the patch, at \`${path}\`: ${reason}`;
		case 'conflict':
			return `the state has changed to revision ${refusal['revision']}`;
		case 'tooLarge':
			return `${size} bytes of JSON are more than the ${limit} that the topic allows`;
		case 'otherEpoch':
			return 'the topic has been started anew since, and does not know what it did before';
		case 'tooManySubscriptions':
			return `the window has ${limit} subscriptions to the topic, and may not have more: end some`;
		default:
			return String(reason ?? kind);
	}
}
