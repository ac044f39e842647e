import type { BrowserContext, Page } from 'playwright';
import { expect, inject, test } from 'vitest';

import { serve, useBrowser } from './page.js';

const projects = inject('projects');
const browser = useBrowser();

/** What each tab does first: as text, for what vitest makes of an import works in vitest alone. */
const OPEN = (folder: string) => `(async () => {
	const { inTabs } = await import('/node_modules/revgate/${folder}/tabs.js');
	const { createTopic } = await import('/node_modules/revgate/${folder}/index.js');
	const isTab = inTabs('players', {
		topics: { player: { volume: 7, liked: [] } },
		validate: { player: ({ volume }) => (volume > 11 ? { path: 'volume', reason: 'too loud' } : undefined) },
		actions: { player: { louder: (draft, { louder }) => { draft.volume += louder.by; } } },
	});
	globalThis.player = createTopic('player');
	await player.ready();
	return isTab;
})()`;

const state = (tab: Page) => tab.evaluate('player.get()');
const shows = (tab: Page, volume: number) => tab.waitForFunction(`player.get().volume === ${volume}`);
const failure = (tab: Page, call: string) =>
	tab.evaluate(`${call}.then(() => 'well', ({ fate, path, message }) => fate + ' ' + path + ' ' + message)`);

async function openTab(person: BrowserContext, address: string, folder: string): Promise<Page> {
	const tab = await person.newPage();
	await tab.goto(`${address}/script/empty.html`);
	expect(await tab.evaluate(OPEN(folder))).toBe(true);
	return tab;
}

test.each(['dist', 'dist/production'])('plain tabs share their topics, and the browser keeps them (%s)', async (folder) => {
	await using server = await serve(projects);
	const person = await browser.person();
	const [one, other] = [await openTab(person, server.address, folder), await openTab(person, server.address, folder)];
	await one.evaluate('player.update((draft) => { draft.volume = 9; })');
	await shows(other, 9);

	// Each from its own process: no edit is lost, and no action done twice.
	const edits = 'Promise.all(Array.from({ length: 20 }, (_, index) => player.update((draft) => { draft.liked.push(index); })))';
	await Promise.all([one, other].map((tab) => tab.evaluate(`${edits}.then(() => undefined)`)));
	await Promise.all([one, other].map((tab) => tab.evaluate('player.act({ louder: { by: 1 } }).then(() => undefined)')));
	await Promise.all([one, other].map((tab) => tab.waitForFunction('player.get().liked.length === 40 && player.get().volume === 11')));
	expect(await failure(one, 'player.act({ louder: { by: 1 } })')).toMatch(/^refused .*too loud/);
	expect(await failure(one, 'player.act({ quieter: {} })')).toContain('there is no action `quieter`');
	expect(await failure(one, 'player.update((draft) => { draft.volume = 12; })')).toMatch(/^refused \/volume .*volume: too loud/);
	expect(await state(one)).toEqual(await state(other));

	await one.close();
	await other.reload();
	await other.evaluate(OPEN(folder));
	expect(await state(other)).toMatchObject({ volume: 11, liked: { length: 40 } });
	await person.close();
});

test('a tab has no families, which is said', async () => {
	await using server = await serve(projects);
	const person = await browser.person();
	const tab = await openTab(person, server.address, 'dist');
	const words = await tab.evaluate(`(async () => {
		const { createFamily } = await import('/node_modules/revgate/dist/family.js');
		return createFamily('doc').ready().then(() => 'well', ({ message }) => message);
	})()`);
	expect(words).toContain('family `doc`: this way to the backend carries no family as a whole');
	await person.close();
});

test('within Tauri a page is no tab, whatever it asks for', async () => {
	await using server = await serve(projects);
	const { page } = await browser.open(`${server.address}/script/empty.html`);
	const isTab = await page.evaluate(`(async () => {
		globalThis.__TAURI_INTERNALS__ = {};
		const { inTabs } = await import('/node_modules/revgate/dist/tabs.js');
		return [inTabs('players', { topics: {} }), typeof globalThis.__REVGATE__];
	})()`);
	expect(isTab).toEqual([false, 'undefined']);
});
