/** What an announcement costs a window that has nothing of its own under way: counted, as it is most of them. */

import { expect, it, vi } from 'vitest';

import type { GateExports } from '../../src/gate/abi.js';
import { loadGate } from '../../src/gate/source.js';
import { live, pass, type Settings, watchEverything } from './harness.js';

watchEverything();

/** How often each function of the gate's module is called meanwhile. */
async function calls(act: () => Promise<unknown>): Promise<Record<string, number>> {
	const module = (await loadGate()) as { exports: GateExports };
	const { exports } = module;
	const counts: Record<string, number> = {};
	const counting = (name: string, call: (...given: number[]) => unknown) => (...given: number[]) => {
		counts[name] = (counts[name] ?? 0) + 1;
		return call(...given);
	};
	const counted = Object.entries(exports).map(([name, it]) => [name, typeof it === 'function' ? counting(name, it) : it]);
	module.exports = Object.fromEntries(counted) as GateExports;
	await act().finally(() => (module.exports = exports));
	return counts;
}

it('is told of a state by six calls of the gate, and no timer', async () => {
	const { backend, window } = await live();
	backend.delivery = 'inline';
	const set = (fontSize: number): void => backend.change((state: Settings) => ({ ...state, fontSize }));
	set(15);
	await pass();
	const timers = vi.spyOn(globalThis, 'setTimeout');
	const cost = await calls(async () => set(16));
	expect(window.shown.at(-1)).toEqual({ theme: 'light', fontSize: 16, tags: [] });
	// Announced, and applied; what to do; whether to keep it, and how it is doing; and which is newer.
	expect(cost).toEqual({ input: 2, poll: 1, look: 2, compare: 1 });
	expect(timers, 'the gate waits for longer than before').not.toHaveBeenCalled();
	timers.mockRestore();
});
