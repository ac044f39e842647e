// Builds the gate: Rust to WASM, that made small, and the same in JavaScript. Needs cargo with the
// target wasm32-unknown-unknown, which `cargo xtask npm` installs.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { transformSync } from 'esbuild';

import { here } from './here.mjs';
import { pack } from './pack.mjs';
import { binaryen, compile } from './wasm.mjs';

const LOWERING = [
	'--signext-lowering',
	'--llvm-nontrapping-fptoint-lowering',
	'--llvm-memory-copy-fill-lowering',
];

const module = here('wasm/gate.wasm');

// A stack of 16 KiB, not 1 MiB: the gate is shallow, and each page has this memory.
// Inlined where a function is hardly larger than a call: by 1.5 % smaller, and by 5 % faster.
const RUSTC = ['-C', 'link-arg=-zstack-size=16384', '-C', 'llvm-args=-inline-threshold=50'];

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
binaryen('wasm-opt', '-Oz', '--converge', compile('revgate-js', { rustc: RUSTC }), '-o', module);
writeFileSync(here('wasm/packed.js'), `export const packed = "${pack(readFileSync(module))}";\n`);

// What came to WASM after its first version, JavaScript does without.
const lowered = here('wasm/lowered.wasm');
const raw = here('wasm/raw.js');
binaryen('wasm-opt', ...LOWERING, '-Oz', module, '-o', lowered);
binaryen('wasm2js', '-Oz', lowered, '-o', raw);
writeFileSync(here('wasm/wasm2js.js'), asFunction(readFileSync(raw, 'utf8')));
rmSync(lowered);
rmSync(raw);
