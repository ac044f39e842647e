import { expect, vi } from 'vitest';

import { type ActingOptions, createTopic, type Topic, type TopicError, noopLogger } from '../../src/index.js';
import { watch } from '../watch.js';
import { Plugin } from './backend.js';

export interface Settings {
	theme: string;
	fontSize: number;
	tags: string[];
}

export const FIRST = '{"theme":"light","fontSize":14,"tags":[]}';

/** What a window shows, and has been told. */
export class Window<T> {
	readonly shown: T[] = [];
	readonly errors: TopicError[] = [];

	constructor(readonly topic: Topic<T>) {
		topic.subscribe((state) => this.shown.push(state));
		topic.onError((error) => this.errors.push(error));
	}
}

/** What is stopped at the end of the test. */
export const opened: { stop(): void }[] = [];

/** A handle that is stopped at the end of the test. */
export function open<T = Settings, A = unknown>(backend: Plugin, options: ActingOptions<T, A> = {}): Topic<T, A> {
	const topic = createTopic<T, A>(backend.topic, { backend, logger: noopLogger, gate: { backoff: {} }, ...options });
	opened.push(topic);
	return topic;
}

/** A window that is live, with the state as JSON. */
export async function live<T = Settings, A = unknown>(
	state: string = FIRST,
	options: ActingOptions<T, A> = {},
): Promise<{ backend: Plugin; topic: Topic<T, A>; window: Window<T> }> {
	const backend = new Plugin('settings', state);
	const topic = open<T, A>(backend, options);
	const window = new Window(topic);
	await pass();
	expect(topic.status()).toEqual({ type: 'live' });
	backend.calls.length = 0;
	return { backend, topic, window };
}

/** How a promise has ended so far. */
export function ending(promise: Promise<unknown>): { value?: unknown; error?: TopicError } {
	const ending: { value?: unknown; error?: TopicError } = {};
	promise.then(
		(value) => (ending.value = value),
		(error: TopicError) => (ending.error = error),
	);
	return ending;
}

/** A promise that the test settles. */
export function gatekeeper(): { opens: Promise<void>; open: () => void } {
	let open!: () => void;
	const opens = new Promise<void>((resolve) => (open = resolve));
	return { opens, open };
}

/** Lets everything happen that is due within so many milliseconds. */
export const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

/** See {@link watch}. */
export function watchEverything(): void {
	watch(() => {
		for (const topic of opened.splice(0)) topic.stop();
		return pass(20_000);
	});
}
