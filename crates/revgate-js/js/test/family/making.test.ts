import { afterEach, expect, it } from 'vitest';

import { createFamily } from '../../src/family/index.js';
import { noopLogger } from '../../src/index.js';
import { live, watchEverything } from './harness.js';

watchEverything();

const page = globalThis as { __TAURI_INTERNALS__?: unknown };
afterEach(() => void delete page.__TAURI_INTERNALS__);

/** Tauri's internals, of whose plugin only these commands are asked. */
function tauri(answer: (command: string, args: Record<string, unknown>) => unknown) {
	const calls: [string, Record<string, unknown>][] = [];
	const invoke = async (command: string, args: Record<string, unknown>): Promise<unknown> => {
		if (!/create|remove/.test(command)) return new Promise(() => undefined);
		calls.push([command, args]);
		return answer(command, args);
	};
	page.__TAURI_INTERNALS__ = { invoke, transformCallback: () => 1, unregisterCallback: () => undefined };
	return calls;
}

const docs = () => createFamily<{ title: string }>('doc', { logger: noopLogger });

it('asks the plugin, by text', async () => {
	const calls = tauri(() => {
		throw '{"kind":"exists","topic":"doc:42"}';
	});
	const family = docs();
	await expect(family.create('42', { title: 'Draft' })).rejects.toMatchObject({ kind: 'exists', fate: 'refused' });
	await expect(family.remove('42')).rejects.toMatchObject({ kind: 'exists' });
	expect(calls).toEqual([
		['plugin:revgate|create', { topic: 'doc:42', data: '{"title":"Draft"}', form: 'text' }],
		['plugin:revgate|remove', { topic: 'doc:42', form: 'text' }],
	]);
	family.stop();
});

it('names the permission where Tauri itself refuses', async () => {
	tauri((command) => {
		throw `Command ${command} not allowed by ACL`;
	});
	const family = docs();
	for (const [made, access] of [[family.create('42', { title: '' }), 'create'], [family.remove('42'), 'remove']] as const) {
		const reason = expect.stringContaining(`may not ${access} the topic \`doc:42\`: add { "identifier": "revgate:${access}"`);
		await expect(made).rejects.toMatchObject({ kind: 'denied', fate: 'refused', reason });
	}
	family.stop();
});

it('says so of a backend that has no such way', async () => {
	const { family } = await live({ a: '{"title":"A","likes":0}' });
	await expect(family.create('b', { title: 'B', likes: 0 })).rejects.toMatchObject({ fate: 'notSent' });
	await expect(family.remove('a')).rejects.toMatchObject({ fate: 'notSent' });
	expect(family.keys()).toEqual(['a']);
});
