import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

import { FOLLOWED } from './followed.js';

const projects = inject('projects');
const run = promisify(execFile);

test('Node imports it, and ends once the sync has stopped', async () => {
	const { stdout, stderr } = await run(process.execPath, ['main.js'], { cwd: join(projects, 'node') });
	expect(JSON.parse(stdout)).toEqual(FOLLOWED);
	expect(stderr).toBe('');
});

test('a topic outside Tauri says so, and does not keep Node alive', async () => {
	const options = { cwd: join(projects, 'node'), timeout: 50_000 };
	const { stdout } = await run(process.execPath, ['outside.js'], options);
	const { words, status } = JSON.parse(stdout);
	expect(words).toHaveLength(3);
	for (const word of words) expect(word).toMatch(/^TopicError: topic `settings`, .*not within a Tauri window/);
	expect(status).toEqual({ type: 'failed' });
});
