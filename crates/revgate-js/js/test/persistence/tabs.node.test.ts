import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium as playwright, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { chromium } from '../chromium.js';
import type {} from './page.js';

// Real tabs of a real browser: what no single page can show.

const PATIENT = { timeout: 50_000 };

let browser: Browser;
let server: Server;
let origin: string;
let context: BrowserContext;

beforeAll(async () => {
	const { outputFiles } = await build({
		entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
		bundle: true,
		format: 'iife',
		write: false,
	});
	const script = outputFiles[0]!.text;
	server = createServer(({ url }, response) => {
		const isScript = url === '/page.js';
		response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
		response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	browser = await playwright.launch({ ...chromium, headless: true });
});

afterAll(async () => {
	await browser?.close();
	server?.close();
});

beforeEach(async () => {
	context = await browser.newContext();
});

afterEach(async () => {
	// A page that a test has just closed may be among them still, and has nothing more to say.
	const unheard = await Promise.all(
		context.pages().map((page) =>
			page.evaluate(() => globalThis.unheard ?? []).catch((error) => {
				if (page.isClosed()) return [];
				throw error;
			}),
		),
	);
	expect(unheard.flat()).toEqual([]);
	await context.close();
});

type Options = Parameters<typeof globalThis.openTab>[1];

async function open(place: Parameters<typeof globalThis.openTab>[0], options: Options = {}, where = context): Promise<Page> {
	const page = await where.newPage();
	await page.goto(origin);
	await page.evaluate(
		(given) => {
			globalThis.tab = globalThis.openTab(given.place, given.options);
		},
		{ place, options },
	);
	return page;
}

const revisionIn = async (page: Page) => page.evaluate(async () => (await globalThis.tab.load())?.revision);

describe.each(['localStorage', 'IndexedDB'] as const)('two tabs, one %s', (place) => {
	it.each([false, true])('race, and the newest is there in the end (compressed: %s)', async (compress) => {
		const tabs = await Promise.all([open(place, { compress }), open(place, { compress }), open(place, { compress })]);
		await Promise.all(
			tabs.map((page, index) =>
				page.evaluate(async (first) => {
					for (let round = 0; round < 100; round++) {
						globalThis.tab.apply(String(first + 3 * round), 'x'.repeat(500));
						await (round % 7 ? Promise.resolve() : globalThis.tab.flush());
					}
					await globalThis.tab.flush();
				}, index + 1),
			),
		);
		const late = await open(place);
		await expect.poll(() => revisionIn(late), PATIENT).toBe('300');
		for (const page of tabs) {
			expect(await page.evaluate(() => globalThis.tab.faults)).toEqual([]);
		}
	});

	it('10 is not overwritten by 3', async () => {
		const [here, there] = [await open(place), await open(place)];
		await here.evaluate(async () => {
			globalThis.tab.apply('10');
			await globalThis.tab.flush();
		});
		await there.evaluate(async () => {
			globalThis.tab.apply('3');
			await globalThis.tab.flush();
		});
		expect(await revisionIn(await open(place))).toBe('10');
	});

	it('a tab that crashes while it saves leaves a whole record, not older than its last save', async () => {
		let acknowledged = 0;
		await context.exposeFunction('acknowledge', (revision: number) => {
			acknowledged = revision;
		});
		for (let round = 1; round <= 3; round++) {
			const page = await open(place, { compress: true });
			const before = acknowledged;
			page
				.evaluate(async (first) => {
					for (let revision = first; ; revision++) {
						globalThis.tab.apply(String(revision), `${revision} `.repeat(3000));
						await globalThis.tab.flush();
						(globalThis as unknown as { acknowledge(revision: number): void }).acknowledge(revision);
					}
				}, before + 1)
				.catch(() => {}); // The page crashes under it.
			await expect.poll(() => acknowledged, PATIENT).toBeGreaterThan(before + 10 * round);
			await crash(page);
			const least = acknowledged;
			const late = await open(place);
			const found = await late.evaluate(() => globalThis.tab.load());
			expect(Number(found?.revision)).toBeGreaterThanOrEqual(least);
			expect(found?.data === `${found?.revision} `.repeat(3000), 'whole').toBe(true);
			expect(await late.evaluate(() => globalThis.tab.faults)).toEqual([]);
			acknowledged = Number(found?.revision);
			await late.close();
		}
	});

	it.each(['another page', 'closed', 'reload', 'hidden'] as const)('what waits to be saved is saved when the page goes: %s', async (how) => {
		const page = await open(place, { debounceMs: 3_600_000, compress: true });
		await page.evaluate(() => globalThis.tab.load()); // The database is open.
		await page.evaluate((data) => globalThis.tab.apply('7', data), 'x'.repeat(100_000));
		const late = await open(place);
		expect(await revisionIn(late)).toBeUndefined();
		if (how === 'another page') {
			await page.goto('about:blank');
		} else if (how === 'closed') {
			await page.close({ runBeforeUnload: true });
		} else if (how === 'reload') {
			await page.reload();
		} else {
			await page.evaluate(() => {
				Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
				document.dispatchEvent(new Event('visibilitychange'));
			});
		}
		await expect.poll(() => revisionIn(late), PATIENT).toBe('7');
	});

	it('without a BroadcastChannel, tabs hear each other by events of localStorage', async () => {
		await context.addInitScript(() => {
			delete (globalThis as { BroadcastChannel?: unknown }).BroadcastChannel;
		});
		const options = { crossTabSync: { channelName: 'tabs' } };
		const [here, there] = [await open(place, options), await open(place, options)];
		for (const revision of ['10', '3', '11']) {
			await here.evaluate(async (given) => {
				globalThis.tab.apply(given, [-0, undefined, 2n ** 64n]);
				await globalThis.tab.flush();
			}, revision);
		}
		await expect.poll(() => there.evaluate(() => globalThis.tab.shown), PATIENT).toEqual(['10', '11']);
		expect(await here.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('revgate')))).toEqual([]);
		await (await open(place, options)).evaluate(() => globalThis.tab.clear());
		expect(await revisionIn(await open(place))).toBeUndefined();
	});

	it('with one, a tab that opens later is told by those that are there', async () => {
		const options = { crossTabSync: { channelName: 'tabs' } };
		const here = await open(place, options);
		await here.evaluate(async () => {
			globalThis.tab.apply('10');
			await globalThis.tab.flush();
		});
		const there = await open(place, options);
		await expect
			.poll(() => there.evaluate(() => [globalThis.tab.shown, globalThis.tab.isCached]), PATIENT)
			.toEqual([['10'], true]);
		await there.evaluate(() => globalThis.tab.apply('9'));
		expect(await there.evaluate(() => [globalThis.tab.shown, globalThis.tab.isCached])).toEqual([['10'], false]);
	});
});

describe('localStorage', () => {
	it('is set right again by whoever has saved a newer state', async () => {
		const here = await open('localStorage');
		const there = await open('localStorage');
		await there.evaluate(async () => {
			globalThis.tab.apply('3');
			await globalThis.tab.flush();
		});
		const old = await there.evaluate(() => localStorage.getItem('place') as string);
		await here.evaluate(async () => {
			globalThis.tab.apply('10');
			await globalThis.tab.flush();
		});
		const late = await open('localStorage');
		// What a process does that read before the other wrote, and wrote after it.
		await there.evaluate((text) => localStorage.setItem('place', text), old);
		await expect.poll(() => revisionIn(late), PATIENT).toBe('10');
		await there.evaluate(() => localStorage.clear());
		await here.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
		expect(await revisionIn(await open('localStorage')), 'emptied is not gone back').toBeUndefined();
	});

	it('a full one is told, and keeps what it has', async () => {
		const page = await open('localStorage');
		const outcome = await page.evaluate(async () => {
			globalThis.tab.apply('1', 'small');
			await globalThis.tab.flush();
			globalThis.tab.apply('2', 'x'.repeat(6_000_000));
			await globalThis.tab.flush();
			return { faults: globalThis.tab.faults, message: globalThis.tab.messages[0] };
		});
		expect(outcome.faults).toEqual(['save quota']);
		expect(outcome.message).toContain('take `createIndexedDBBackend`');
		expect(await revisionIn(await open('localStorage'))).toBe('1');
	});

	it('a tab that holds the lock for ever does not keep another from saving', async () => {
		const here = await open('localStorage');
		const there = await open('localStorage');
		await here.evaluate(
			() => new Promise<void>((held) => void navigator.locks.request('revgate:place', () => new Promise(() => held()))),
		);
		await there.evaluate(async () => {
			globalThis.tab.apply('1');
			await globalThis.tab.flush();
		});
		expect(await revisionIn(here)).toBe('1');
	});

	it('is painted from before the first frame', async () => {
		const page = await open('localStorage');
		await page.evaluate(async () => {
			globalThis.tab.apply('1', 'x'.repeat(100_000));
			await globalThis.tab.flush();
		});
		await page.addInitScript(() => {
			addEventListener('DOMContentLoaded', () => {
				globalThis.tab = globalThis.openTab('localStorage');
				const frame = new Promise((resolve) => requestAnimationFrame(resolve));
				const first = Promise.race([globalThis.tab.load().then(() => 'the state'), frame.then(() => 'a frame')]);
				Object.assign(globalThis, { first });
			});
		});
		await page.reload();
		expect(await page.evaluate(() => (globalThis as unknown as { first: Promise<string> }).first)).toBe('the state');
	});
});

describe('IndexedDB', () => {
	it('a full disk is told, and nothing is lost', async () => {
		// Quotas are of profiles on disk alone.
		const folder = await mkdtemp(join(tmpdir(), 'revgate-'));
		const profile = await playwright.launchPersistentContext(folder, { ...chromium, headless: true });
		try {
			const page = await open('IndexedDB', {}, profile);
			const devtools = await profile.newCDPSession(page);
			await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
			await page.evaluate(async () => {
				globalThis.tab.apply('2', 'x'.repeat(3_000_000));
				await globalThis.tab.flush();
			});
			expect(await page.evaluate(() => globalThis.tab.faults)).toEqual(['save quota']);
			expect(await page.evaluate(() => globalThis.tab.messages[0])).toContain('Free disk space');
			const late = await open('IndexedDB', {}, profile);
			expect(await revisionIn(late)).toBeUndefined();
			await devtools.send('Storage.overrideQuotaForOrigin', { origin });
			await expect
				.poll(async () => {
					await page.evaluate(() => globalThis.tab.flush());
					return revisionIn(late);
				}, PATIENT)
				.toBe('2');
		} finally {
			await profile.close();
			await rm(folder, { recursive: true, force: true });
		}
	});

	it('a connection that the browser takes away, with the data, is opened anew', async () => {
		const page = await open('IndexedDB');
		const devtools = await context.newCDPSession(page);
		for (let round = 1; round <= 10; round++) {
			const saving = page.evaluate(async (first) => {
				for (let revision = first; revision < first + 20; revision++) {
					globalThis.tab.apply(String(revision), 'x'.repeat(10_000));
					await globalThis.tab.flush();
				}
			}, round * 100);
			await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
			await saving;
		}
		expect(await page.evaluate(() => globalThis.tab.messages)).toEqual([]);
		await page.evaluate(async () => {
			globalThis.tab.apply('9999');
			await globalThis.tab.flush();
		});
		expect(await revisionIn(await open('IndexedDB'))).toBe('9999');
	});

	it('what a page has left on its way out is taken in by the next save, and cleared with the rest', async () => {
		const left = (page: Page) => page.evaluate(() => localStorage.length);
		const page = await open('IndexedDB', { debounceMs: 3_600_000 });
		const next = await open('IndexedDB');
		for (const [revision, later] of [
			['7', '8'],
			['9', '3'],
		] as const) {
			await page.evaluate((given) => globalThis.tab.apply(given), revision);
			await page.evaluate(() => dispatchEvent(new Event('pagehide')));
			// Another tab sees it when the browser has passed it on.
			await expect.poll(() => left(next), PATIENT).toBe(1);
			await next.evaluate(async (given) => {
				globalThis.tab.apply(given);
				await globalThis.tab.flush();
			}, later);
		}
		expect(await left(next), 'the 9 is newer than the 3').toBe(1);
		expect(await revisionIn(await open('IndexedDB'))).toBe('9');
		await next.evaluate(() => globalThis.tab.clear());
		expect(await left(next)).toBe(0);
	});

	it('a state that localStorage has no room for may still be in time', async () => {
		const page = await open('IndexedDB', { debounceMs: 3_600_000 });
		await page.evaluate(() => {
			globalThis.tab.apply('7', 'x'.repeat(6_000_000));
			dispatchEvent(new Event('pagehide'));
		});
		const late = await open('IndexedDB');
		await expect.poll(() => revisionIn(late), PATIENT).toBe('7');
	});
});

it.each(['localStorage', 'sessionStorage', 'IndexedDB'] as const)('a sandboxed frame without %s is told, and goes on', async (place) => {
	const page = await context.newPage();
	await page.goto(origin);
	await page.setContent(`<iframe sandbox="allow-scripts" src="${origin}"></iframe>`);
	const frame = page.frames()[1]!;
	await frame.waitForLoadState();
	const outcome = await frame.evaluate(async (given) => {
		const tab = globalThis.openTab(given, { crossTabSync: { channelName: 'tabs' } });
		const loaded = await tab.load();
		tab.apply('1');
		await tab.flush();
		return { loaded, faults: tab.faults, shown: tab.shown, message: tab.messages[0], unheard: globalThis.unheard };
	}, place);
	expect(outcome).toMatchObject({ loaded: null, faults: ['load unavailable', 'save unavailable'], shown: ['1'], unheard: [] });
	expect(outcome.message).toContain('take `createMemoryStorageBackend`, or go without');
});

it('sessionStorage is of one tab, and there after a reload', async () => {
	const [here, there] = [await open('sessionStorage'), await open('sessionStorage')];
	await here.evaluate(async () => {
		globalThis.tab.apply('10');
		await globalThis.tab.flush();
	});
	expect(await revisionIn(there)).toBeUndefined();
	await here.reload();
	await here.evaluate(() => {
		globalThis.tab = globalThis.openTab('sessionStorage');
	});
	expect(await revisionIn(here)).toBe('10');
});

/** Ends the tab's process, as a fault of the browser would. */
async function crash(page: Page): Promise<void> {
	const crashed = page.waitForEvent('crash');
	const devtools = await context.newCDPSession(page);
	devtools.send('Page.crash').catch(() => {}); // Nobody is there to answer.
	await crashed;
	await page.close();
}
