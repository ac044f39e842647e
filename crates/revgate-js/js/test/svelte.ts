import { fileURLToPath } from 'node:url';

import { compile, compileModule } from 'svelte/compiler';
import type { Plugin } from 'vitest/config';

const module = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

/** Has Node take those of Svelte and Solid which are for a client, as what is compiled here is. */
export const svelteClient = [
	{ find: /^svelte$/, replacement: module('svelte/src/index-client.js') },
	{ find: /^svelte\/reactivity$/, replacement: module('svelte/src/reactivity/index-client.js') },
	{ find: /^svelte\/store$/, replacement: module('svelte/src/store/index-client.js') },
	{ find: /^solid-js$/, replacement: module('solid-js/dist/solid.js') },
];

/** Compiles components and modules with runes. */
export function svelte(): Plugin {
	return {
		name: 'svelte',
		transform(source, filename) {
			if (/\.svelte\.[jt]s$/.test(filename)) return compileModule(source, { filename, generate: 'client' }).js;
			if (filename.endsWith('.svelte')) return compile(source, { filename, generate: 'client' }).js;
			return undefined;
		},
	};
}
