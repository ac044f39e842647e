import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { expect, inject, test } from 'vitest';
import webpack from 'webpack';

import { FOLLOWED } from './followed.js';
import { outcome, serve, useBrowser } from './page.js';

const projects = inject('projects');
const browser = useBrowser();

async function follows(address: string): Promise<void> {
	const { page, complaints } = await browser.open(address);
	expect(await outcome(page)).toEqual(FOLLOWED);
	expect(complaints).toEqual([]);
}

async function bundle(project: string, options: esbuild.BuildOptions = {}): Promise<void> {
	const result = await esbuild.build({
		entryPoints: [join(projects, project, 'main.js')],
		outfile: join(projects, project, 'dist/main.js'),
		bundle: true,
		minify: true,
		// Fails if anything is awaited at the top of a module.
		format: 'iife',
		logLevel: 'silent',
		...options,
	});
	expect(result.warnings).toEqual([]);
}

test('Vite serves it while developing', async () => {
	const server = await vite.createServer({
		root: join(projects, 'vite'),
		configFile: false,
		logLevel: 'error',
		server: { port: 0 },
	});
	try {
		await server.listen();
		await follows(server.resolvedUrls?.local[0] ?? 'no address');
	} finally {
		await server.close();
	}
});

test('Vite builds it', async () => {
	const root = join(projects, 'vite');
	await vite.build({ root, configFile: false, logLevel: 'error' });
	await using server = await serve(join(root, 'dist'));
	await follows(`${server.address}/index.html`);
});

test('Vite builds the slim flavour with the module beside it', async () => {
	const root = join(projects, 'slim');
	await vite.build({ root, configFile: false, logLevel: 'error', build: { assetsInlineLimit: 0 } });
	const assets = readdirSync(join(root, 'dist/assets'));
	expect(assets.filter((name) => name.endsWith('.wasm'))).toHaveLength(1);
	await using server = await serve(join(root, 'dist'));
	await follows(`${server.address}/index.html`);
});

test('webpack builds it', async () => {
	const compiler = webpack({
		mode: 'production',
		context: join(projects, 'webpack'),
		entry: './main.js',
		output: { path: join(projects, 'webpack/dist'), filename: 'main.js' },
		performance: { hints: false },
	});
	const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
		compiler.run((error, stats) => (error ? reject(error) : resolve(stats)));
	});
	expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
		errors: [],
		warnings: [],
	});
	await using server = await serve(join(projects, 'webpack'));
	await follows(`${server.address}/index.html`);
});

test('esbuild builds it as a classic script', async () => {
	await bundle('esbuild');
	await using server = await serve(join(projects, 'esbuild'));
	await follows(`${server.address}/index.html`);
});

test('a page without a bundler imports it', async () => {
	await using server = await serve(projects);
	await follows(`${server.address}/script/index.html`);
});

test('a policy that forbids WASM is named in the error, with both ways out', async () => {
	await bundle('esbuild');
	const policy = "default-src 'none'; script-src 'self'";
	await using server = await serve(join(projects, 'esbuild'), { 'content-security-policy': policy });
	const { page } = await browser.open(`${server.address}/index.html`);
	await expect(outcome(page)).rejects.toThrow(
		/GateLoadError: .*add 'wasm-unsafe-eval' to its script-src, or import 'revgate\/js'.*Content Security policy/is,
	);
});

test.each(['index', 'slim'])('under such a policy nothing waits for ever, and all says why (%s.js)', async (entry) => {
	const policy = "default-src 'self'; script-src 'self'";
	await using server = await serve(projects, { 'content-security-policy': policy });
	const { page, complaints } = await browser.open(`${server.address}/script/empty.html`);
	const { words, statuses } = (await page.evaluate(`(async () => {
		const { createTopic, createRevisionSync, provideGate } = await import('/node_modules/revgate/dist/${entry}.js');
		const statuses = [];
		const never = () => new Promise(() => {});
		const asked = [];
		if (provideGate) asked.push(provideGate('/node_modules/revgate/dist/gate.wasm'));
		const topic = createTopic('settings');
		topic.onStatus(({ type }) => statuses.push('topic ' + type));
		const sync = createRevisionSync({
			topic: 'settings',
			subscriber: { subscribe: never },
			provider: { getSnapshot: never },
			applier: { apply: never },
			onStatus: ({ type }) => statuses.push('sync ' + type),
		});
		asked.push(topic.update(() => ({})), topic.refresh(), topic.ready(), sync.start(), sync.refresh());
		const words = await Promise.all(asked.map((it) => it.then(() => 'well', (error) => error.message)));
		return { words, statuses: [...statuses, 'topic ' + topic.status().type] };
	})()`)) as { words: string[]; statuses: string[] };
	expect(words).toHaveLength(entry === 'slim' ? 6 : 5);
	for (const word of words) expect(word).toMatch(/add 'wasm-unsafe-eval' to its script-src, or import 'revgate\/js'.*Content Security policy/is);
	expect(new Set(statuses)).toEqual(new Set(['topic failed', 'sync failed']));
	expect(complaints).toEqual([]);
});

test("'wasm-unsafe-eval' is enough of a policy", async () => {
	await bundle('esbuild');
	const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
	await using server = await serve(join(projects, 'esbuild'), { 'content-security-policy': policy });
	await follows(`${server.address}/index.html`);
});

test('`revgate/js` works under a policy that forbids WASM', async () => {
	await bundle('js');
	const policy = "default-src 'none'; script-src 'self'";
	await using server = await serve(join(projects, 'js'), { 'content-security-policy': policy });
	await follows(`${server.address}/index.html`);
});

test('an import compiles nothing, and the first use compiles once', async () => {
	const entry = "import * as revgate from 'revgate'; globalThis.revgate = revgate;";
	const first = "import { follow } from './follow.js'; globalThis.follow = follow;";
	await esbuild.build({
		stdin: { contents: `${entry}${first}`, resolveDir: projects },
		outfile: join(projects, 'script/once.js'),
		bundle: true,
		format: 'esm',
	});
	await using server = await serve(projects);
	const { page } = await browser.open(`${server.address}/script/empty.html`, () => {
		const compiled: string[] = [];
		for (const name of ['Module', 'Instance', 'instantiate', 'compile'] as const) {
			const original = WebAssembly[name] as unknown as object;
			const note = () => compiled.push(name);
			Object.assign(WebAssembly, {
				[name]: new Proxy(original, {
					apply: (target, self, words) => (note(), Reflect.apply(target as never, self, words)),
					construct: (target, words) => (note(), Reflect.construct(target as never, words)),
				}),
			});
		}
		Object.assign(globalThis, { compiled });
	});
	// As text: what vitest makes of an import works in vitest alone.
	const compiled = await page.evaluate(`(async () => {
		await import('/script/once.js');
		const imported = [...compiled];
		await follow(revgate);
		await follow(revgate);
		return { imported, used: compiled };
	})()`);
	expect(compiled).toEqual({ imported: [], used: ['Module', 'Instance'] });
});
