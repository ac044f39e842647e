// One build of the package with esbuild.

import { readFileSync, writeFileSync } from 'node:fs';

import { build } from 'esbuild';
import { minify } from 'terser';

import { here } from './here.mjs';

/** Puts other files in the place of those that are imported by these names. */
function flavour(files) {
	return {
		name: 'flavour',
		setup({ onResolve }) {
			for (const [name, file] of Object.entries(files)) {
				onResolve({ filter: new RegExp(`/${name}\\.js$`) }, () => ({ path: here(file) }));
			}
		},
	};
}

/** What is otherwise in production: options are not checked by tables, and errors say numbers. */
const PRODUCTION = { check: 'src/gate/check-production.ts', say: 'src/words/say-production.ts' };

/**
 * Properties of the package's own objects, which have short names in production. None of them is one
 * that an app, Tauri, the plugin or a state manager reads or writes.
 */
const INTERNAL = [
	'checked',
	'enter',
	'giveUp',
	'hasEnded',
	'hear',
	'hold',
	'holdsAnything',
	'isCopied',
	'isFixed',
	'isHopeless',
	'isOwn',
	'isQuiet',
	'lingers',
	'material',
	'numbers',
	'resume',
	'setVisible',
	'stood',
	'tellReport',
	'ticket',
	'tidy',
	'wide',
];

/** The one dependency that is part of the package: its build for production, as a page has no `process.env`. */
const drafts = {
	name: 'drafts',
	setup({ onResolve }) {
		const path = here('node_modules/mutative/dist/mutative.esm.production.min.mjs');
		onResolve({ filter: /^mutative$/ }, () => ({ path }));
	},
};

/**
 * Bundles the entries together, so that what they share is there once. What the app brings, which
 * is whatever is not within the package, stays an import.
 */
export async function bundle({ entries, gate, isProduction }) {
	const { metafile } = await build({
		entryPoints: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
		plugins: [flavour({ source: gate, ...(isProduction && PRODUCTION) }), drafts],
		bundle: true,
		splitting: true,
		chunkNames: 'chunks/[name]-[hash]',
		format: 'esm',
		target: 'es2022',
		packages: 'external',
		legalComments: 'none',
		minify: isProduction,
		...(isProduction && { mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`) }),
		outdir: here(isProduction ? 'dist/production' : 'dist'),
		absWorkingDir: here(''),
		metafile: true,
	});
	if (isProduction) {
		await Promise.all(Object.keys(metafile.outputs).map(shorten));
	}
}

/**
 * What terser makes shorter and esbuild does not, which is the minifier of many: 80 bytes after gzip.
 * Names are left to that of the app, and functions where they are, as one within another costs more.
 */
async function shorten(file) {
	const path = here(file);
	const compress = { ecma: 2022, reduce_funcs: false };
	const { code } = await minify(readFileSync(path, 'utf8'), { module: true, mangle: false, compress });
	writeFileSync(path, code);
}
