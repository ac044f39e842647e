// Bundles a page for each system into the folder that it is given: `node build.mjs FOLDER`. What
// wasm-bindgen has made of the page in Rust is in `rust`.

import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';

import { build } from 'esbuild';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node build.mjs FOLDER');

const peers = readdirSync('src/peers').map((file) => parse(file).name);
await build({
	entryPoints: peers.map((peer) => `src/peers/${peer}.ts`),
	bundle: true,
	// As an app is shipped.
	minify: true,
	conditions: ['production'],
	format: 'esm',
	target: 'es2022',
	outdir: folder,
	define: { 'process.env.NODE_ENV': '"production"', 'import.meta.env': '{}' },
	logOverride: { 'ignored-bare-import': 'silent' },
});

// As trunk does for an app that is shipped: the module made small, and fetched from the beginning.
const modules = { 'push-rust': 'by-hand_bg.wasm', 'revgate-rust': 'page_bg.wasm', 'revgate-rows': 'rows_bg.wasm' };
const features = ['bulk-memory', 'mutable-globals', 'nontrapping-float-to-int', 'reference-types', 'sign-ext'];
for (const module of Object.values(modules)) {
	execFileSync(process.execPath, [
		'node_modules/binaryen/bin/wasm-opt',
		...features.map((name) => `--enable-${name}`),
		'-Oz',
		'--strip-debug',
		join('rust', module),
		'-o',
		join(folder, module),
	]);
}
const preload = (module) => `<link rel="preload" href="${module}" as="fetch" type="application/wasm" crossorigin>
`;
// A page that shows one of a family asks for it before anything else.
const early = `<script>
const state = new URLSearchParams(location.search).get('state');
window.__REVGATE__?.preload('state:' + state);
</script>
`;
for (const peer of peers) {
	const asks = peer === 'revgate-rust' || peer === 'revgate-js' ? early : '';
	const links = asks + (modules[peer] ? preload(modules[peer]) : '');
	const page = `<!doctype html>
<meta charset="utf-8">
<title>${peer}</title>
${links}<body></body>
<script type="module" src="${peer}.js"></script>
`;
	writeFileSync(join(folder, `${peer}.html`), page);
}
copyFileSync('../pages/idle.html', join(folder, 'idle.html'));
