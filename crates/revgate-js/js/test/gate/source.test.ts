import { afterEach, describe, expect, test, vi } from 'vitest';

import { packed } from '../../wasm/packed.js';
import { Gate } from '../../src/gate/gate.js';
import { unpack } from '../../src/gate/pack.js';

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
		const gate = new Gate(module);
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
		const gate = new Gate(module);
		gate.start(0);
		expect(gate.poll()).toEqual({ type: 'subscribe' });
		gate.free();
	});

	test('what needs the gate waits for a module that is on its way', async () => {
		const { loadGate, provideGate } = await slim();
		const provided = provideGate(Promise.resolve(bytes));
		expect(await loadGate()).toHaveProperty('memory');
		await provided;
	});

	test('without a module the error says how to hand it in', async () => {
		const { loadGate } = await slim();
		await expect(loadGate()).rejects.toThrow(/call `provideGate`/);
	});

	test('an answer that is none says where from, and the next try may do', async () => {
		const { loadGate, provideGate } = await slim();
		const missing = new Response('gone', { status: 404 });
		await expect(provideGate(missing)).rejects.toThrow(/HTTP status 404/);
		await expect(loadGate()).rejects.toThrow(/HTTP status 404/);
		await provideGate(bytes);
		expect(await loadGate()).toHaveProperty('memory');
	});

	test('a second module is not taken: the gates of a page share one', async () => {
		const { loadGate, provideGate } = await slim();
		await provideGate(bytes);
		const module = await loadGate();
		await provideGate(bytes);
		expect(await loadGate()).toBe(module);
	});

	test('what is no WASM is refused with what the engine says', async () => {
		const { provideGate } = await slim();
		await expect(provideGate(new TextEncoder().encode('<!doctype html>'))).rejects.toMatchObject({
			name: 'GateLoadError',
			cause: expect.any(WebAssembly.CompileError),
		});
	});
});
