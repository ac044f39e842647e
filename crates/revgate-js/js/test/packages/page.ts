import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { type Browser, type BrowserContext, chromium as browserType, type Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';

import { chromium } from '../chromium.js';

const TYPES: Record<string, string> = {
	'.html': 'text/html',
	'.js': 'text/javascript',
	'.mjs': 'text/javascript',
	'.wasm': 'application/wasm',
};

/** A browser for the tests of a file. */
export function useBrowser(): {
	open(address: string, before?: () => void): Promise<Opened>;
	/** A person's browser, whose tabs share what it keeps. */
	person(): Promise<BrowserContext>;
} {
	let browser: Browser;
	beforeAll(async () => {
		browser = await browserType.launch({ ...chromium, headless: true });
	});
	afterAll(() => browser.close());
	return {
		person: () => browser.newContext(),
		async open(address, before) {
			const page = await browser.newPage();
			const complaints: string[] = [];
			page.on('pageerror', (error) => complaints.push(String(error)));
			if (before) {
				await page.addInitScript(before);
			}
			await page.goto(address);
			return { page, complaints };
		},
	};
}

export interface Opened {
	page: Page;
	/** What was thrown in the page and nobody caught. */
	complaints: string[];
}

/** What the page's script has come to, as it says in `globalThis.outcome`. */
export function outcome(page: Page): Promise<unknown> {
	return page.evaluate(() => (globalThis as { outcome?: unknown }).outcome);
}

/** Serves a folder on a free port; ends with the test that it was made for. */
export async function serve(
	folder: string,
	headers: Record<string, string> = {},
): Promise<{ address: string } & AsyncDisposable> {
	const server: Server = createServer(({ url = '/' }, response) => {
		const { pathname } = new URL(url, 'http://localhost');
		const path = join(folder, normalize(pathname));
		try {
			const content = readFileSync(path);
			const type = TYPES[extname(path)] ?? 'text/plain';
			response.writeHead(200, { 'content-type': type, ...headers }).end(content);
		} catch {
			response.writeHead(404).end();
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	return {
		address: `http://127.0.0.1:${port}`,
		[Symbol.asyncDispose]: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => resolve());
			}),
	};
}
