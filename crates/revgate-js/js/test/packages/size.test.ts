import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { PACKAGE } from './install.js';

const run = promisify(execFile);

test('core, Tauri and one applier weigh no more than they are allowed', async () => {
	const words = [join(PACKAGE, 'build/size.mjs')];
	const { code = 0, stdout, stderr } = await run(process.execPath, words).catch((error) => error);
	expect(code, `${stdout}${stderr}`).toBe(0);
	expect(stdout).toMatch(/^gate_gzip=\d+ one_applier_gzip=\d+$/m);
});
