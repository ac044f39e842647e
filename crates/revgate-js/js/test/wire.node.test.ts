import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';

import { memoryBackend } from '../src/testing/module.js';
import type { MemoryBackend, MemorySubscription } from '../wasm/memory.js';
import { page } from './pages.js';

// The window in sixty lines that the guide has, on the backend in memory behind Tauri's own mock. What that
// announces is said here in each way that the plugin has: by its version alone, with the state, with a patch.

interface Board {
	title: string;
	rows: number[];
}
interface Followed {
	update(change: (board: Board) => Board): Promise<void>;
	end(): Promise<boolean>;
}
interface Announcement {
	revision: string;
	epoch?: string;
	base?: { revision: string };
	patch?: object[];
	data?: Board;
}
type Args = { topic: string; news: { id: number }; known?: object; data: Board; base: object; subscription: number };
type Say = (announcement: Announcement, state: Board, before: Board) => Announcement;

// Tauri's own package looks for this.
Object.assign(globalThis, { window: globalThis });

const folder = fileURLToPath(new URL('../wire-block', import.meta.url));
const block = page('docs/guide/wire.md', 'wire').blocks.find(({ file }) => file === 'follow.js');
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/follow.js`, block!.text);
const { follow }: { follow(topic: string, show: (board: Board) => void): Promise<Followed> } = await import(
	/* @vite-ignore */ `${folder}/follow.js`
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let backend: MemoryBackend;
const standing = new Map<number, MemorySubscription>();
/** Which commands were called. */
let called: string[];
/** Messages that are on their way. */
let late: (() => void)[];
let say: Say;

const state = (): Board => JSON.parse(backend.state('board')!);

function subscribe({ topic, news }: Args): unknown {
	let before = state();
	const send = (message: Announcement): void => {
		// The channel is in the order of its indices: what is said late is numbered late.
		late.push(() => tauri().runCallback(news.id, { index: (sent += 1) - 1, message }));
	};
	let sent = 0;
	const subscription = backend.subscribe(topic, undefined, (text?: string) => {
		if (text === undefined) return;
		const now = state();
		const { data, base, patch, ...version } = JSON.parse(text) as Announcement;
		send(say(version, now, before));
		before = now;
	});
	standing.set(standing.size + 1, subscription);
	return { subscription: standing.size, snapshot: JSON.parse(subscription.fetched) };
}

const COMMANDS: { readonly [command: string]: (args: Args) => unknown } = {
	subscribe,
	unsubscribe: ({ subscription }) => (standing.get(subscription)?.free(), standing.delete(subscription)),
	snapshot: ({ topic, known }) => JSON.parse(backend.fetch(topic, known && JSON.stringify(known))),
	replace: ({ topic, data, base }) =>
		JSON.parse(backend.write(topic, JSON.stringify({ base, data: JSON.stringify(data) }))),
};

interface Tauri {
	runCallback(id: number, envelope: { index: number; message: unknown }): void;
}
const tauri = () => (globalThis as never as { __TAURI_INTERNALS__: Tauri }).__TAURI_INTERNALS__;

beforeEach(async () => {
	backend = await memoryBackend();
	const check = (text: string) =>
		JSON.parse(text).title === '' ? JSON.stringify({ path: 'title', reason: 'none' }) : undefined;
	backend.topic('board', JSON.stringify({ title: 'a', rows: [1] }), check, undefined);
	[called, late, say] = [[], [], (announcement) => announcement];
	standing.clear();
	clearMocks();
	mockIPC(async (command, args) => {
		const name = command.replace('plugin:revgate|', '');
		called.push(name);
		try {
			return COMMANDS[name]!(args as never);
		} catch (refusal) {
			throw JSON.parse(refusal as string);
		}
	});
});

/** Lets all arrive that is on its way, the newest first if they overtake each other. */
async function settle(next: () => (() => void) | undefined = () => late.shift()): Promise<void> {
	for (let message = next(); message; message = next()) {
		message();
		for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
	}
}

async function two() {
	const shown: Board[][] = [[], []];
	const windows = await Promise.all(shown.map((seen) => follow('board', (board) => seen.push(board))));
	expect(shown).toEqual([[state()], [state()]]);
	return { windows: windows as [Followed, Followed], shown: () => shown.map((seen) => seen.at(-1)) };
}

const add = (row: number) => (board: Board) => ({ ...board, rows: [...board.rows, row] });

it.each<[string, Say, boolean]>([
	['the version alone', (it) => it, true],
	['the state', (it, data) => ({ ...it, data }), false],
	[
		'a patch',
		(it, { title, rows }, before) => ({
			...it,
			base: { revision: String(Number(it.revision) - 1) },
			patch: [
				{ op: 'replace', path: '/title', value: title },
				...before.rows.map(() => ({ op: 'remove', path: '/rows/0' })),
				...rows.map((value, index) => ({ op: 'add', path: `/rows/${index}`, value })),
			],
		}),
		false,
	],
	['a patch that it does not know how to apply', (it) => ({ ...it, base: { revision: '1' }, patch: [{ op: 'move', path: '/rows/-' }] }), true],
])('two windows are in sync by announcements with %s', async (_, how, fetches) => {
	say = how;
	const { windows: [one, other], shown } = await two();
	await one.update(add(2));
	await settle();
	await other.update((board) => ({ ...board, title: 'b' }));
	await settle();
	expect(shown()).toEqual([{ title: 'b', rows: [1, 2] }, { title: 'b', rows: [1, 2] }]);
	expect(called.includes('snapshot')).toBe(fetches);
});

it('a patch that was made of what the window does not show costs a look', async () => {
	say = (it) => ({ ...it, base: { revision: '9' }, patch: [{ op: 'replace', path: '/title', value: 'no' }] });
	const { windows: [one], shown } = await two();
	await one.update(add(2));
	await settle();
	expect(shown()).toEqual([state(), state()]);
	expect(called).toContain('snapshot');
});

it('writes at once lose nothing, whatever overtakes what', async () => {
	say = (it, data) => ({ ...it, data });
	const { windows, shown } = await two();
	await Promise.all([2, 3, 4, 5].map((row, index) => windows[index % 2]!.update(add(row))));
	await settle(() => late.pop());
	expect([...state().rows].sort()).toEqual([1, 2, 3, 4, 5]);
	expect(shown()).toEqual([state(), state()]);
	expect(called.filter((name) => name === 'replace').length).toBeGreaterThan(4);
});

it('a restart in a later epoch is newer, though its revision is lower', async () => {
	const { windows: [one], shown } = await two();
	await one.update(add(2));
	await settle();
	backend.restart('board');
	await settle();
	expect(shown()).toEqual([state(), state()]);
	expect(state().rows).toEqual([1]);
});

it('a refused write changes nothing and says why, and who ends hears no more', async () => {
	const { windows: [one, other], shown } = await two();
	await expect(one.update((board) => ({ ...board, title: '' }))).rejects.toMatchObject({ kind: 'invalid', path: 'title' });
	expect(await other.end()).toBe(true);
	await one.update(add(2));
	await settle();
	expect(shown()).toEqual([state(), { title: 'a', rows: [1] }]);
	expect(backend.subscriptions).toBe(1);
});
