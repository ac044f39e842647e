import { afterEach, beforeEach, expect, vi } from 'vitest';

/**
 * Fake time, and what must hold after every test: no rejection was left to nobody, and whatever was
 * stopped has left no timer. `stop` ends all that the test has opened, and waits for that.
 */
export function watch(stop: () => Promise<unknown>): void {
	const unhandled: unknown[] = [];
	const hear = (event: unknown): void => void unhandled.push((event as PromiseRejectionEvent).reason ?? event);
	const inBrowser = typeof document !== 'undefined';
	beforeEach(() => {
		vi.useFakeTimers();
		unhandled.length = 0;
		inBrowser ? addEventListener('unhandledrejection', hear) : process.on('unhandledRejection', hear);
	});
	afterEach(async () => {
		await stop();
		expect(vi.getTimerCount(), 'timers left').toBe(0);
		vi.useRealTimers();
		// The platform tells of them when nothing else is to be done.
		await new Promise((resolve) => setTimeout(resolve, 0));
		inBrowser ? removeEventListener('unhandledrejection', hear) : process.off('unhandledRejection', hear);
		expect(unhandled, 'unhandled rejections').toEqual([]);
	});
}
