import { describe, expect, it, vi } from 'vitest';

import { type RetryPolicy, type SnapshotProvider, type SyncErrorContext, withRetry, withRetryReporting } from '../../src/index.js';
import { Backend, outcome, pass, revision, watchEverything, Window } from './harness.js';

watchEverything();

const snapshot = { revision: revision(1), data: 'state' };

/** Fails so many times, then answers; and when it was asked. */
function failing(times: number): SnapshotProvider<string> & { readonly asked: number[] } {
	const begun = performance.now();
	const asked: number[] = [];
	return {
		asked,
		async getSnapshot() {
			asked.push(performance.now() - begun);
			if (asked.length <= times) {
				throw new Error(`failure ${asked.length}`);
			}
			return snapshot;
		},
	};
}

async function times(failures: number, policy?: RetryPolicy) {
	const provider = failing(failures);
	const ended = outcome(withRetry(provider, policy).getSnapshot());
	await pass(1_000_000);
	return { asked: provider.asked, ended };
}

describe('withRetry', () => {
	it('answers at once if the provider does', async () => {
		expect(await withRetry(failing(0)).getSnapshot()).toBe(snapshot);
	});

	it('tries three times, 500 and 1000 ms apart, by default', async () => {
		const { asked, ended } = await times(2);
		expect([asked, ended.state]).toEqual([[0, 500, 1500], 'resolved']);
	});

	it('rejects with the last error when there are no tries left', async () => {
		const { asked, ended } = await times(9);
		expect([asked.length, ended.error]).toEqual([3, new Error('failure 3')]);
	});

	it.each<[string, RetryPolicy, number[]]>([
		['one try', { maxAttempts: 1 }, [0]],
		['five tries up to the longest wait', { maxAttempts: 5, initialDelayMs: 100, maxDelayMs: 300 }, [0, 100, 300, 600, 900]],
		['waits three times as long each', { maxAttempts: 4, initialDelayMs: 10, backoffMultiplier: 3 }, [0, 10, 40, 130]],
		['waits as long each', { maxAttempts: 4, initialDelayMs: 10, backoffMultiplier: 1 }, [0, 10, 20, 30]],
	])('makes %s', async (_, policy, expected) => {
		expect((await times(9, policy)).asked).toEqual(expected);
	});

	it.each([0, -1, 0.5, Number.NaN])('refuses %s tries by name', (maxAttempts) => {
		expect(() => withRetry(failing(0), { maxAttempts })).toThrow(`\`maxAttempts\` must be a number from 1 on, not ${maxAttempts}`);
	});

	it('tells of each failure but the last', async () => {
		const told: object[] = [];
		const ended = outcome(withRetry(failing(9), undefined, (info) => told.push(info)).getSnapshot());
		await pass(10_000);
		expect(told).toEqual([
			{ attempt: 1, error: new Error('failure 1'), nextDelayMs: 500 },
			{ attempt: 2, error: new Error('failure 2'), nextDelayMs: 1000 },
		]);
		expect(ended.state).toBe('rejected');
	});

	it.each([
		['throws', () => {
			throw new Error('it fails');
		}],
		['rejects', () => Promise.reject(new Error('it fails'))],
	])('goes on if who is told %s', async (_, onRetry) => {
		const ended = outcome(withRetry(failing(2), undefined, onRetry).getSnapshot());
		await pass(1500);
		expect(ended.state).toBe('resolved');
	});

	it('takes a provider that throws where it should reject', async () => {
		const answers = [() => {
			throw new Error('at once');
		}, async () => snapshot];
		const ended = outcome(withRetry({ getSnapshot: () => answers.shift()!() }).getSnapshot());
		await pass(500);
		expect(ended.state).toBe('resolved');
	});

	it('within another one ends its waits with the sync, too', async () => {
		const backend = new Backend();
		const window = new Window(backend, { provider: withRetry(withRetry(backend.provider), { maxAttempts: 1 }) });
		await window.sync.start();
		backend.answers.push(() => Promise.reject(new Error('the wire is cut')));
		backend.write('dark');
		await pass(100);
		window.sync.stop();
		expect(vi.getTimerCount()).toBe(0);
	});

	it('shared by two syncs waits on for the one that goes on', async () => {
		const backend = new Backend();
		const provider = withRetry(backend.provider);
		const [first, second] = [new Window(backend, { provider }), new Window(backend, { provider })];
		await Promise.all([first.sync.start(), second.sync.start()]);
		const lost = () => Promise.reject(new Error('the wire is cut'));
		backend.answers.push(lost, lost);
		backend.write('dark');
		await pass(100);
		first.sync.stop();
		await pass(400);
		expect([first.theme, second.theme]).toEqual(['system', 'dark']);
	});
});

describe('withRetryReporting', () => {
	it('tells the logger and the callback', async () => {
		const told: SyncErrorContext[] = [];
		const logged: unknown[] = [];
		const logger = { debug() {}, error() {}, warn: (message: string, extra?: unknown) => logged.push([message, extra]) };
		const provider = withRetryReporting(failing(1), { topic: 'settings', logger, onError: (context) => told.push(context) });
		const ended = outcome(provider.getSnapshot());
		await pass(500);
		const context = {
			phase: 'getSnapshot',
			topic: 'settings',
			attempt: 1,
			willRetry: true,
			nextDelayMs: 500,
			error: new Error('failure 1'),
		};
		expect(told).toEqual([context]);
		expect(logged).toEqual([['[revgate] getSnapshot retry scheduled', context]]);
		expect(ended.state).toBe('resolved');
	});

	it('logs what the callback throws, and goes on', async () => {
		const logged: string[] = [];
		const logger = { debug() {}, warn() {}, error: (message: string) => logged.push(message) };
		const onError = () => {
			throw new Error('it fails');
		};
		const ended = outcome(withRetryReporting(failing(1), { topic: 'settings', logger, onError }).getSnapshot());
		await pass(500);
		expect([ended.state, logged]).toEqual(['resolved', ['[revgate] onError callback threw']]);
	});

	it('needs neither', async () => {
		const ended = outcome(withRetryReporting(failing(1), { topic: 'settings', policy: { initialDelayMs: 1 } }).getSnapshot());
		await pass(1);
		expect(ended.state).toBe('resolved');
	});
});
