import { fileURLToPath } from 'node:url';

import { compile, compileModule } from 'svelte/compiler';
import type { Plugin } from 'vitest/config';

const client = fileURLToPath(new URL('../node_modules/svelte/src/index-client.js', import.meta.url));

/** Has Node take that of Svelte which is for a client, as what is compiled here is. */
export const svelteClient = [{ find: /^svelte$/, replacement: client }];

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
