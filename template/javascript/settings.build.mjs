import { build } from 'esbuild';

await build({
	entryPoints: ['settings.html', 'settings.ts', 'styles.css'],
	bundle: true,
	format: 'esm',
	loader: { '.html': 'copy' },
	outdir: process.env.TRUNK_STAGING_DIR,
});
