// The script of the plugin that asks for states at the beginning of each page.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import { describe, expect, it, vi } from 'vitest';

import { gatekeeper } from './harness.js';

const script = readFileSync(new URL('../../../../tauri-plugin-revgate/src/commands/preload.js', import.meta.url), 'utf8');

interface Page {
	__REVGATE__?: { preload(topic: string): void; take(topic: string): unknown };
}

/** A page at this address, and what it asks for. Its plugin has a state of `player`. */
function load(address = 'tauri://localhost/index.html', { top, answers = Promise.resolve() }: { top?: object; answers?: Promise<unknown> } = {}) {
	let now = 0;
	const invoke = vi.fn(async (command: string, args?: { topic: string }) => {
		await answers;
		return command === 'plugin:revgate|preload' ? { player: 'of the page' } : `of ${args?.topic}`;
	});
	const window: Page & Record<string, unknown> = {
		__TAURI_INTERNALS__: { invoke },
		location: new URL(address),
		performance: { now: () => now },
	};
	window['top'] = top ?? window;
	runInNewContext(script, { window });
	const calls = () => invoke.mock.calls.map(([command]) => command.split('|')[1]);
	return { window, invoke, calls, page: window.__REVGATE__!, wait: (ms: number) => void (now += ms) };
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
