// Builds `dist` from `src` and `wasm`.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';

import { bundle } from './bundle.mjs';
import { builds } from './entries.mjs';
import { here } from './here.mjs';

if (!existsSync(here('wasm/gate.wasm'))) {
	console.error('wasm/gate.wasm is not built: `npm run build:gate` does it and needs Rust with');
	console.error('the target wasm32-unknown-unknown; `cargo xtask npm` installs what is missing');
	process.exit(1);
}

rmSync(here('dist'), { recursive: true, force: true });
for (const one of builds()) {
	await bundle(one);
}
copyFileSync(here('wasm/gate.wasm'), here('dist/gate.wasm'));
for (const license of ['LICENSE-APACHE', 'LICENSE-MIT']) {
	copyFileSync(here(`../../../${license}`), here(license));
}
// Its code is within.
copyFileSync(here('node_modules/mutative/LICENSE'), here('dist/LICENSE-mutative'));
const tsc = here('node_modules/typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', here('tsconfig.build.json')], { stdio: 'inherit' });
