import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);
const projects = inject('projects');

async function printed(cwd: string, app: string, condition = 'development'): Promise<string> {
	const words = [`--conditions=${condition}`, '--input-type=module', '-e', app];
	const { stdout } = await run(process.execPath, words, { cwd });
	return stdout.trim();
}

test('the applier for Svelte needs nothing of Svelte, so that every version of it will do', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'revgate-alone-'));
	try {
		cpSync(join(projects, 'node_modules/revgate'), join(folder, 'node_modules/revgate'), { recursive: true });
		const app = `
			const svelte = await import('svelte').then(() => 'here', ({ code }) => code);
			const { createSvelteSnapshotApplier } = await import('revgate/svelte');
			let state = { theme: 'light' };
			const store = { set: (to) => (state = to), update: (of) => (state = of(state)) };
			createSvelteSnapshotApplier(store).apply({ revision: '1', data: { theme: 'dark' } });
			console.log(svelte, state.theme);
		`;
		expect(await printed(folder, app)).toBe('ERR_MODULE_NOT_FOUND dark');
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

const PROVIDE = `
	const { readFile } = await import('node:fs/promises');
	const { provideGate } = await import('revgate/slim');
	await provideGate(await readFile(new URL(import.meta.resolve('revgate/gate.wasm'))));
`;

test.each([
	['revgate', ''],
	['revgate/slim', PROVIDE],
	['revgate/js', 'delete globalThis.WebAssembly;'],
].flatMap(([flavour, before]) => ['development', 'production'].map((condition) => [flavour, condition, before])))(
	'a hook by name shows the topic of %s, by one subscription (%s)', async (flavour, condition, before) => {
	const app = `
		${before}
		let subscriptions = 0;
		const answers = {
			subscribe: () => (subscriptions += 1),
			unsubscribe: () => true,
			snapshot: () => new TextEncoder().encode('{"revision":"1","data":{"theme":"dark"}}').buffer,
		};
		let callbacks = 0;
		globalThis.window = globalThis;
		Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });
		globalThis.__TAURI_INTERNALS__ = {
			invoke: async (command) => answers[command.split('|')[1]](),
			transformCallback: () => (callbacks += 1),
			unregisterCallback() {},
		};
		const { createTopic } = await import('${flavour}');
		const { useTopic } = await import('${flavour}/vue');
		const { effectScope } = await import('vue');
		const topic = createTopic('settings');
		await topic.ready();
		const { state } = effectScope().run(() => useTopic('settings'));
		console.log(state.value?.theme, subscriptions);
		process.exit();
	`;
	expect(await printed(join(projects, 'node'), app, condition)).toBe('dark 1');
});

test.each(['js', 'slim'])('every hook has an entry beside revgate/%s', async (flavour) => {
	const names = ['react', 'solid', 'svelte/runes', 'vue'];
	const app = `
		for (const name of ${JSON.stringify(names)}) console.log(typeof (await import('revgate/${flavour}/' + name)).useFamilyMember);
	`;
	expect((await printed(join(projects, 'node'), app)).split('\n')).toEqual(names.map(() => 'function'));
});

test.each([
	['revgate', ''],
	['revgate/slim', PROVIDE],
	['revgate/js', 'delete globalThis.WebAssembly;'],
].flatMap(([flavour, before]) => ['development', 'production'].map((condition) => [flavour, condition, before])))(
	'a family of %s shares its members with the topics there, by one subscription (%s)', async (flavour, condition, before) => {
	const app = `
		${before}
		const calls = [];
		const answers = {
			subscribe: () => new TextEncoder().encode('1\\n{"revision":"4","data":{"42":{"revision":"1","data":{"title":"A"}}}}').buffer,
			unsubscribe: () => true,
			patch: () => new TextEncoder().encode('{"revision":"2"}').buffer,
		};
		let callbacks = 0;
		globalThis.window = globalThis;
		Object.assign(globalThis, { addEventListener() {}, removeEventListener() {} });
		globalThis.__TAURI_INTERNALS__ = {
			invoke: async (command, { topic }) => (calls.push(command.split('|')[1] + ' ' + topic), answers[command.split('|')[1]]()),
			transformCallback: () => (callbacks += 1),
			unregisterCallback() {},
		};
		const { createTopic } = await import('${flavour}');
		const { createFamily } = await import('${flavour}/family');
		const { useFamilyMember } = await import('${flavour}/vue');
		const { effectScope } = await import('vue');
		const docs = createFamily('doc');
		await docs.ready();
		const { state } = effectScope().run(() => useFamilyMember(docs, '42'));
		const topic = createTopic('doc:42');
		await topic.update((draft) => void (draft.title = 'B'));
		console.log(state.value?.title, docs.get('42')?.title, docs.keys(), calls);
		process.exit();
	`;
	expect(await printed(join(projects, 'node'), app, condition)).toBe("B B [ '42' ] [ 'subscribe doc:*', 'patch doc:42' ]");
});
