import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

import { PACKAGE } from './install.js';

const run = promisify(execFile);
const project = join(inject('projects'), 'types');
const tsc = join(PACKAGE, 'node_modules/typescript/bin/tsc');

/** What `tsc --strict` says of the project's files under a way to resolve modules. */
async function check(module: string, moduleResolution: string): Promise<string> {
	const compilerOptions = {
		module,
		moduleResolution,
		target: 'es2022',
		lib: ['es2022', 'esnext.disposable', 'dom'],
		strict: true,
		exactOptionalPropertyTypes: true,
		noUncheckedIndexedAccess: true,
		// The package's own declarations are checked as well.
		skipLibCheck: false,
		noEmit: true,
		types: [],
	};
	const file = join(project, `tsconfig.${moduleResolution}.json`);
	writeFileSync(file, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
	const result = await run(process.execPath, [tsc, '-p', file]).catch((error) => error);
	return result.stdout;
}

test('an app compiles with `moduleResolution: bundler`', async () => {
	expect(await check('esnext', 'bundler')).toBe('');
});

test('an app compiles with `moduleResolution: node16`', async () => {
	expect(await check('node16', 'node16')).toBe('');
});

test('a wrong option is an error', async () => {
	const wrong = "import { createConsoleLogger } from 'revgate';\ncreateConsoleLogger(1, 2, 3, 4);\n";
	const file = join(project, 'wrong.ts');
	writeFileSync(file, wrong);
	try {
		expect(await check('esnext', 'bundler')).toContain('wrong.ts');
	} finally {
		writeFileSync(file, 'export {};\n');
	}
});
