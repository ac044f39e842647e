import { describe, expect, it, vi } from 'vitest';

import { createThrottledHandler, type InvalidationThrottlingOptions } from '../../src/index.js';
import { pass, watchEverything } from './harness.js';

watchEverything();

/** A handler, and when it called. */
function handler(options?: InvalidationThrottlingOptions) {
	const begun = performance.now();
	const calls: number[] = [];
	const handler = createThrottledHandler(() => calls.push(performance.now() - begun), options);
	return {
		...handler,
		calls,
		/** Triggers so many times, each so many milliseconds after the one before. */
		async burst(times: number, ms: number) {
			for (let n = 0; n < times; n++) {
				handler.trigger();
				await pass(ms);
			}
		},
	};
}

describe('createThrottledHandler', () => {
	it.each([undefined, {}, { debounceMs: 0, throttleMs: 0 }])('with %j calls at once, each time', (options) => {
		const { trigger, hasPending, calls, dispose } = handler(options);
		trigger();
		trigger();
		expect([calls, hasPending()]).toEqual([[0, 0], false]);
		dispose();
	});

	it('debounces: it calls when it has been quiet', async () => {
		const { burst, hasPending, calls, dispose } = handler({ debounceMs: 50 });
		await burst(3, 20);
		expect([calls, hasPending()]).toEqual([[], true]);
		await pass(30);
		expect([calls, hasPending()]).toEqual([[90], false]);
		dispose();
	});

	it('debounces no longer than the longest wait', async () => {
		const { burst, calls, dispose } = handler({ debounceMs: 50, maxWaitMs: 100 });
		await burst(10, 20);
		await pass(50);
		expect(calls).toEqual([100, 200]);
		dispose();
	});

	it('throttles: it calls at once, then once each period, and for the last', async () => {
		const { burst, calls, dispose } = handler({ throttleMs: 100 });
		await burst(10, 30);
		await pass(100);
		expect(calls).toEqual([0, 100, 200, 300]);
		dispose();
	});

	it('throttles without a leading edge: it calls after a period', async () => {
		const { burst, calls, dispose } = handler({ throttleMs: 100, leading: false });
		await burst(10, 30);
		await pass(100);
		expect(calls).toEqual([100, 200, 300]);
		dispose();
	});

	it('disposed leaves no timer and forgets what was asked for', async () => {
		const { trigger, dispose, hasPending, calls } = handler({ debounceMs: 50 });
		trigger();
		dispose();
		dispose();
		expect([vi.getTimerCount(), hasPending()]).toEqual([0, false]);
		await pass(1000);
		expect(calls).toEqual([]);
	});

	it('may be used again after it was disposed', async () => {
		const { trigger, dispose, calls } = handler({ debounceMs: 50 });
		dispose();
		trigger();
		await pass(50);
		expect(calls).toEqual([50]);
		dispose();
	});

	it.each([
		['throws', () => { throw new Error('it fails'); }],
		['rejects', () => Promise.reject(new Error('it fails'))],
	])('whose function %s tells the console, and goes on', async (_, fails) => {
		const said = vi.spyOn(console, 'error').mockReturnValue(undefined);
		const calls = vi.fn(fails as () => void);
		const { trigger, dispose } = createThrottledHandler(calls, { throttleMs: 10 });
		trigger();
		trigger();
		await pass(10);
		expect(calls).toHaveBeenCalledTimes(2);
		expect(said.mock.calls).toEqual(Array(2).fill(['[revgate] a throttled function failed', new Error('it fails')]));
		said.mockRestore();
		dispose();
	});

	it('whose function triggers it calls once more', async () => {
		let calls = 0;
		const { trigger, dispose } = createThrottledHandler(() => ++calls < 3 && trigger(), { throttleMs: 10 });
		trigger();
		await pass(100);
		expect(calls).toBe(3);
		dispose();
	});

	it('refuses options that contradict each other, by name', () => {
		expect(() => handler({ trailing: false, throttleMs: 10 })).toThrow(/`trailing`/);
		expect(() => handler({ leading: true })).toThrow(/`leading`.*`debounceMs` or `throttleMs`/);
		expect(() => handler({ debounceMs: -1 })).toThrow(/`debounceMs`.*-1/);
	});
});
