import { transform } from 'esbuild';
import type { Plugin } from 'vitest/config';

/** Compiles decorators, which no engine has yet. */
export function decorators(): Plugin {
	return {
		name: 'decorators',
		enforce: 'pre',
		async transform(source, filename) {
			if (!filename.endsWith('/decorated.ts')) return undefined;
			const { code, map } = await transform(source, { loader: 'ts', target: 'es2022', sourcemap: 'external' });
			return { code, map };
		},
	};
}
