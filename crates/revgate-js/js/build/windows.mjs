// Bundles the pages of `test/windows` with the built package into the folder that it is given, for
// the tests in real windows: `node build/windows.mjs FOLDER`.

import { readdirSync, rmSync } from 'node:fs';

import { build } from 'esbuild';

import { here } from './here.mjs';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node build/windows.mjs FOLDER');

rmSync(folder, { recursive: true, force: true });
await build({
	entryPoints: readdirSync(here('test/windows/managers')).map((file) => here(`test/windows/managers/${file}`)),
	bundle: true,
	splitting: true,
	format: 'esm',
	target: 'es2022',
	outdir: folder,
	// Redux and others time themselves in development, and complain.
	define: { 'process.env.NODE_ENV': '"production"' },
	// Not the project's own, in which the package is its source.
	tsconfigRaw: {},
	logOverride: { 'ignored-bare-import': 'silent' },
});
