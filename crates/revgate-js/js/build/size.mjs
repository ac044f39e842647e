// What the parts of the package weigh in an app, as a bundler makes them of `dist`: minified, then
// gzip -9; in the build for production, and in the one for development. Fails if core, Tauri and the
// heaviest applier are together above the limit in production, which is what they weigh now and no more
// than a little: nothing grows unseen. 10 KB were wanted. What stands in the way is in docs/decisions.md.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { entries } from './entries.mjs';
import { here } from './here.mjs';

const LIMIT = 12.3 * 1024;

const { peerDependencies = {} } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

/** An app of these exports of one folder, without the libraries that it brings itself. */
async function app(folder, ...exports) {
	const { outputFiles, metafile } = await build({
		stdin: { contents: exports.join('\n'), resolveDir: here(folder) },
		bundle: true,
		minify: true,
		format: 'esm',
		target: 'es2022',
		external: Object.keys(peerDependencies),
		// The chunks of `dist` import each other for an order that does not matter.
		logLevel: 'error',
		metafile: true,
		write: false,
	});
	const [output] = Object.values(metafile.outputs);
	const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
	return { size, names: output.exports };
}

/** What these exports weigh in production; adds a row of that and of what they weigh in development. */
async function row(name, ...exports) {
	const [{ size }, { size: developed }] = [await app('dist/production', ...exports), await app('dist', ...exports)];
	line(name, size, developed);
	return size;
}

const lines = [];
const line = (name, ...numbers) => lines.push(name.padEnd(46) + numbers.map((it) => String(it).padStart(12)).join(''));
line('', 'production', 'development');

const gate = gzipSync(readFileSync(here('dist/gate.wasm')), { level: 9 }).length;
const core = "export { createRevisionSync } from './index.js'";
const tauri = "export { createTauriRevisionSync } from './index.js'";
line('the gate: gate.wasm', gate);
await row('core and Tauri', core, tauri);
await row('core and Tauri, the gate in a file of its own', core.replace('index', 'slim'), tauri.replace('index', 'slim'));

let heaviest = 0;
for (const { name } of entries()) {
	const all = `export * from './${name}.js'`;
	const { names } = await app('dist', all);
	await row(`revgate${name === 'index' ? '' : `/${name}`}`, all);
	if (name === 'index') {
		for (const maker of names.filter((it) => it.startsWith('create'))) {
			await row(`  ${maker}`, `export { ${maker} } from './index.js'`);
		}
	}
	const applier = names.find((it) => /^create\w+SnapshotApplier$/.test(it));
	if (applier) {
		const together = await row(`  ${applier}, core and Tauri`, core, tauri, `export { ${applier} } from './${name}.js'`);
		heaviest = Math.max(heaviest, together);
	}
}

console.log(lines.join('\n'));
if (heaviest === 0 || heaviest > LIMIT) {
	console.log(`core, Tauri and one applier: ${heaviest} bytes; at most ${LIMIT} are allowed`);
	process.exitCode = 1;
}
console.log(`gate_gzip=${gate} one_applier_gzip=${heaviest}`);
