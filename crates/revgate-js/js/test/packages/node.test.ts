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
