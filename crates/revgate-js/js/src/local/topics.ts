/** Topics of a page that is a backend to itself: what the app's Rust side says of them otherwise. */

import { Context, nameOf, type OptimisticActions, shownOf } from '../topic/action.js';
import { draw } from '../topic/draft.js';
import { ANYWHERE, NOWHERE, parse, take, takeParsed, write } from '../topic/exact/index.js';
import { failedBy } from '../topic/refusal.js';
import type { Topics } from '../topic/topic.js';

/**
 * What is wrong with a state, as `Topic::validate` says it in Rust.
 *
 * @example
 * const fault: Fault = { path: 'volume', reason: '12 is too loud' };
 */
export interface Fault {
	/** Where, as `fontSize` or `rows[3].title`; empty for the state as a whole. */
	readonly path: string;
	readonly reason: string;
}

/**
 * The topics that a page keeps itself, by their names.
 *
 * @example
 * const local: LocalTopics = {
 * 	topics: { player: { volume: 7 } },
 * 	validate: { player: ({ volume }) => (volume > 11 ? { path: 'volume', reason: 'too loud' } : undefined) },
 * 	actions: { player: { louder: (draft, { louder }) => { draft.volume += louder.by; } } },
 * };
 */
export interface LocalTopics {
	/** What each topic is at first. */
	readonly topics?: { readonly [Name in keyof Topics]?: Topics[Name] } & { readonly [name: string]: unknown };
	/** What may not become the state of a topic, or of a member of a family: `Topic::validate` in Rust. */
	readonly validate?: { readonly [name: string]: (state: any) => Fault | undefined };
	/**
	 * What actions do to a topic, or to a member of a family: `Action::apply` in Rust. The functions that a
	 * window shows them by will do. One that throws is not done, and what it throws, if it is no Error, is the
	 * action's own error.
	 */
	readonly actions?: { readonly [name: string]: OptimisticActions<any, any> };
}

/** The part of a module in which topics are registered. */
interface Registering {
	topic(name: string, initial: string, check?: Check, play?: Play): void;
}

/** As JSON, what is wrong with a state that is JSON. */
export type Check = (state: string) => string | undefined;
/** What an action makes of a state; throws {@link unacted}. */
export type Play = (state: string, action: string, at: number, seed: string) => string;

/** Why an action is not done, with the fields of the wire, as a module takes it. */
export const unacted = (fields: { readonly kind: string; readonly [field: string]: unknown }): string =>
	textOf({ seq: '0', ...fields });

/** Registers all topics. @throws what is wrong with a name, or a first state. */
export function register(module: Registering, local: LocalTopics): void {
	for (const [name, initial] of Object.entries(local.topics ?? {})) {
		ask(() => module.topic(name, textOf(initial), ...rulesOf(name, local)));
	}
}

/** Calls a module. What it throws is text: here it is an error. */
export function ask<A>(call: () => A): A {
	try {
		return call();
	} catch (cause) {
		throw typeof cause === 'string' ? new Error(failedBy(cause).reason, { cause }) : cause;
	}
}

/** What is checked and done of the topic, or the family, of this name. */
export function rulesOf(name: string, { validate, actions }: LocalTopics): [Check | undefined, Play | undefined] {
	const [fault, play] = [validate?.[name], actions?.[name]];
	return [fault && ((state) => faultIn(fault(stateOf(state)))), play && playing(play)];
}

const faultIn = (fault: Fault | undefined): string | undefined => (fault === undefined ? undefined : JSON.stringify(fault));

function playing(actions: OptimisticActions<unknown, unknown>): Play {
	return (state, json, at, seed) => {
		const action = stateOf(json);
		const play = shownOf(action, actions);
		if (!play) throw unacted({ kind: 'unreadable', reason: `there is no action \`${nameOf(action) ?? json}\`` });
		let made: unknown;
		try {
			const context = new Context(at, BigInt(seed));
			made = draw(stateOf(state), (draft) => play(draft, action, context));
		} catch (error) {
			throw unacted({ kind: 'refused', error: error instanceof Error ? error.message : error });
		}
		return textOf(made);
	};
}

/** A state as text. @throws if it is no JSON. */
export const textOf = (state: unknown): string => write(take(state, ANYWHERE));

/** The state that a text holds, frozen. @throws if it has integers beyond 2^53. */
export const stateOf = (json: string): unknown => takeParsed(parse(json), NOWHERE);
