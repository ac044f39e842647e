import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, inject, test } from 'vitest';

import { PACKAGE } from './install.js';

const run = promisify(execFile);
const installed = join(inject('projects'), 'node_modules/revgate');
const tarball = join(inject('projects'), 'revgate-0.1.0.tgz');
const files = readdirSync(installed, { recursive: true, withFileTypes: true })
	.filter((entry) => entry.isFile())
	.map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1).replaceAll('\\', '/'));
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));

test('the tarball holds what is used, its licences and how to use it, and nothing else', () => {
	expect(files.filter((file) => !file.startsWith('dist/')).sort()).toEqual([
		'LICENSE-APACHE',
		'LICENSE-MIT',
		'README.md',
		'package.json',
	]);
	const others = files.filter((file) => file.startsWith('dist/') && !/\.(js|d\.ts|wasm)$/.test(file));
	// The licence of what is bundled.
	expect(others).toEqual(['dist/LICENSE-mutative']);
});

test('every condition has its types first, and whoever knows none gets the words of errors', () => {
	for (const [name, entry] of Object.entries(manifest.exports)) {
		if (typeof entry === 'object') {
			expect([name, ...Object.keys(entry as object)]).toEqual([name, 'types', 'production', 'default']);
		}
	}
});

test('publint finds nothing', async () => {
	const content = readFileSync(tarball);
	const { messages, pkg } = await publint({
		strict: true,
		pack: { tarball: content.buffer.slice(content.byteOffset, content.byteOffset + content.length) },
	});
	expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('the types resolve wherever an ES module is imported', async () => {
	const attw = join(PACKAGE, 'node_modules/@arethetypeswrong/cli/dist/index.js');
	const options = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii'];
	const words = [attw, tarball, ...options, '--exclude-entrypoints', './gate.wasm'];
	const { code = 0, stdout } = await run(process.execPath, words).catch((error) => error);
	expect(stdout).toContain('"revgate/zustand"');
	expect(code, stdout).toBe(0);
});

test('it imports nothing that it does not name as a peer, which an app may leave out', () => {
	const imports = files.filter((file) => file.endsWith('.js')).flatMap((file) => {
		const code = readFileSync(join(installed, file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '');
		return [...code.matchAll(/^(?:import|export|\}) ?[^\n]*?"([^."][^"]*)";$/gm)].map(([, name]) => name?.split('/')[0]);
	});
	const { dependencies = {}, peerDependencies, peerDependenciesMeta } = manifest;
	const peers = Object.keys(peerDependencies).sort();
	expect(peers).toEqual(expect.arrayContaining(imports));
	expect(peers.filter((name) => !peerDependenciesMeta[name].optional)).toEqual([]);
	expect(dependencies).toEqual({});
});

test('its code needs no eval, no Function, and does not ask where it lies', () => {
	const code = files.filter((file) => file.endsWith('.js'));
	const needs = code.map((file) => [
		file,
		// As words, wasm-bindgen has `Function(${name})`.
		readFileSync(join(installed, file), 'utf8').match(/\beval\(|\bFunction\((?!\$\{)|import\.meta/g),
	]);
	expect(needs.length).toBeGreaterThan(8);
	expect(needs.filter(([, found]) => found)).toEqual([]);
});
