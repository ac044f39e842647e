import { describe, expect, it, vi } from 'vitest';

import type { Logger, RevisionSyncOptions } from '../../src/index.js';
import { Backend, deferred, live, outcome, pass, type Settings, watchEverything, Window } from './harness.js';

watchEverything();

/** The ways in which somebody else's function can fail. */
const FAILING: [string, () => never | Promise<never>][] = [
	['throws', () => {
		throw new Error('it fails');
	}],
	['throws nothing', () => {
		throw undefined;
	}],
	['rejects', () => Promise.reject(new Error('it fails'))],
	['gives a thenable that rejects', () => ({ then: (_: unknown, no: (error: unknown) => void) => no(new Error('it fails')) }) as never],
];

/** A logger with one level that does this. */
function logger(level: keyof Logger, act: () => unknown): Logger {
	return { debug() {}, warn() {}, error() {}, [level]: act };
}

describe.each(FAILING)('one that %s', (_, fail) => {
	const fetchesOn = async (options: Partial<RevisionSyncOptions<Settings>>) => {
		const [backend, window] = await live(options);
		backend.announce(null);
		backend.answers.push(() => Promise.reject(new Error('the wire is cut')));
		backend.write('dark');
		await pass(500);
		expect(window.theme).toBe('dark');
		window.sync.stop();
		await pass();
		expect(backend.listeners).toBe(0);
		return window;
	};

	it('as onError changes nothing, and is logged', async () => {
		const logged: string[] = [];
		await fetchesOn({ onError: fail, logger: logger('error', ((message: string) => logged.push(message)) as never) });
		expect(logged).toEqual([
			'[revgate] protocol error',
			'[revgate] onError callback threw',
			'[revgate] getSnapshot error',
			'[revgate] onError callback threw',
		]);
	});

	it('as onStatus changes nothing', async () => {
		const window = await fetchesOn({ onStatus: fail });
		expect(window.phases).toEqual(['protocol', 'getSnapshot']);
	});

	it.each(['debug', 'warn', 'error'] as const)('as %s of the logger changes nothing', async (level) => {
		const window = await fetchesOn({ logger: logger(level, fail) });
		expect(window.phases).toEqual(['protocol', 'getSnapshot']);
	});

	it('as shouldRefresh is reported, and its announcement taken', async () => {
		const window = await fetchesOn({ shouldRefresh: fail as () => never });
		expect(window.phases).toEqual(['protocol', 'invalidation', 'getSnapshot']);
	});

	it('as the applier is reported, and the state applied again', async () => {
		let failures = 2;
		const applied: string[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			applier: {
				apply({ revision }) {
					if (failures-- > 0) {
						return fail();
					}
					applied.push(revision);
					return undefined;
				},
			},
		});
		const started = outcome(window.sync.start());
		await pass(499);
		expect(started.state).toBe('pending');
		expect(window.onlyError).toMatchObject({ phase: 'apply', snapshotRevision: '1', localRevision: '0', attempt: 1 });
		await pass(1 + 1000);
		expect(started.state).toBe('resolved');
		expect(window.errors.map(({ phase, attempt }) => [phase, attempt])).toEqual([['apply', 1], ['apply', 2]]);
		expect(applied).toEqual(['1']);
	});

	it('as the provider is reported, and asked again', async () => {
		const backend = new Backend();
		backend.answers.push(fail, fail);
		const window = new Window(backend);
		const started = outcome(window.sync.start());
		await pass(500 + 1000);
		expect(started.state).toBe('resolved');
		expect(window.phases).toEqual(['getSnapshot', 'getSnapshot']);
	});

	it('as the subscriber is reported, and asked again', async () => {
		const backend = new Backend();
		let failures = 2;
		const window = new Window(backend, {
			subscriber: { subscribe: (handler) => (failures-- > 0 ? fail() : backend.subscriber.subscribe(handler)) },
		});
		const started = outcome(window.sync.start());
		await pass(500 + 1000);
		expect(started.state).toBe('resolved');
		expect(window.phases).toEqual(['subscribe', 'subscribe']);
	});

	it('as what ends a subscription is logged, and does not keep it from ending', async () => {
		const logged: string[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			subscriber: { subscribe: async () => fail as unknown as () => void },
			logger: logger('warn', ((message: string) => logged.push(message)) as never),
		});
		await window.sync.start();
		expect(() => window.sync.stop()).not.toThrow();
		await pass();
		expect(logged).toEqual(['[revgate] a subscription may still stand']);
		expect(window.errors).toEqual([]);
	});

	it('as applyPatch is reported, and the state fetched', async () => {
		const [backend, window] = await live({ applyPatch: fail as () => never });
		backend.write('dark', { base: { revision: '1' }, patch: [] });
		await pass(500);
		expect(window.theme).toBe('dark');
		expect(window.phases).toEqual(['apply']);
	});
});

describe('callbacks', () => {
	it.each([undefined, null, 'text', 7, {}])('a subscriber that gives %s to end it with is logged, and used', async (end) => {
		const logged: unknown[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			subscriber: { subscribe: async () => end as unknown as () => void },
			logger: logger('warn', ((message: string, extra: unknown) => logged.push([message, extra])) as never),
		});
		await window.sync.start();
		window.sync.stop();
		expect(logged).toHaveLength(1);
		expect(String((logged[0] as [string, { error: unknown }])[1].error)).toContain('must give a function');
	});

	it('may answer at once where a promise is expected', async () => {
		const window = new Window(new Backend(), {
			subscriber: { subscribe: (() => () => {}) as never },
			provider: { getSnapshot: (() => ({ revision: '3', data: { theme: 'at once' } })) as never },
		});
		await window.sync.start();
		expect(window.theme).toBe('at once');
	});

	it('may answer twice: the first answer counts', async () => {
		const twice = (first: unknown, second: unknown) => ({
			then(yes: (value: unknown) => void, no: (error: unknown) => void) {
				yes(first);
				yes(second);
				no(new Error('and fails'));
			},
		});
		const ended: string[] = [];
		const window = new Window(new Backend(), {
			subscriber: { subscribe: () => twice(() => ended.push('first'), () => ended.push('second')) as never },
			provider: {
				getSnapshot: () => twice({ revision: '3', data: { theme: 'first' } }, { revision: '4', data: { theme: 'second' } }) as never,
			},
			applier: { apply: () => twice(undefined, undefined) as never },
		});
		await window.sync.start();
		expect(window.sync.getLocalRevision()).toBe('3');
		window.sync.stop();
		expect([ended, window.errors]).toEqual([['first'], []]);
	});

	it('an applier that returns what it has is done', async () => {
		const window = new Window(new Backend(), { applier: { apply: (() => ({ type: 'an action' })) as never } });
		await window.sync.start();
		expect(window.sync.getLocalRevision()).toBe('1');
	});

	it('news wait while an apply takes its time, and come one after the other', async () => {
		const steps: string[] = [];
		const applied = [deferred(), deferred()];
		const backend = new Backend();
		const window = new Window(backend, {
			applier: {
				async apply({ revision }) {
					steps.push(`${revision} begins`);
					await applied[Number(revision === '1' ? 0 : 1)]!.promise;
					steps.push(`${revision} ends`);
				},
			},
		});
		const started = outcome(window.sync.start());
		await pass();
		for (let n = 0; n < 10; n++) {
			backend.write(`theme ${n}`);
		}
		backend.announce(null);
		await pass();
		expect([steps, backend.fetches, window.errors]).toEqual([['1 begins'], 1, []]);
		applied[0]!.resolve();
		await pass();
		expect(started.state).toBe('resolved');
		expect(window.phases).toEqual(['protocol']);
		applied[1]!.resolve();
		await pass();
		expect(steps).toEqual(['1 begins', '1 ends', '11 begins', '11 ends']);
		expect(backend.fetches).toBe(2);
	});

	it('an apply given up that ends after a newer one is put right', async () => {
		const shown: string[] = [];
		const late = deferred();
		const backend = new Backend();
		const window = new Window(backend, {
			applier: {
				async apply({ revision, data }) {
					if (revision === '1') {
						await late.promise;
					}
					shown.push(data.theme);
				},
			},
		});
		const started = outcome(window.sync.start());
		await pass(10_000);
		backend.write('dark');
		await pass(500);
		expect([started.state, shown]).toEqual(['resolved', ['dark']]);
		late.resolve();
		await pass();
		expect(shown).toEqual(['dark', 'system', 'dark']);
		expect(window.sync.getLocalRevision()).toBe('2');
	});

	/** A window whose first apply has been given up; what else is applied does as `next` says. */
	async function givenUp(next: (theme: string) => void | Promise<void>, options: Partial<RevisionSyncOptions<Settings>> = {}) {
		const late = deferred();
		const shown: string[] = [];
		const backend = new Backend();
		const window = new Window(backend, {
			applier: {
				apply({ data: { theme } }) {
					const ended = theme === 'system' ? late.promise : next(theme);
					return ended === undefined ? void shown.push(theme) : ended.then(() => void shown.push(theme));
				},
			},
			...options,
		});
		void window.sync.start();
		await pass(10_000);
		backend.write('dark');
		await pass(500);
		expect(shown).toEqual(['dark']);
		return { late, shown, backend, window };
	}

	it('and after the stop it is left alone', async () => {
		const { late, shown, window } = await givenUp(() => {});
		window.sync.stop();
		late.resolve();
		await pass(10_000);
		expect(shown).toEqual(['dark', 'system']);
	});

	it('and until that has ended, nothing newer is applied', async () => {
		const slow = deferred();
		const applied: string[] = [];
		const { late, shown, backend, window } = await givenUp((theme) => {
			applied.push(theme);
			return applied.length === 2 ? slow.promise : undefined;
		});
		late.resolve();
		await pass();
		backend.write('light');
		await pass();
		expect([applied, shown]).toEqual([['dark', 'dark'], ['dark', 'system']]);
		slow.resolve();
		await pass();
		expect([shown, window.sync.getLocalRevision()]).toEqual([['dark', 'system', 'dark', 'light'], '3']);
	});

	it.each([
		['throws', () => { throw new Error('of the app'); }, 0],
		['never ends', () => new Promise<void>(() => undefined), 10_000],
	])('and is tried again if what puts it right %s', async (_, fail, patience) => {
		let applies = 0;
		const { late, shown, window } = await givenUp(() => (++applies === 2 ? fail() : undefined));
		late.resolve();
		await pass(patience);
		expect(window.errors.at(-1)).toMatchObject({ phase: 'apply', snapshotRevision: '2', willRetry: true, nextDelayMs: 1000 });
		await pass(999);
		expect(shown).toEqual(['dark', 'system']);
		await pass(1);
		expect(shown).toEqual(['dark', 'system', 'dark']);
	});

	it('and no patch is applied to what it has shown', async () => {
		const patched: string[] = [];
		let applies = 0;
		const { late, shown, backend } = await givenUp(
			() => {
				if (++applies === 2) throw new Error('of the app');
			},
			{ applyPatch: (data) => (patched.push(data.theme), data) },
		);
		late.resolve();
		await pass();
		backend.write('light', { base: { revision: '2' }, patch: {} });
		await pass(500);
		expect([patched, shown]).toEqual([[], ['dark', 'system', 'light']]);
	});

	it('what calls back is heard when it has returned', async () => {
		const backend = new Backend();
		const calls: string[] = [];
		let depth = 0;
		const window: Window = new Window(backend, {
			applier: {
				apply({ revision }) {
					expect(++depth, 'one at a time').toBe(1);
					calls.push(revision);
					if (revision === '1') {
						void window.sync.refresh();
						backend.write('dark', { data: { theme: 'dark' } });
						void window.sync.start();
					}
					depth--;
				},
			},
		});
		await window.sync.start();
		await pass();
		expect(calls).toEqual(['1', '2']);
	});

	it('what they ask for is done when they have returned, not within', async () => {
		const within: number[] = [];
		const [backend, window] = await live({
			onError: () => {
				const before = backend.fetches;
				void window.sync.refresh();
				within.push(backend.fetches - before);
			},
		});
		backend.answers.push(() => Promise.reject(new Error('the wire is cut')));
		backend.write('dark');
		await pass();
		expect([within, window.theme, backend.fetches]).toEqual([[0], 'dark', 3]);
	});

	it('a stop within any of them is heeded at once', async () => {
		for (const name of ['apply', 'onError', 'onStatus', 'shouldRefresh'] as const) {
			const backend = new Backend();
			const stop = () => {
				window.sync.stop();
				return true;
			};
			const window: Window = new Window(backend, {
				...(name === 'apply' ? { applier: { apply: () => void stop() } } : { [name]: stop }),
			});
			const started = outcome(window.sync.start());
			await pass();
			backend.announce(null);
			backend.write('dark');
			await pass(100_000);
			expect(started.state === 'pending', name).toBe(false);
			expect([backend.listeners, vi.getTimerCount()], name).toEqual([0, 0]);
			expect(backend.fetches, name).toBeLessThanOrEqual(1);
		}
	});
});
