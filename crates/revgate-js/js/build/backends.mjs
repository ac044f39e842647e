// Builds what a page has that is a backend to itself, in memory for tests or as a plain browser tab: each
// a module of its own, as an app ships the one for tabs. Needs cargo and wasm-bindgen, which
// `cargo xtask npm` installs.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import { here } from './here.mjs';
import { pack } from './pack.mjs';
import { binaryen, compile } from './wasm.mjs';

for (const name of ['memory', 'tabs']) {
	const module = compile('revgate-js-backend', { cargo: ['--no-default-features', '--features', name] });
	// Nothing in the package asks where it lies.
	const options = ['--target', 'web', '--omit-default-module-path', '--out-name', name, '--out-dir', here('wasm')];
	execFileSync('wasm-bindgen', [...options, module], { stdio: 'inherit' });
	const bound = here(`wasm/${name}_bg.wasm`);
	binaryen('wasm-opt', '-Oz', bound, '-o', bound);
	writeFileSync(here(`wasm/${name}-packed.js`), `export const packed = "${pack(readFileSync(bound))}";\n`);
	rmSync(bound);
	rmSync(`${bound}.d.ts`);
}
