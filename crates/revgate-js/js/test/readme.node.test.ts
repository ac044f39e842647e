import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const here = fileURLToPath(new URL('..', import.meta.url));
const folder = `${here}readme-blocks`;

/** The READMEs, and which of their blocks are meant. What only Rust reads is not. */
const READMES = { root: '../../../README.md', package: 'README.md' };

/** What the blocks speak of and an app would have. */
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

/** What bundlers make of a file. */
const FILES = `declare module '*?url' { const address: string; export default address; }`;

function blocks(readme: string): string[] {
	const text = readFileSync(new URL(readme, new URL('..', import.meta.url)), 'utf8');
	return [...text.matchAll(/^```(?:js|ts)\n(.*?)^```/gms)].map(([, block]) => block ?? '');
}

function compile(): string {
	try {
		return execFileSync('npx', ['tsc', '-p', folder], { cwd: here, encoding: 'utf8' });
	} catch (error) {
		return (error as { stdout: string }).stdout;
	}
}

beforeAll(() => {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder);
	writeFileSync(`${folder}/names.ts`, NAMES);
	writeFileSync(`${folder}/files.d.ts`, FILES);
	const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
	const tsconfig = { extends: '../tsconfig.json', compilerOptions, include: ['.'] };
	writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(tsconfig));
	for (const [name, readme] of Object.entries(READMES)) {
		for (const [number, block] of blocks(readme).entries()) {
			// A module, even if it imports nothing.
			writeFileSync(`${folder}/${name}-${number + 1}.ts`, `${block}\nexport {};\n`);
		}
	}
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('has blocks in both', () => {
	for (const readme of Object.values(READMES)) expect(blocks(readme)).not.toEqual([]);
});

it('compiles every block of the READMEs', { timeout: 120_000 }, () => {
	expect(compile()).toBe('');
});
