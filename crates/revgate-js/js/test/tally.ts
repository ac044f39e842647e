import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Sums up in the words of cargo's test harness, which `cargo xtask` counts. What failed without
 * being a test (a file that does not load, a rejection that nobody handled) counts as one.
 */
export class Tally implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
		const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
		for (const module of modules) {
			for (const test of module.children.allTests()) {
				count[test.result().state]++;
			}
			for (const suite of [module, ...module.children.allSuites()]) {
				count.failed += suite.errors().length;
			}
		}
		const { passed, failed, skipped, pending } = count;
		const verdict = failed > 0 ? 'FAILED' : 'ok';
		console.log(
			`test result: ${verdict}. ${passed} passed; ${failed} failed; ${skipped + pending} ignored`,
		);
	}
}

// The one default export: vitest takes a reporter so.
export default Tally;
