import { expect } from 'vitest';

import { createTopic, noopLogger, type Topic, type TopicError } from '../../src/index.js';
import { createFamily, type Family as Handle, type FamilyOptions } from '../../src/family/index.js';
import { opened, pass } from '../topic/harness.js';
import { Family } from './backend.js';

export interface Doc {
	title: string;
	likes: number;
}

export const doc = (title: string, likes = 0): string => JSON.stringify({ title, likes });

/** One that is too large to be sent along. */
export const large = (title: string): string => JSON.stringify({ title, likes: 0, text: 'x'.repeat(8000) });

/** A handle that is stopped at the end of the test. */
export function open<A = unknown>(backend: Family, options: FamilyOptions<Doc, A> = {}): Handle<Doc, A> {
	const family = createFamily<Doc, A>(backend.name, { backend, logger: noopLogger, gate: { backoff: {} }, ...options });
	opened.push(family);
	return family;
}

/** A handle of one member. */
export function openTopic(backend: Family, key: string): Topic<Doc> {
	const topic = createTopic<Doc>(`${backend.name}:${key}`, { backend, logger: noopLogger, gate: { backoff: {} } });
	opened.push(topic);
	return topic;
}

/** A page that has a family, and what it has been told. */
export class Page {
	readonly errors: TopicError[] = [];
	/** The keys that each change was told with, after the first. */
	readonly changes: (readonly string[])[] = [];
	readonly lists: (readonly string[])[] = [];

	constructor(readonly family: Handle<Doc>) {
		family.subscribe((keys) => this.changes.push(keys));
		family.onKeys((keys) => this.lists.push(keys));
		family.onError((error) => this.errors.push(error));
	}
}

/** A page that is live. */
export async function live(
	states: Readonly<Record<string, string>>,
	options: FamilyOptions<Doc, unknown> = {},
): Promise<{ backend: Family; family: Handle<Doc>; page: Page }> {
	const backend = new Family('doc', states);
	const family = open(backend, options);
	const page = new Page(family);
	await pass();
	expect(family.status()).toEqual({ type: 'live' });
	backend.calls.length = page.changes.length = page.lists.length = 0;
	return { backend, family, page };
}

/** What is told of one member. */
export function told(family: Handle<Doc>, key: string): (Doc | undefined)[] {
	const states: (Doc | undefined)[] = [];
	family.subscribe(key, (state) => states.push(state));
	return states;
}

export { watchEverything } from '../topic/harness.js';
