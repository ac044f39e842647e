// Builds the gate: Rust to WASM, that made small, and the same in JavaScript. Needs cargo with the
// target wasm32-unknown-unknown, which `cargo xtask npm` installs.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { transformSync } from 'esbuild';

import { here } from './here.mjs';
import { pack } from './pack.mjs';

const TARGET = 'wasm32-unknown-unknown';
const PROFILE = 'gate';
// What rustc uses by default. `--all-features` emits types that Node 20 refuses.
const FEATURES = ['bulk-memory', 'mutable-globals', 'nontrapping-float-to-int', 'sign-ext'];
const LOWERING = [
	'--signext-lowering',
	'--llvm-nontrapping-fptoint-lowering',
	'--llvm-memory-copy-fill-lowering',
];

const module = here('wasm/gate.wasm');

function binaryen(tool, ...options) {
	const features = FEATURES.map((name) => `--enable-${name}`);
	const program = here(`node_modules/binaryen/bin/${tool}`);
	execFileSync(process.execPath, [program, ...features, ...options], { stdio: 'inherit' });
}

/** Where cargo has put the module: it says so, as a target folder may be configured anywhere. */
function compile() {
	// A stack of 16 KiB, not 1 MiB: the gate is shallow, and each page has this memory.
	// Inlined where a function is hardly larger than a call: by 1.5 % smaller, and by 5 % faster.
	const flags = ['-C', 'link-arg=-zstack-size=16384', '-C', 'llvm-args=-inline-threshold=50'];
	const linked = ['--crate-type', 'cdylib', '--', ...flags];
	const options = ['--locked', '-p', 'revgate-js', '--lib', '--profile', PROFILE, ...linked];
	const output = execFileSync(
		'cargo',
		['rustc', '--target', TARGET, '--message-format', 'json-render-diagnostics', ...options],
		{ cwd: here(''), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 },
	);
	const messages = output.trim().split('\n').map((line) => JSON.parse(line));
	const files = messages.flatMap((message) => message.filenames ?? []);
	const built = files.findLast((file) => file.endsWith('revgate_js.wasm'));
	if (!built) {
		throw new Error('cargo has built no revgate_js.wasm: see build/gate.mjs');
	}
	return built;
}

/**
 * As a function that makes an instance: what wasm2js writes makes one when it is imported. It
 * would import what the module imports, which is nothing.
 */
function asFunction(text) {
	const body = text.replace(/^export var .*$/gm, '').replace('var retasmFunc =', 'return');
	if (/^import /m.test(body) || !body.includes('\nreturn asmFunc(')) {
		throw new Error('wasm2js has written something else than it used to: see build/gate.mjs');
	}
	const { code } = transformSync(`export function instantiate() {\n${body}\n}\n`, { minify: true });
	return code;
}

mkdirSync(here('wasm'), { recursive: true });
binaryen('wasm-opt', '-Oz', '--converge', compile(), '-o', module);
writeFileSync(here('wasm/packed.js'), `export const packed = "${pack(readFileSync(module))}";\n`);

// What came to WASM after its first version, JavaScript does without.
const lowered = here('wasm/lowered.wasm');
const raw = here('wasm/raw.js');
binaryen('wasm-opt', ...LOWERING, '-Oz', module, '-o', lowered);
binaryen('wasm2js', '-Oz', lowered, '-o', raw);
writeFileSync(here('wasm/wasm2js.js'), asFunction(readFileSync(raw, 'utf8')));
rmSync(lowered);
rmSync(raw);
