import { afterEach, beforeEach, expect, vi } from 'vitest';

/** Fails each test after which a rejection was left to nobody, or an error to the window. */
export function watchErrors(): void {
	const unheard: unknown[] = [];
	const inNode = (reason: unknown) => unheard.push(reason);
	const inWindow = (event: Event) => {
		unheard.push((event as PromiseRejectionEvent).reason ?? (event as ErrorEvent).error);
		event.preventDefault();
	};
	const kinds = ['unhandledrejection', 'error'];
	const inBrowser = typeof document !== 'undefined';
	beforeEach(() => {
		unheard.length = 0;
		if (inBrowser) kinds.forEach((kind) => addEventListener(kind, inWindow));
		else process.on('unhandledRejection', inNode);
	});
	afterEach(async () => {
		// The platform tells of them when nothing else is to be done.
		for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setTimeout(resolve));
		if (inBrowser) kinds.forEach((kind) => removeEventListener(kind, inWindow));
		else process.off('unhandledRejection', inNode);
		expect(unheard, 'errors that nobody has heard').toEqual([]);
	});
}

/**
 * Fake time, and what must hold after every test: all errors were heard, and whatever was stopped has
 * left no timer. `stop` ends all that the test has opened, and waits for that.
 */
export function watch(stop: () => Promise<unknown>): void {
	watchErrors();
	beforeEach(() => void vi.useFakeTimers());
	// The last to be registered is the first to run: real time is back when errors are waited for.
	afterEach(() => void vi.useRealTimers());
	afterEach(async () => {
		await stop();
		expect(vi.getTimerCount(), 'timers left').toBe(0);
	});
}
