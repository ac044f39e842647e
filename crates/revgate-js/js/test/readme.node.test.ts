import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile as compileSvelte } from 'svelte/compiler';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc';

import { guide, isComponent, page, type Page, writeModules } from './pages.js';

const here = fileURLToPath(new URL('..', import.meta.url));
const folder = `${here}readme-blocks`;

/** What only Rust reads is not meant. */
const READMES = [page('README.md', 'root'), page('crates/revgate-js/js/README.md', 'package')];
const GUIDE = guide();

/** What the blocks of the READMEs speak of and an app would have. The guide's say it themselves. */
const NAMES = `
import type { InvalidationSubscriber, SnapshotProvider } from 'revgate';
declare global {
	interface Settings { theme: string; fontSize: number }
	interface SettingsStore extends Settings { isLoading: boolean; setTheme(theme: string): void }
	const useSettings: import('zustand').UseBoundStore<import('zustand').StoreApi<SettingsStore>>;
	const listen: typeof import('@tauri-apps/api/event').listen;
	const invoke: typeof import('@tauri-apps/api/core').invoke;
	type Doc = { title: string };
	type LargeInteger = number;
	const subscriber: InvalidationSubscriber;
	const provider: SnapshotProvider<Settings>;
	function show(state: unknown, revision?: string): void;
	function save(): void;
}
`;

/** What bundlers make of a file, and what an app has before it is moved here. */
const FILES = `
declare module '*?url' { const address: string; export default address; }
declare module '@statesync/core' { export * from 'revgate'; }
declare module '@statesync/tauri' { export * from 'revgate/tauri'; }
declare module '@statesync/zustand' { export * from 'revgate/zustand'; }
`;

function project(name: string): string {
	mkdirSync(`${folder}/${name}`, { recursive: true });
	writeFileSync(`${folder}/${name}/files.d.ts`, FILES);
	const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, allowJs: true };
	const tsconfig = { extends: '../../tsconfig.json', compilerOptions, include: ['.'] };
	writeFileSync(`${folder}/${name}/tsconfig.json`, JSON.stringify(tsconfig));
	return `${folder}/${name}`;
}

/** What the compiler says of these pages' modules, by the lines of the pages. */
function compile(project: string, pages: readonly Page[]): string {
	try {
		return execFileSync('npx', ['tsc', '-p', project], { cwd: here, encoding: 'utf8' });
	} catch (error) {
		const { stdout } = error as { stdout: string };
		const module = ({ name }: Page) => new RegExp(`^\\S+/${name}/[^/(]+(?=\\()`, 'gm');
		return pages.reduce((said, page) => said.replace(module(page), page.path), stdout);
	}
}

/** What is wrong with a component in a single file, but for the types in its script. */
function faults(filename: string, language: string, source: string): unknown[] {
	if (language === 'html') return compileSvelte(source, { generate: 'client', filename }).warnings;
	const { descriptor, errors } = parse(source, { filename });
	const { bindings = {} } = compileScript(descriptor, { id: 'page' });
	const template = compileTemplate({
		source: descriptor.template?.content ?? '',
		filename,
		id: 'page',
		compilerOptions: { bindingMetadata: bindings, prefixIdentifiers: true, inline: true },
	});
	return [...errors, ...template.errors];
}

// Before the tests are collected, for some of them stand in the pages.
rmSync(folder, { recursive: true, force: true });
const [readmes, pages] = [project('readmes'), project('guide')];
writeFileSync(`${readmes}/names.ts`, NAMES);
for (const readme of READMES) writeModules(readme, readmes, () => 'ts');
for (const page of GUIDE) writeModules(page, pages, (language) => (language === 'js' ? 'js' : 'ts'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('has blocks in both READMEs and in the guide', () => {
	for (const { blocks } of READMES) expect(blocks).not.toEqual([]);
	expect(GUIDE.flatMap(({ blocks }) => blocks)).not.toEqual([]);
});

it('compiles every block of the READMEs', { timeout: 120_000 }, () => {
	expect(compile(readmes, READMES)).toBe('');
});

it('compiles every block of the guide', { timeout: 120_000 }, () => {
	expect(compile(pages, GUIDE)).toBe('');
});

it('compiles every component of the guide', () => {
	const components = GUIDE.flatMap(({ path, blocks }) => blocks.map((block) => ({ path, ...block })))
		.filter(({ text }) => isComponent(text));
	expect(components).not.toEqual([]);
	for (const { path, language, text, above } of components) {
		expect(faults(path, language, '\n'.repeat(above) + text), path).toEqual([]);
	}
});

for (const { path, name, blocks } of GUIDE) {
	const tests = blocks.flatMap(({ file }) => (file?.endsWith('.test.ts') ? [file] : []));
	if (tests.length === 0) continue;
	describe(`what stands in ${path}`, async () => {
		// An edit that is refused is told to the console, too.
		beforeEach(() => void vi.spyOn(console, 'warn').mockReturnValue());
		afterEach(() => void vi.restoreAllMocks());
		for (const file of tests) await import(/* @vite-ignore */ `${pages}/${name}/${file}`);
	});
}
