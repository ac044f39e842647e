import { existsSync } from 'node:fs';

/** Says once, before hundreds of tests fail to import it, how to get the WASM module. */
export function setup(): void {
	if (!existsSync(new URL('../wasm/packed.js', import.meta.url))) {
		console.warn(
			'wasm/ holds no built module, so every test with the gate in it will fail: ' +
				'`npm run build:gate` builds it and needs Rust with the target wasm32-unknown-unknown; ' +
				'`cargo xtask npm` installs what is missing and runs everything',
		);
	}
}
