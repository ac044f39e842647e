// Rust to WASM, and that made small. Needs cargo with the target wasm32-unknown-unknown.

import { execFileSync } from 'node:child_process';

import { here } from './here.mjs';

const TARGET = 'wasm32-unknown-unknown';
const PROFILE = 'gate';
// What rustc uses by default. `--all-features` emits types that Node 20 refuses.
const FEATURES = ['bulk-memory', 'mutable-globals', 'nontrapping-float-to-int', 'sign-ext'];

export function binaryen(tool, ...options) {
	const features = FEATURES.map((name) => `--enable-${name}`);
	const program = here(`node_modules/binaryen/bin/${tool}`);
	execFileSync(process.execPath, [program, ...features, ...options], { stdio: 'inherit' });
}

/** Where cargo has put the module of a package: it says so, as a target folder may be configured anywhere. */
export function compile(crate, { cargo = [], rustc = [] } = {}) {
	const linked = ['--crate-type', 'cdylib', '--', ...rustc];
	const options = ['--locked', '-p', crate, '--lib', '--profile', PROFILE, ...cargo, ...linked];
	const output = execFileSync(
		'cargo',
		['rustc', '--target', TARGET, '--message-format', 'json-render-diagnostics', ...options],
		{ cwd: here(''), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
	);
	const messages = output.trim().split('\n').map((line) => JSON.parse(line));
	const files = messages.flatMap((message) => message.filenames ?? []);
	const built = files.findLast((file) => file.endsWith(`${crate.replaceAll('-', '_')}.wasm`));
	if (!built) {
		throw new Error(`cargo has built no module of ${crate}: see build/wasm.mjs`);
	}
	return built;
}
