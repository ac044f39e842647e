// Records the Rust suites of the gate and its pacing as scripts, for `test/gate/replay.test.ts`.
// Arguments are cargo's for which packages to compile; a selection that is in use costs least.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

import { here } from './here.mjs';

const SUITES = ['rules', 'pacing', 'properties'];
/** How many random scripts each property draws. */
const CASES = '2000';

const folder = here('test/gate/scripts');
rmSync(folder, { recursive: true, force: true });

const given = process.argv.slice(2);
const selection = given.length > 0 ? given : ['-p', 'revgate-tests'];
const tests = SUITES.flatMap((name) => ['--test', name]);
const env = { ...process.env, REVGATE_SCRIPTS: folder, PROPTEST_CASES: CASES };
const cargo = ['test', '--locked', '--quiet', ...selection, ...tests];
const { status } = spawnSync('cargo', cargo, { cwd: here('../../..'), env, stdio: 'inherit' });
process.exitCode = status ?? 1;
