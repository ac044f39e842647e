import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { describe, expect, inject, test } from 'vitest';
import webpack from 'webpack';

import { FOLLOWED } from './followed.js';
import { PACKAGE } from './install.js';
import { outcome, serve, useBrowser } from './page.js';

const projects = inject('projects');
const browser = useBrowser();
const run = promisify(execFile);

/** What contradictory options, what is no time, and a missing part lead to in Node, with these conditions. */
async function said(...conditions: string[]): Promise<Record<'contradiction' | 'explained' | 'noTime' | 'missing', string>> {
	const code = `
		import { createRevisionSync } from 'revgate';
		import { explain } from 'revgate/errors';
		const parts = { topic: 'settings', subscriber: { subscribe() {} }, provider: { getSnapshot() {} } };
		const words = (options) => { try { createRevisionSync(options); return 'nothing'; } catch (error) { return String(error); } };
		const contradiction = words({ ...parts, applier: { apply() {} }, gate: { resyncMs: 1 } });
		const noTime = words({ ...parts, applier: { apply() {} }, throttling: { debounceMs: NaN } });
		console.log(JSON.stringify({ contradiction, explained: explain(contradiction), noTime, missing: words(parts) }));
	`;
	const words = [...conditions.map((it) => `--conditions=${it}`), '--input-type=module', '--eval', code];
	const { stdout } = await run(process.execPath, words, { cwd: join(projects, 'node') });
	return JSON.parse(stdout);
}

const WORDS = '`resyncMs` must not be shorter than `fetchTimeoutMs`';
const MISSING = 'TypeError: [revgate] `applier` must be an object with apply, not undefined';

describe('errors have words', () => {
	test.each([[[]], [['development']]])('in Node by default, and with the condition %j', async (conditions) => {
		const contradiction = `RangeError: ${WORDS}`;
		const noTime = 'RangeError: [revgate] `debounceMs` must be milliseconds from 0 on, not NaN';
		expect(await said(...conditions)).toEqual({ contradiction, explained: contradiction, noTime, missing: MISSING });
	});

	test('while Vite serves', async () => {
		const root = join(projects, 'vite');
		const server = await vite.createServer({ root, configFile: false, logLevel: 'error', server: { port: 0 } });
		try {
			await server.listen();
			const { page } = await browser.open(server.resolvedUrls?.local[0] ?? 'no address');
			const missing = await page.evaluate(`(async () => {
				const { createRevisionSync } = await import('/@id/revgate');
				const part = () => ({ subscribe() {}, getSnapshot() {} });
				try { createRevisionSync({ topic: 'settings', subscriber: part(), provider: part() }); } catch (error) { return String(error); }
			})()`);
			expect(missing).toBe(MISSING);
		} finally {
			await server.close();
		}
	});

	test('when webpack builds for development', async () => {
		expect((await webpacked('development')).includes('must not be shorter than')).toBe(true);
	});

	test('when a bundler is told no condition', async () => {
		expect((await bundled()).includes('must not be shorter than')).toBe(true);
	});
});

describe('errors have numbers, and no option is checked by a table', () => {
	test('in Node with the condition `production`', async () => {
		const { contradiction, explained, noTime, missing } = await said('production');
		expect(contradiction).toBe('RangeError: revgate/errors 16 []');
		expect(explained).toBe(`RangeError: ${WORDS}`);
		// What is no time, the core refuses.
		expect(noTime).toBe('RangeError: revgate/errors 18 ["debounceMs"]');
		expect(missing).toBe('nothing');
	});

	test('when Vite builds', async () => {
		// Within vitest, `NODE_ENV` says that this is a test, and Vite would believe it.
		const { NODE_ENV: _, ...env } = process.env;
		const [cwd, command] = [join(projects, 'vite'), join(PACKAGE, 'node_modules/vite/bin/vite.js')];
		await run(process.execPath, [command, 'build', '--outDir', 'production'], { cwd, env });
		const assets = join(cwd, 'production/assets');
		const files = readdirSync(assets).filter((name) => name.endsWith('.js'));
		isOfProduction(files.map((file) => readFileSync(join(assets, file), 'utf8')).join());
		await using server = await serve(join(cwd, 'production'));
		const { page, complaints } = await browser.open(`${server.address}/index.html`);
		expect(await outcome(page)).toEqual(FOLLOWED);
		expect(complaints).toEqual([]);
	});

	test('when webpack builds for production', async () => isOfProduction(await webpacked('production')));

	test('when esbuild is told the condition', async () => isOfProduction(await bundled('production')));
});

function isOfProduction(code: string): void {
	const words = ['revgate/errors ', 'must not be shorter than', 'must be an object', 'an object with ', "'wasm-unsafe-eval'"];
	// What a page's policy forbids often shows only where the app is built: that has words everywhere.
	expect(words.filter((it) => code.includes(it))).toEqual(['revgate/errors ', "'wasm-unsafe-eval'"]);
}

async function bundled(...conditions: string[]): Promise<string> {
	const entryPoints = [join(projects, 'esbuild/main.js')];
	const { outputFiles } = await esbuild.build({ entryPoints, bundle: true, minify: true, write: false, conditions });
	return outputFiles[0]?.text ?? '';
}

async function webpacked(mode: 'development' | 'production'): Promise<string> {
	const path = join(projects, 'webpack', mode);
	const compiler = webpack({ mode, context: join(projects, 'webpack'), entry: './main.js', output: { path, filename: 'main.js' } });
	await new Promise((resolve, reject) => compiler.run((error) => (error ? reject(error) : resolve(undefined))));
	return readFileSync(join(path, 'main.js'), 'utf8');
}
