import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);

test.each(['development', 'production'])("the test kit runs under Node's own test runner, and nothing keeps that alive (%s)", async (condition) => {
	const options = { cwd: join(inject('projects'), 'node'), timeout: 50_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined } };
	const { stdout } = await run(process.execPath, [`--conditions=${condition}`, '--test', '--test-reporter=tap', 'two-windows.test.js'], options);
	expect(stdout).toMatch(/^# pass 1$/m);
	expect(stdout).toMatch(/^# fail 0$/m);
});
