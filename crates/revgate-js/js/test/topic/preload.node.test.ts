// The script of the plugin that asks for states at the beginning of each page.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { describe, expect, it, vi } from 'vitest';

import { gatekeeper } from './harness.js';

const script = readFileSync(new URL('../../../../tauri-plugin-revgate/src/commands/preload.js', import.meta.url), 'utf8');

interface Page {
	__REVGATE__?: { preload(topic: string): void; take(topic: string): unknown };
}

/** What Tauri answers to a request, and to whom. */
const COMMAND = 'ipc://localhost/plugin%3Arevgate%7C';

interface Request {
	method: string;
	headers: Headers;
	body: string;
}

interface Options {
	top?: object;
	/** When the plugin answers a message. */
	answers?: Promise<unknown>;
	/** Whether Tauri sends its messages as requests, and such a one may be waited for. */
	waits?: boolean;
	/** What the plugin answers to a request that is waited for. */
	answer?: (command: string, request: Request) => { response: 'ok' | 'error'; text: string };
}

const newest = (command: string, { body }: Request) =>
	({ response: 'ok', text: command === 'preload' ? '{"player":"at once"}' : `at once ${body}` }) as const;

/** A page at this address, and what it asks for. Its plugin has a state of `player`. */
function load(address = 'tauri://localhost/index.html', { top, answers = Promise.resolve(), waits = false, answer = newest }: Options = {}) {
	let now = 0;
	const fetched: string[] = [];
	const awaited: string[] = [];
	const invoke = vi.fn(async (command: string, args: { topic: string } = { topic: '' }) => {
		const name = command.split('|')[1]!;
		const request: Request = { method: 'POST', headers: new Headers({ 'Tauri-Invoke-Key': 'key' }), body: args.topic };
		if (waits) (window['fetch'] as (url: string, request: Request) => void)(COMMAND + name, request);
		await answers;
		return name === 'preload' ? { player: 'of the page' } : `of ${args.topic}`;
	});
	class XMLHttpRequest {
		responseText = '';
		#command = '';
		#response = '';
		readonly #headers = new Headers();
		open(method: string, url: string, isAsync: boolean) {
			expect([method, url.startsWith(COMMAND), isAsync]).toEqual(['POST', true, false]);
			this.#command = url.slice(COMMAND.length);
		}
		setRequestHeader = (name: string, value: string) => this.#headers.set(name, value);
		getResponseHeader = (name: string) => (name === 'Tauri-Response' ? this.#response : null);
		send(body: string) {
			expect(this.#headers.get('Tauri-Invoke-Key')).toBe('key');
			awaited.push(this.#command);
			const { response, text } = answer(this.#command, { method: 'POST', headers: this.#headers, body });
			[this.#response, this.responseText] = [response, text];
		}
	}
	const fetch = (url: string) => void fetched.push(url.slice(COMMAND.length));
	const window: Page & Record<string, unknown> = {
		__TAURI_INTERNALS__: { invoke },
		location: new URL(address),
		performance: { now: () => now },
		XMLHttpRequest,
		fetch,
	};
	window['top'] = top ?? window;
	runInNewContext(script, { window });
	expect(window['fetch'], 'the page has its own').toBe(fetch);
	const calls = () => invoke.mock.calls.map(([command]) => command.split('|')[1]);
	return { window, invoke, calls, fetched, awaited, page: window.__REVGATE__!, wait: (ms: number) => void (now += ms) };
}

const settled = () => new Promise((done) => setImmediate(done));

describe('the script of the plugin', () => {
	it('asks once, before anybody else does', async () => {
		const { calls, page } = load();
		expect(calls()).toEqual(['preload']);
		await settled();
		expect([page.take('player'), page.take('other'), calls()]).toEqual(['of the page', undefined, ['preload']]);
	});

	it('gives away what it has once', async () => {
		const { page } = load();
		await settled();
		expect([page.take('player'), page.take('player')]).toEqual(['of the page', undefined]);
	});

	it('gives a promise of what is on its way, once', async () => {
		const { opens, open } = gatekeeper();
		const { page } = load(undefined, { answers: opens });
		const took = [page.take('player'), page.take('player'), page.take('other')];
		open();
		expect(await Promise.all(took)).toEqual(['of the page', undefined, undefined]);
	});

	it('waits for what is on its way where it can, and once for all that is', async () => {
		const { opens, open } = gatekeeper();
		const { page, calls, fetched, awaited } = load(undefined, { answers: opens, waits: true });
		expect([page.take('player'), page.take('other'), page.take('player')]).toEqual(['at once', undefined, undefined]);
		expect([calls(), fetched, awaited]).toEqual([['preload'], ['preload'], ['preload']]);
		page.preload('doc:1');
		expect([page.take('doc:1'), page.take('doc:1'), awaited]).toEqual(['at once doc:1', undefined, ['preload', 'snapshot']]);
		open();
		await settled();
		expect(page.take('player'), 'what comes later is older').toBe(undefined);
	});

	it('asks anew for what is old, and waits for that', async () => {
		const { page, awaited, wait } = load(undefined, { waits: true });
		page.preload('doc:1');
		await settled();
		wait(10_000);
		expect([page.take('player'), page.take('doc:1'), awaited]).toEqual(['at once', 'at once doc:1', ['preload', 'snapshot']]);
	});

	it('waits for nothing that is there, nor for a family as a whole', async () => {
		const { page, awaited } = load(undefined, { waits: true });
		page.take('doc:*');
		expect(awaited).toEqual([]);
		page.preload('note:1');
		await settled();
		expect([page.take('player'), page.take('note:1'), awaited]).toEqual(['of the page', 'of note:1', []]);
	});

	it.each([
		['refused', () => ({ response: 'error', text: '"not allowed"' }) as const],
		[
			'stopped by a policy',
			(): never => {
				throw new Error('blocked');
			},
		],
	])('gives a promise where the request is %s', async (_, answer) => {
		const { page } = load(undefined, { waits: true, answer });
		page.preload('doc:1');
		const took = [page.take('player'), page.take('doc:1')];
		expect(took.map((it) => typeof it)).toEqual(['object', 'object']);
		expect(await Promise.all(took)).toEqual(['of the page', 'of doc:1']);
	});

	it('gives nothing that is old', async () => {
		const { page, wait } = load();
		await settled();
		wait(9_999);
		expect(page.take('player')).toBe('of the page');
		page.preload('doc:1');
		await settled();
		wait(10_000);
		expect(page.take('doc:1')).toBe(undefined);
	});

	it('asks for what it is asked for, which it has at once as soon as it is there', async () => {
		const { page, calls, invoke, wait } = load();
		page.preload('doc:1');
		page.preload('doc:1');
		expect(calls()).toEqual(['preload', 'snapshot']);
		expect(invoke.mock.lastCall).toEqual(['plugin:revgate|snapshot', { topic: 'doc:1', form: 'text' }]);
		expect(await page.take('doc:1')).toBe('of doc:1');
		page.preload('doc:2');
		await settled();
		expect(page.take('doc:2')).toBe('of doc:2');
		page.preload('player');
		expect([page.take('player'), calls().length], 'it has that already').toEqual(['of the page', 3]);
		page.preload('doc:3');
		wait(10_000);
		page.preload('doc:3');
		expect(calls().length, 'what is old is asked for anew').toBe(5);
	});

	it('asks for nothing that the page has used: what it shows since may be newer', async () => {
		const { page, calls } = load();
		page.preload('doc:1');
		page.preload('note:1');
		await settled();
		page.take('player');
		page.take('doc:*');
		for (const topic of ['player', 'doc:1', 'doc:2']) {
			page.preload(topic);
			await settled();
			expect(page.take(topic), topic).toBe(undefined);
		}
		expect(calls().length, 'for none of them').toBe(3);
		expect(page.take('note:1')).toBe('of note:1');
	});

	it('says nothing of what is refused', async () => {
		const { page } = load(undefined, { answers: Promise.reject('not allowed') });
		page.preload('doc:1');
		expect([await page.take('player'), await page.take('doc:1')]).toEqual([undefined, undefined]);
	});

	it.each(['http://tauri.localhost/', 'https://tauri.localhost/', 'http://localhost:1420/', 'http://127.0.0.1:8080/'])('is at work in %s', (address) => {
		expect(load(address).calls()).toEqual(['preload']);
	});

	it.each(['https://example.org/', 'http://localhost.example.org/', 'https://notlocalhost/', 'https://127.example.org/'])('leaves %s alone', (address) => {
		const { calls, window } = load(address);
		expect([calls(), window.__REVGATE__]).toEqual([[], undefined]);
	});

	it('leaves pages alone that are within others, and those outside Tauri', () => {
		expect(load(undefined, { top: {} }).calls()).toEqual([]);
		const window: Page & Record<string, unknown> = { location: new URL('tauri://localhost/') };
		window['top'] = window;
		runInNewContext(script, { window });
		expect(window.__REVGATE__).toBe(undefined);
	});
});
