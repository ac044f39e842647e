// One build of the package with esbuild.

import { build } from 'esbuild';

import { here } from './here.mjs';

/** Puts another file in the place of `src/gate/source.ts`. */
function gateFrom(file) {
	return {
		name: 'gate',
		setup({ onResolve }) {
			onResolve({ filter: /\/source\.js$/ }, () => ({ path: here(file) }));
		},
	};
}

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
export async function bundle({ entries, gate }, options = {}) {
	return build({
		entryPoints: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
		plugins: [gateFrom(gate), drafts],
		bundle: true,
		splitting: true,
		chunkNames: 'chunks/[name]-[hash]',
		format: 'esm',
		target: 'es2022',
		packages: 'external',
		legalComments: 'none',
		outdir: here('dist'),
		...options,
	});
}
