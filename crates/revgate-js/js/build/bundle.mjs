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

/**
 * Bundles the entries together, so that what they share is there once. What the app brings, which
 * is whatever is not within the package, stays an import.
 */
export async function bundle({ entries, gate }, options = {}) {
	return build({
		entryPoints: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
		plugins: [gateFrom(gate)],
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
