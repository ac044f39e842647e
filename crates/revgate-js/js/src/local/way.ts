/** The way of this page to a backend that is within it. */

import type { Version } from '../gate/gate.js';
import type { TopicBackend } from '../topic/backend.js';
import { parse } from '../topic/exact/index.js';

/** A backend that speaks text, as a module has it. What it refuses, it throws. */
export interface Speaking {
	subscribe(topic: string, known: string | undefined, hear: (news?: string) => void): Standing | Promise<Standing>;
	fetch(topic: string, known: string | undefined): string | Promise<string>;
	write(topic: string, change: string): string | Promise<string>;
	act(topic: string, actions: string): string | Promise<string>;
	create?(topic: string, state: string): string;
	end?(topic: string): boolean;
}

/** A subscription. */
interface Standing {
	readonly fetched: string;
	free(): void;
}

/** What it speaks as topics have it. */
export function wayTo(backend: Speaking): Required<Omit<TopicBackend, 'preloaded' | 'host'>> {
	return {
		async subscribe(topic, listener, known) {
			const hear = (news?: string): void => (news === undefined ? listener.ended(undefined) : listener.announced(parse(news)));
			const standing = await backend.subscribe(topic, textOf(known), hear);
			return { end: () => standing.free(), fetched: standing.fetched };
		},
		fetch: async (topic, known) => backend.fetch(topic, textOf(known)),
		write: async (topic, change) => backend.write(topic, JSON.stringify(change)),
		act: async (topic, batch) => backend.act(topic, JSON.stringify(batch)),
		createMember: async (topic, state) => backend.create?.(topic, state) ?? none(topic),
		removeMember: async (topic) => backend.end?.(topic) ?? none(topic),
	};
}

function none(topic: string): never {
	throw new Error(`there is no topic \`${topic}\`: this backend has no families`);
}

const textOf = (known: Version | undefined): string | undefined => known && JSON.stringify(known);
