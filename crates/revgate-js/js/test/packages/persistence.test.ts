import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);
const project = join(inject('projects'), 'node');

/** What an app prints that keeps one state by `name`, after `before` and with `meanwhile`. */
async function kept(name: string, before = '', meanwhile = '', condition = 'development'): Promise<string> {
	const app = `
		${before}
		const { createMemoryStorageBackend, createPersistenceApplier } = await import('${name}');
		const storage = createMemoryStorageBackend();
		const onPersistenceError = ({ error }) => console.log(error.message);
		const applier = createPersistenceApplier({ storage, applier: { apply() {} }, onPersistenceError });
		applier.apply({ revision: '1', data: 'first' });
		await applier.flush();
		${meanwhile}
		applier.apply({ revision: '2', data: 'second' });
		await applier.flush();
		console.log((await storage.load())?.data);
	`;
	const { stdout } = await run(process.execPath, [`--conditions=${condition}`, '--input-type=module', '-e', app], { cwd: project });
	return stdout.trim();
}

const PROVIDE = `
	const { readFile } = await import('node:fs/promises');
	const { provideGate } = await import('revgate/slim');
	await provideGate(await readFile(new URL(import.meta.resolve('revgate/gate.wasm'))));
`;

test.each(['development', 'production'])('a state is kept in each flavour, by its own gate (%s)', async (condition) => {
	expect(await kept('revgate/persistence', '', '', condition)).toBe('second');
	expect(await kept('revgate/js/persistence', 'delete globalThis.WebAssembly;', '', condition)).toBe('second');
	expect(await kept('revgate/slim/persistence', PROVIDE, '', condition)).toBe('second');
});

test('without a gate it is told once, and kept again when there is one', async () => {
	const [told, ...rest] = (await kept('revgate/slim/persistence', '', PROVIDE)).split('\n');
	expect(told).toContain('call `provideGate`');
	expect(rest).toEqual(['second']);
	expect(await kept('revgate/persistence', 'delete globalThis.WebAssembly;').catch(({ stdout }) => stdout)).toContain(
		"import 'revgate/js'",
	);
});
