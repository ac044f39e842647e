// What the parts of the package weigh in an app, as a bundler makes them of `dist`: minified, then
// gzip -9. Fails if core, Tauri and the heaviest applier are together above the limit, which is what
// they weigh now and no more than a little: nothing grows unseen. 10 KB were wanted. What stands in
// the way is in docs/decisions.md.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { entries } from './entries.mjs';
import { here } from './here.mjs';

const LIMIT = 14 * 1024;

const { peerDependencies = {} } = JSON.parse(readFileSync(here('package.json'), 'utf8'));

/** An app of these exports, without the libraries that it brings itself. */
async function app(...exports) {
	const { outputFiles, metafile } = await build({
		stdin: { contents: exports.join('\n'), resolveDir: here('dist') },
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

const sizeOf = async (...exports) => (await app(...exports)).size;
const rows = [];
const row = (name, bytes) => rows.push(`${name.padEnd(46)}${String(bytes).padStart(7)}`);

const gate = gzipSync(readFileSync(here('dist/gate.wasm')), { level: 9 }).length;
const core = "export { createRevisionSync } from './index.js'";
const tauri = "export { createTauriRevisionSync } from './index.js'";
row('the gate: gate.wasm', gate);
row('core and Tauri', await sizeOf(core, tauri));
row('core and Tauri, the gate in a file of its own', await sizeOf(core.replace('index', 'slim'), tauri.replace('index', 'slim')));

let heaviest = 0;
for (const { name } of entries()) {
	const { size, names } = await app(`export * from './${name}.js'`);
	row(`revgate${name === 'index' ? '' : `/${name}`}`, size);
	if (name === 'index') {
		for (const maker of names.filter((it) => it.startsWith('create'))) {
			row(`  ${maker}`, await sizeOf(`export { ${maker} } from './index.js'`));
		}
	}
	const applier = names.find((it) => /^create\w+SnapshotApplier$/.test(it));
	if (applier) {
		const together = await sizeOf(core, tauri, `export { ${applier} } from './${name}.js'`);
		row(`  ${applier}, core and Tauri`, together);
		heaviest = Math.max(heaviest, together);
	}
}

console.log(rows.join('\n'));
if (heaviest === 0 || heaviest > LIMIT) {
	console.log(`core, Tauri and one applier: ${heaviest} bytes; at most ${LIMIT} are allowed`);
	process.exitCode = 1;
}
console.log(`gate_gzip=${gate} one_applier_gzip=${heaviest}`);
