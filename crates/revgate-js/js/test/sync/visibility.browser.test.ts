import { afterEach, describe, expect, it, vi } from 'vitest';

import { Backend, live, outcome, pass, watchEverything, Window } from './harness.js';

watchEverything();

afterEach(() => {
	vi.restoreAllMocks();
});

/** The page can be seen, or not, from now on. */
function becomes(state: DocumentVisibilityState): void {
	vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
	document.dispatchEvent(new Event('visibilitychange'));
}

/** The browser shows the page again that it had put aside. */
function comesBack(): void {
	dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
}

const PAUSING = { gate: { pauseWhileHidden: true, backoff: {} } };

describe('a page', () => {
	it('that is shown again fetches what it missed (failure 13c)', async () => {
		const [backend, window] = await live();
		becomes('hidden');
		backend.writeSilently('dark');
		await pass(1000);
		expect(window.theme).toBe('system');
		becomes('visible');
		await pass();
		expect(window.theme).toBe('dark');
	});

	it('that is hidden follows on, unless told to pause', async () => {
		const [backend, window] = await live();
		becomes('hidden');
		backend.write('dark');
		await pass();
		expect(window.theme).toBe('dark');
	});

	it('that pauses while hidden fetches nothing until it is shown', async () => {
		const [backend, window] = await live(PAUSING);
		becomes('hidden');
		backend.write('dark');
		await pass(100_000);
		expect([window.theme, backend.fetches]).toEqual(['system', 1]);
		becomes('visible');
		await pass();
		expect([window.theme, backend.fetches]).toEqual(['dark', 2]);
	});

	it('that is hidden when it starts shows the first state, and then pauses', async () => {
		vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
		const backend = new Backend();
		const window = new Window(backend, PAUSING);
		await window.sync.start();
		backend.write('dark');
		await pass(100_000);
		expect([window.theme, backend.fetches]).toEqual(['system', 1]);
	});

	it('that was put aside when another followed, and is shown again, listens anew at once', async () => {
		const [backend, window] = await live();
		// The backend takes it for gone, and what it writes then reaches nobody.
		backend.forgetListeners();
		backend.write('dark');
		await pass(1000);
		expect(window.theme).toBe('system');
		comesBack();
		await pass();
		expect([window.theme, backend.listeners]).toEqual(['dark', 1]);
		backend.write('light');
		await pass();
		expect([window.theme, window.errors]).toEqual(['light', []]);
	});

	it('that is shown again while what it asked for was lost asks anew at once', async () => {
		const backend = new Backend();
		const never = () => new Promise(() => {});
		backend.listening.push(never);
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass();
		comesBack();
		await pass();
		expect([window.theme, started.state, window.errors]).toEqual(['system', 'resolved', []]);
		backend.answers.push(never);
		void window.sync.refresh();
		await pass();
		backend.writeSilently('dark');
		comesBack();
		await pass();
		expect([window.theme, window.errors]).toEqual(['dark', []]);
	});

	it('that is shown as it was loaded, or before it has started, changes nothing', async () => {
		const backend = new Backend();
		const window = new Window(backend);
		comesBack();
		await window.sync.start();
		window.sync.stop();
		comesBack();
		dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
		await pass();
		expect([backend.subscriptions, backend.fetches]).toEqual([1, 1]);
	});

	it('hears no more of it after the stop, however often it was started', async () => {
		const [added, removed] = [vi.spyOn(document, 'addEventListener'), vi.spyOn(document, 'removeEventListener')];
		const [backend, window] = await live();
		await window.sync.start();
		window.sync.stop();
		const listeners = (spy: { mock: { calls: unknown[][] } }) =>
			spy.mock.calls.filter(([type]) => type === 'visibilitychange').map(([, listener]) => listener);
		expect(listeners(added)).toHaveLength(1);
		expect(listeners(removed)).toEqual(listeners(added));
		becomes('visible');
		await pass();
		expect(backend.fetches).toBe(1);
	});
});
