// What the parts of the package weigh in an app, as a bundler makes them of `dist`: minified, then
// gzip -9. Fails if core, Tauri and the heaviest applier are together above the limit.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { entries } from './entries.mjs';
import { here } from './here.mjs';

const LIMIT = 10 * 1024;

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
		metafile: true,
		write: false,
	});
	const [output] = Object.values(metafile.outputs);
	const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
	return { size, names: output.exports };
}

const sizeOf = async (...exports) => (await app(...exports)).size;
const rows = [];
const row = (name, bytes) => rows.push(`${name.padEnd(44)}${String(bytes).padStart(7)}`);

const gate = gzipSync(readFileSync(here('dist/gate.wasm')), { level: 9 }).length;
const core = "export { createRevisionSync } from './index.js'";
const tauri = "export { createTauriRevisionSync } from './index.js'";
const coreSize = await sizeOf(core);
row('gate (gate.wasm)', gate);
row('core: gate and createRevisionSync', coreSize);
row('core and Tauri: createTauriRevisionSync', await sizeOf(core, tauri));

let heaviest = 0;
for (const { name } of entries()) {
	const { size, names } = await app(`export * from './${name}.js'`);
	row(`revgate${name === 'index' ? '' : `/${name}`}, all of it, on its own`, size);
	const applier = names.find((it) => /^create\w+SnapshotApplier$/.test(it));
	if (applier) {
		const together = await sizeOf(core, tauri, `export { ${applier} } from './${name}.js'`);
		row(`  core, Tauri and ${applier}`, together);
		heaviest = Math.max(heaviest, together);
	}
}
row('core and createTopic', await sizeOf(core, "export { createTopic } from './index.js'"));

console.log(rows.join('\n'));
if (heaviest === 0 || heaviest > LIMIT) {
	console.log(`core, Tauri and one applier: ${heaviest} bytes; at most ${LIMIT} are allowed`);
	process.exitCode = 1;
}
console.log(`gate_gzip=${gate} one_applier_gzip=${heaviest}`);
