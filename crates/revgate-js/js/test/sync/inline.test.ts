import { describe, expect, it } from 'vitest';

import { Backend, deferred, live, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

/** A patch of the tests' own: what to put into the state. */
const applyPatch = (data: Settings, patch: unknown): Settings => ({ ...data, ...(patch as Partial<Settings>) });

describe('news inside the announcement', () => {
	it('are applied without a fetch', async () => {
		const [backend, window] = await live();
		backend.write('dark', { data: { theme: 'dark' } });
		await pass();
		expect([window.theme, window.sync.getLocalRevision(), backend.fetches]).toEqual(['dark', '2', 1]);
	});

	it('are state even if they are null', async () => {
		const applied: unknown[] = [];
		const backend = new Backend();
		const window = new Window(backend, { applier: { apply: ({ data }) => void applied.push(data) } });
		await window.sync.start();
		backend.write('dark', { data: null });
		await pass();
		expect([applied, backend.fetches]).toEqual([[{ theme: 'system' }, null], 1]);
	});

	it('older than what is shown are left alone', async () => {
		const [backend, window] = await live();
		backend.write('dark', { data: { theme: 'dark' } });
		backend.announce({ ...backend.event({ data: { theme: 'older' } }), revision: '1' });
		await pass();
		expect([window.theme, window.shown.length]).toEqual(['dark', 2]);
	});

	it('before the first snapshot wait for it', async () => {
		const backend = new Backend();
		const answer = deferred();
		backend.answers.push(async () => {
			const snapshot = await backend.snapshot();
			await answer.promise;
			return snapshot;
		});
		const window = new Window(backend);
		void window.sync.start();
		await pass();
		backend.write('dark', { data: { theme: 'dark' } });
		await pass();
		expect(window.shown).toEqual([]);
		answer.resolve();
		await pass();
		expect([window.revisions, backend.fetches]).toEqual([['1', '2'], 1]);
	});

	it('are paced: of a burst only the newest is applied', async () => {
		const [backend, window] = await live({ throttling: { debounceMs: 50 } });
		for (let n = 0; n < 5; n++) {
			backend.write(`theme ${n}`, { data: { theme: `theme ${n}` } });
		}
		await pass(50);
		expect([window.revisions, window.theme, backend.fetches]).toEqual([['1', '6'], 'theme 4', 1]);
	});

	it('that cannot be applied are fetched', async () => {
		let refuses = false;
		const shown: string[] = [];
		const [backend, window] = await live({
			applier: {
				apply: ({ data }) => {
					if (refuses) {
						refuses = false;
						throw new Error('not shown');
					}
					shown.push(data.theme);
				},
			},
		});
		refuses = true;
		backend.write('dark', { data: { theme: 'dark' } });
		await pass(500);
		expect(window.onlyError).toMatchObject({ phase: 'apply', snapshotRevision: '2' });
		expect([shown, backend.fetches]).toEqual([['system', 'dark'], 2]);
	});

	it('of the same version: the whole state beats a patch, whichever comes first', async () => {
		for (const isStateFirst of [true, false]) {
			const [backend, window] = await live({ applyPatch, throttling: { debounceMs: 50 } });
			backend.writeSilently('dark');
			const state = backend.event({ data: { theme: 'state' } });
			const patch = backend.event({ base: { revision: '1' }, patch: { theme: 'patch' } });
			for (const message of isStateFirst ? [state, patch] : [patch, state]) {
				backend.announce(message);
			}
			await pass(50);
			expect([window.theme, backend.fetches]).toEqual(['state', 1]);
		}
	});

	it('that come after their version are applied with it, and the version alone once more changes nothing', async () => {
		let reads = 0;
		const host = {
			now: () => (reads++, performance.now()),
			after: (delayMs: number, call: () => void) => {
				const timer = setTimeout(call, delayMs);
				return () => clearTimeout(timer);
			},
		};
		const [backend, window] = await live({ host, throttling: { debounceMs: 50 } });
		backend.write('dark');
		const before = reads;
		backend.announce(backend.event());
		backend.announce(backend.event());
		expect(reads, 'looks at the clock').toBe(before);
		backend.announce(backend.event({ data: { theme: 'dark' } }));
		await pass(50);
		expect([window.revisions, window.theme, backend.fetches]).toEqual([['1', '2'], 'dark', 1]);
	});

	it('of several versions: the newest is applied, whichever comes last', async () => {
		const [backend, window] = await live({ throttling: { debounceMs: 50 } });
		backend.writeSilently('older');
		const older = backend.event({ data: { theme: 'older' } });
		backend.writeSilently('newer');
		backend.announce(backend.event({ data: { theme: 'newer' } }));
		backend.announce(older);
		await pass(50);
		expect([window.revisions, window.theme, backend.fetches]).toEqual([['1', '3'], 'newer', 1]);
	});
});

describe('a patch', () => {
	it('of the same version as another is left alone, whatever it says', async () => {
		const [backend, window] = await live({ applyPatch, throttling: { debounceMs: 50 } });
		backend.writeSilently('dark');
		for (const theme of ['first', 'second']) {
			backend.announce(backend.event({ base: { revision: '1' }, patch: { theme } }));
		}
		await pass(50);
		expect([window.theme, backend.fetches]).toEqual(['first', 1]);
	});

	it('takes the place of one of the same version that was given up with an apply that failed', async () => {
		let refuses = false;
		const shown: string[] = [];
		const [backend, window] = await live({
			applyPatch,
			applier: {
				apply: ({ data }) => {
					if (refuses) {
						refuses = false;
						throw new Error('not shown');
					}
					shown.push(data.theme);
				},
			},
		});
		refuses = true;
		backend.writeSilently('unheard');
		backend.write('fetched', { base: { revision: '2' }, patch: { theme: 'wrong' } });
		await pass();
		backend.announce(backend.event({ base: { revision: '1' }, patch: { theme: 'right' } }));
		await pass();
		expect(window.onlyError).toMatchObject({ phase: 'apply', snapshotRevision: '3' });
		expect([shown, backend.fetches]).toEqual([['system', 'right'], 2]);
	});

	it('on the version shown is applied without a fetch', async () => {
		const [backend, window] = await live({ applyPatch });
		backend.write('dark', { base: { revision: '1' }, patch: { theme: 'dark' } });
		backend.write('light', { base: { revision: '2' }, patch: { theme: 'light' } });
		await pass();
		expect([window.revisions, window.theme, backend.fetches]).toEqual([['1', '2', '3'], 'light', 1]);
	});

	it('on another version costs a fetch', async () => {
		const [backend, window] = await live({ applyPatch });
		backend.writeSilently('unheard');
		backend.write('dark', { base: { revision: '2' }, patch: { theme: 'wrong' } });
		await pass();
		expect([window.revisions, window.theme, backend.fetches]).toEqual([['1', '3'], 'dark', 2]);
	});

	it('on the same revision of another epoch costs a fetch', async () => {
		const [backend, window] = await live({ applyPatch });
		backend.write('dark', { base: { revision: '1', epoch: '1' }, patch: { theme: 'wrong' } });
		await pass();
		expect([window.theme, backend.fetches]).toEqual(['dark', 2]);
	});

	it('costs a fetch where nobody can apply it', async () => {
		const [backend, window] = await live();
		backend.write('dark', { base: { revision: '1' }, patch: { theme: 'wrong' } });
		await pass();
		expect([window.theme, backend.fetches]).toEqual(['dark', 2]);
	});

	it('is made on what came, not on what the applier has made of it', async () => {
		const shown: Settings[] = [];
		const [backend, window] = await live({
			applyPatch,
			applier: {
				apply({ data }) {
					shown.push({ ...data });
					data.theme = 'changed by the applier';
				},
			},
		});
		backend.write('dark', { base: { revision: '1' }, patch: {} });
		await pass();
		expect(shown).toEqual([{ theme: 'system' }, { theme: 'system' }]);
		expect([window.errors, backend.fetches]).toEqual([[], 1]);
	});

	it('that cannot be made is reported and fetched', async () => {
		const [backend, window] = await live({
			applyPatch: () => {
				throw new Error('no such path');
			},
		});
		backend.write('dark', { base: { revision: '1' }, patch: {} });
		await pass(500);
		expect(window.onlyError).toMatchObject({ phase: 'apply', error: new Error('no such path') });
		expect([window.theme, backend.fetches]).toEqual(['dark', 2]);
	});

	it('after an apply that failed is made on what is still shown', async () => {
		let refuses = false;
		const bases: string[] = [];
		const [backend, window] = await live({
			applyPatch: (data, patch) => {
				bases.push(data.theme);
				return applyPatch(data, patch);
			},
			applier: {
				async apply() {
					if (refuses) {
						throw new Error('not shown');
					}
				},
			},
		});
		refuses = true;
		backend.write('refused', { data: { theme: 'refused' } });
		await pass();
		refuses = false;
		backend.write('dark', { base: { revision: '1' }, patch: { theme: 'dark' } });
		await pass();
		expect([bases, window.sync.getLocalRevision(), window.phases]).toEqual([['system'], '3', ['apply']]);
	});
});
