import { afterEach, describe, expect, test, vi } from 'vitest';

import { packed } from '../../wasm/packed.js';
import { unpack } from '../../src/gate/pack.js';
import { Steered } from './steered.js';

type Slim = typeof import('../../src/gate/source-slim.js');

const bytes = unpack(packed);

let pages = 0;

/** As in a page of its own: what is loaded once stays for its life. */
function fresh<Source>(name: string): Promise<Source> {
	return import(/* @vite-ignore */ `../../src/gate/${name}.ts?page=${++pages}`);
}

const inlined = () => fresh<typeof import('../../src/gate/source.js')>('source');
const slim = () => fresh<Slim>('source-slim');

afterEach(() => {
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});

describe('revgate', () => {
	test('all gates of a page share one module, compiled by the first', async () => {
		const { loadGate, loadGateSync } = await inlined();
		const module = loadGateSync();
		expect(module).toBeDefined();
		expect(loadGateSync()).toBe(module);
		expect(await loadGate()).toBe(module);
	});

	test('an engine that compiles only in passing does so once', async () => {
		const { loadGate, loadGateSync } = await inlined();
		// As Chrome's windows did with more than 4 KiB before version 115.
		vi.spyOn(WebAssembly, 'Module').mockImplementation(function () {
			throw new RangeError('WebAssembly.Compile is disallowed on the main thread');
		} as never);
		expect(loadGateSync()).toBeUndefined();
		const [first, second] = await Promise.all([loadGate(), loadGate()]);
		expect(second).toBe(first);
		expect(loadGateSync()).toBe(first);
	});

	test('an engine without WASM is told of, with the way out', async () => {
		const { loadGate, loadGateSync } = await inlined();
		vi.stubGlobal('WebAssembly', undefined);
		expect(loadGateSync).toThrow(/import 'revgate\/js'.*The engine says: ./);
		await expect(loadGate()).rejects.toMatchObject({ name: 'GateLoadError' });
	});
});

describe('revgate/js', () => {
	test('the module in JavaScript is there at once, and is one', async () => {
		const { loadGate, loadGateSync } = await import('../../src/gate/source-js.js');
		const module = loadGateSync();
		expect(loadGateSync()).toBe(module);
		expect(await loadGate()).toBe(module);
		const gate = new Steered(module);
		gate.start(0);
		expect(gate.poll()).toEqual({ type: 'subscribe' });
		gate.free();
	});
});

describe('revgate/slim', () => {
	const answer = () => new Response(bytes, { headers: { 'content-type': 'application/wasm' } });
	test.each<[string, () => Parameters<Slim['provideGate']>[0]]>([
		['bytes', () => bytes],
		['a buffer', () => bytes.buffer],
		['a module', () => new WebAssembly.Module(bytes)],
		['a response', answer],
		['a promise of bytes', () => Promise.resolve(bytes)],
		['a promise of a response', () => Promise.resolve(answer())],
		['an address', () => `data:application/wasm;base64,${btoa(String.fromCharCode(...bytes))}`],
		['a URL', () => new URL(`data:application/wasm;base64,${btoa(String.fromCharCode(...bytes))}`)],
	])('%s will do', async (_, source) => {
		const { loadGate, loadGateSync, provideGate } = await slim();
		expect(loadGateSync()).toBeUndefined();
		await provideGate(source());
		const module = await loadGate();
		expect(loadGateSync()).toBe(module);
		const gate = new Steered(module);
		gate.start(0);
		expect(gate.poll()).toEqual({ type: 'subscribe' });
		gate.free();
	});

	test('what needs the gate waits for a module that is on its way', async () => {
		const { loadGate, provideGate } = await slim();
		const provided = provideGate(Promise.resolve(bytes));
		expect(await loadGate()).toHaveProperty('exports.memory');
		await provided;
	});

	test('without a module the error says how to hand it in', async () => {
		const { loadGate } = await slim();
		await expect(loadGate()).rejects.toThrow(/call `provideGate`/);
	});

	const html = new TextEncoder().encode('<!doctype html>');
	const other = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
	// It imports the function `a.b`.
	const importing = new Uint8Array([...other, 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0x61, 1, 0x62, 0, 0]);
	const cut = bytes.slice(0, 100);
	const given = 'what `provideGate` was given';
	const refused: [string, () => unknown, string[]][] = [
		['an answer with an error', () => new Response('gone', { status: 404 }), [given, 'HTTP status 404']],
		['an answer that was read already', () => {
			const read = answer();
			void read.text();
			return read;
		}, [given]],
		['a page in its place', () => html, [given, 'it begins with "<!do", as no module does']],
		['an address where a page is', () => 'data:text/html,<!doctype html>', ['from data:text/html,<!doctype html>: it begins with "<!do"']],
		['an address where nobody is', () => 'http://127.0.0.1:9/gate.wasm', ['from http://127.0.0.1:9/gate.wasm: ']],
		['an address that is none', () => 'http://', ['from http://: ']],
		['a promise that rejects', () => Promise.reject(new Error('the disk is full')), [given, 'the disk is full']],
		['nothing', () => undefined, [given, 'it is undefined']],
		['null', () => null, [given, 'it is null']],
		['a number', () => 5, [given, 'it is number']],
		['a promise of a bundler: a namespace', async () => ({ default: bytes }), [given, 'it is object']],
		['an empty buffer', () => new ArrayBuffer(0), [given, 'it begins with ""']],
		['another module', () => new WebAssembly.Module(other), [given, 'it is another module, without the export `memory`']],
		['the bytes of another module', () => other, [given, 'it is another module, without the export `memory`']],
		['a promise of another module', async () => new WebAssembly.Module(other), [given, 'without the export `memory`']],
		['a module that needs something', () => new WebAssembly.Module(importing), [given]],
		['the bytes of a module that needs something', () => importing, [given]],
	];

	test.each(refused)('%s is refused with what is wrong, where, and what to do; the next try may do', async (_, source, words) => {
		const { loadGate, loadGateSync, provideGate } = await slim();
		const { GateLoadError } = await import('../../src/gate/compile.js');
		const error = await provideGate(source() as never).catch((error: unknown) => error as Error);
		expect(error).toBeInstanceOf(GateLoadError);
		for (const word of [...words, "Give `provideGate` 'revgate/gate.wasm' of this version"]) expect(error?.message).toContain(word);
		expect(await loadGate().catch((error: unknown) => error)).toBe(error);
		expect(loadGateSync()).toBeUndefined();
		await provideGate(bytes);
		expect(await loadGate()).toHaveProperty('exports.memory');
	});

	test('a module that is cut off is refused with what the engine says', async () => {
		const { provideGate } = await slim();
		await expect(provideGate(cut)).rejects.toMatchObject({ name: 'GateLoadError', cause: expect.any(WebAssembly.CompileError) });
	});

	test('an engine without WASM is told of, with the way out', async () => {
		const { provideGate } = await slim();
		vi.stubGlobal('WebAssembly', undefined);
		await expect(provideGate(bytes)).rejects.toThrow(/import 'revgate\/js'.*The engine says: ./);
	});

	test('of two that are on their way, the first that is there is the one of all gates', async () => {
		const { loadGate, provideGate } = await slim();
		const [late, early] = [provideGate(new Promise((resolve) => setTimeout(resolve, 5, bytes))), provideGate(bytes)];
		await early;
		const module = await loadGate();
		await late;
		expect(await loadGate()).toBe(module);
	});

	test('a second module is not taken: the gates of a page share one', async () => {
		const { loadGate, provideGate } = await slim();
		await provideGate(bytes);
		const module = await loadGate();
		await provideGate(bytes);
		expect(await loadGate()).toBe(module);
	});
});
