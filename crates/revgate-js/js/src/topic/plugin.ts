/** The way to the plugin `tauri-plugin-revgate`. */

import type { Version } from '../gate/gate.js';
import { ProtocolError } from '../sync/messages.js';
import type { Listener } from '../sync/transport.js';
import { invoke, openChannel } from '../tauri/ipc.js';
import type { TopicName, Unsubscribe } from '../types.js';
import type { ActionBatch, Followed, TopicBackend, Written } from './backend.js';
import { parse } from './exact/parse.js';

/** What the window and the plugin exchange is text that holds JSON: see `form.rs` of the plugin. */
const FORM = { form: 'text' };

/**
 * How long after the end of a subscription, or of the wait for one, its channel's own end may take.
 * Were the page's function gone before, Tauri would warn of it in the console.
 */
const LAST_WORD_MS = 1000;

/** The plugin, from within a Tauri window. */
export const plugin: TopicBackend = {
	async subscribe(topic: string, listener: Listener, known: Version | undefined): Promise<Unsubscribe | Followed> {
		const { signal } = listener;
		let isWanted = true;
		const channel = openChannel({
			received: (message) => isWanted && listener.announced(read(message)),
			ended: () => isWanted && listener.ended(undefined),
		});
		const leave = (): void => {
			isWanted = false;
			setTimeout(channel.release, LAST_WORD_MS);
		};
		signal.addEventListener('abort', () => isWanted && leave());
		try {
			const answer = await call('subscribe', { topic, news: channel.argument, snapshot: { known } });
			const [subscription, fetched] = idAndRest(answer);
			const end = (): Promise<unknown> => {
				leave();
				return call('unsubscribe', { topic, subscription });
			};
			if (!signal.aborted) return fetched === undefined ? end : { end, fetched };
			await end();
			throw new Error('the answer came after it was given up');
		} catch (error) {
			channel.release();
			throw error;
		}
	},

	preloaded(topic: string): string | Promise<string | undefined> | undefined {
		const early = pageOf()?.take(topic);
		const text = (answer: unknown): string | undefined => (answer === undefined ? undefined : textOf(answer));
		return early instanceof Promise ? early.then(text) : text(early);
	},

	async fetch(topic: string, known: Version | undefined): Promise<string> {
		return textOf(await call('snapshot', { topic, known }));
	},

	async write(topic: string, change: Written): Promise<string> {
		// Called before anything is waited for: a page that goes does not come back to it.
		const { ahead, ...rest } = { ahead: undefined, ...change };
		const args = ahead === undefined ? rest : { ...rest, aheadOf: ahead };
		return textOf(await call('patch' in change ? 'patch' : 'replace', { topic, ...args }));
	},

	async act(topic: string, batch: ActionBatch): Promise<string> {
		return textOf(await call('act', { topic, ...batch }));
	},
};

/**
 * Asks for the state of a topic, so that the page's first {@link createTopic} of it has it at once if it is
 * called within 10 s: of what a person is about to open, say. Those that are small, and of no family, are in each page from
 * its beginning. A page that knows earlier what it will show asks before any script of its own is fetched:
 *
 * ```html
 * <script>window.__REVGATE__?.preload('doc:42')</script>
 * ```
 *
 * Where it does not come, or there is no plugin, nothing happens.
 *
 * @example
 * link.onpointerenter = () => preload('doc:42');
 */
export function preload(topic: TopicName): void {
	pageOf()?.preload(topic);
}

/** What the plugin's own script has put into the page: `preload.js` there. */
interface Page {
	/** Where the page has put that in itself, the way to a backend that it is to itself. */
	readonly backend?: TopicBackend;
	preload(topic: string): void;
	/** An answer, or one to come, of which nothing may come. */
	take(topic: string): unknown;
}

/** The backend of topics that name none. */
export const ownBackend = (): TopicBackend => pageOf()?.backend ?? plugin;

const pageOf = (): Page | undefined => (globalThis as { __REVGATE__?: Page }).__REVGATE__;

/** The permission that each command needs, if that is not called as the command is. */
const PERMISSIONS = { subscribe: 'read', unsubscribe: 'read', snapshot: 'read', patch: 'write', replace: 'write' } as const;

export function call(command: keyof typeof PERMISSIONS | 'act' | 'create' | 'remove', args: { topic: string } & Record<string, unknown>): Promise<unknown> {
	return invoke(`plugin:revgate|${command}`, { ...args, ...FORM }).catch((error: unknown) => {
		// Tauri's own refusal, before the plugin is asked, in the plugin's words: an app that is released says no more
		// in it. One of the plugin's own is an object, whatever it says.
		if (typeof error !== 'string' || !/^[^{]*(not allowed|explicitly denied)(?!.*not found)/s.test(error)) throw error;
		const access = (PERMISSIONS as { readonly [command: string]: string })[command] ?? command;
		const topic = args.topic.replace(/#.*/s, '');
		const grant = `{ "identifier": "revgate:${access}", "allow": [{ "topic": ${JSON.stringify(topic)} }] }`;
		throw { kind: 'denied', topic, access, grant };
	});
}

/** An announcement, or what came in its place, which the driver reports. */
function read(message: unknown): unknown {
	try {
		return typeof message === 'string' ? parse(message) : message;
	} catch {
		return message;
	}
}

/** The id of a subscription, and after a line feed the state that came with it: not where it is a number. */
function idAndRest(answer: unknown): [id: number, fetched: string | undefined] {
	if (typeof answer === 'number') return [answer, undefined];
	const text = textOf(answer);
	const end = text.indexOf('\n');
	return end < 0 ? [Number(text), undefined] : [Number(text.slice(0, end)), text.slice(end + 1)];
}

/** An answer, which comes as bytes, or as a list of them where Tauri falls back to messages. */
export function textOf(answer: unknown): string {
	if (typeof answer === 'string') return answer;
	if (answer instanceof ArrayBuffer) return decode(new Uint8Array(answer));
	if (Array.isArray(answer)) return decode(Uint8Array.from(answer as number[]));
	throw new ProtocolError(`malformed answer: bytes are expected, not ${typeof answer}`);
}

function decode(bytes: Uint8Array): string {
	return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
