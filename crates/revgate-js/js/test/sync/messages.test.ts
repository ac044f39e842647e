import { describe, expect, it } from 'vitest';

import { ProtocolError, RevisionError, type SnapshotEnvelope } from '../../src/index.js';
import { live, pass, TOPIC, watchEverything, Window } from './harness.js';

watchEverything();

/** A value of each kind that a field could hold in place of what belongs there. */
const NONSENSE: [string, unknown][] = [
	['undefined', undefined],
	['null', null],
	['a boolean', true],
	['a number', 7],
	['NaN', Number.NaN],
	['a bigint', 7n],
	['empty text', ''],
	['text', 'nonsense'],
	['a leading zero', '07'],
	['a sign', '+7'],
	['too large a number', '18446744073709551616'],
	['digits of another script', '٧'],
	['a lone surrogate', '\ud800'],
	['a symbol', Symbol('nonsense')],
	['a function', () => '7'],
	['an array', ['7']],
	['an object', { revision: '7' }],
	['an object that throws', throwing()],
];

function throwing(): object {
	const fail = () => {
		throw new Error('a trap');
	};
	// Who awaits it looks whether it is a promise.
	const get = (_: object, key: unknown) => (key === 'then' ? undefined : fail());
	return new Proxy({}, { get, has: fail });
}

const news = (fields: object) => ({ topic: TOPIC, revision: '2', ...fields });

describe('an announcement', () => {
	it.each(NONSENSE)('that is %s is reported, and the next one heard', async (_, message) => {
		const [backend, window] = await live();
		expect(() => backend.announce(message)).not.toThrow();
		expect(window.onlyError).toMatchObject({ phase: 'protocol', topic: TOPIC, localRevision: '1' });
		expect(window.onlyError.sourceEvent).toBe(message);
		backend.write('dark');
		await pass();
		expect(window.theme).toBe('dark');
	});

	it.each(NONSENSE.filter(([kind]) => kind !== 'text' && !/zero|sign|large|script|surrogate/.test(kind)))(
		'whose topic is %s is reported',
		async (_, topic) => {
			const [backend, window] = await live();
			backend.announce(news({ topic }));
			expect(window.onlyError.phase).toBe('protocol');
			expect(window.onlyError.error).toBeInstanceOf(ProtocolError);
		},
	);

	it('of another topic is no business of this window, whatever it holds', async () => {
		const [backend, window] = await live({ shouldRefresh: () => expect.fail('asked') });
		backend.announce({ topic: 'other', revision: null });
		backend.announce({ topic: 'other', revision: '9' });
		await pass();
		expect(window.errors).toEqual([]);
		expect(backend.fetches).toBe(1);
	});

	it.each(NONSENSE)('whose revision is %s is reported', async (_, revision) => {
		const [backend, window] = await live();
		backend.announce(news({ revision }));
		await pass();
		expect(window.onlyError.phase).toBe('protocol');
		expect(window.onlyError.error).toBeInstanceOf(RevisionError);
		expect(backend.fetches).toBe(1);
	});

	it.each(NONSENSE)('whose revision is %s does not get as far as shouldRefresh', async (_, revision) => {
		const [backend, window] = await live({ shouldRefresh: () => expect.fail('asked') });
		backend.announce(news({ revision }));
		expect(window.phases).toEqual(['protocol']);
	});

	it.each(NONSENSE.filter(([, epoch]) => epoch !== undefined && epoch !== null))(
		'whose epoch is %s is reported: versions are told apart by it',
		async (_, epoch) => {
			const [backend, window] = await live();
			backend.announce(news({ epoch }));
			await pass();
			expect(window.phases).toEqual(['protocol']);
			expect(backend.fetches).toBe(1);
		},
	);

	it.each([undefined, null])('whose epoch is %s has none', async (epoch) => {
		const [backend, window] = await live();
		backend.writeSilently('dark');
		backend.announce(news({ epoch }));
		await pass();
		expect([window.theme, window.errors]).toEqual(['dark', []]);
	});

	it.each(NONSENSE)('whose source or time is %s is none the worse for it', async (_, value) => {
		const asked: object[] = [];
		const [backend, window] = await live({ shouldRefresh: (event) => asked.push(event) > 0 });
		backend.writeSilently('dark');
		backend.announce(news({ sourceId: value, timestampMs: value, further: value }));
		await pass();
		expect([window.theme, window.errors]).toEqual(['dark', []]);
		const told = {
			...(typeof value === 'string' && { sourceId: value }),
			...(typeof value === 'number' && { timestampMs: value }),
		};
		expect(asked).toEqual([{ topic: TOPIC, revision: '2', ...told }]);
	});

	it.each(NONSENSE.filter(([, base]) => base !== undefined))(
		'whose patch has %s for a base costs a fetch, but not the version',
		async (_, base) => {
			const [backend, window] = await live({ applyPatch: () => expect.fail('patched') });
			backend.writeSilently('dark');
			backend.announce(news({ base, patch: [] }));
			await pass();
			expect([window.theme, window.errors, backend.fetches]).toEqual(['dark', [], 2]);
		},
	);

	it('whose fields throw when they are read is reported', async () => {
		const [backend, window] = await live();
		const event = Object.defineProperty(news({}), 'revision', {
			get() {
				throw new Error('a trap');
			},
		});
		expect(() => backend.announce(event)).not.toThrow();
		expect(window.phases).toEqual(['protocol']);
	});
});

describe('a snapshot', () => {
	const fetching = async (answer: unknown) => {
		const [backend, window] = await live();
		backend.answers.push(async () => answer);
		backend.write('dark');
		await pass();
		return { backend, window };
	};

	const heals = async ({ backend, window }: Awaited<ReturnType<typeof fetching>>) => {
		expect(window.theme, 'what it showed before').toBe('system');
		expect(window.onlyError).toMatchObject({ phase: 'protocol', willRetry: true, nextDelayMs: 500 });
		await pass(500);
		expect([window.theme, backend.fetches]).toEqual(['dark', 3]);
	};

	it.each(NONSENSE)('that is %s is reported, and fetched again', async (_, answer) => {
		await heals(await fetching(answer));
	});

	it.each(NONSENSE)('whose revision is %s is reported, and fetched again', async (_, revision) => {
		await heals(await fetching({ revision, data: { theme: 'wrong' } }));
	});

	it.each(NONSENSE.filter(([, epoch]) => epoch !== undefined && epoch !== null))(
		'whose epoch is %s is reported, and fetched again',
		async (_, epoch) => {
			await heals(await fetching({ revision: '2', epoch, data: { theme: 'wrong' } }));
		},
	);

	it('without data is reported, and fetched again, if it is news', async () => {
		const fetched = await fetching({ revision: '2' });
		expect(String(fetched.window.onlyError.error)).toContain('must have `data`');
		await heals(fetched);
	});

	it('without data says that the window is up to date, if it is not', async () => {
		const [backend, window] = await live();
		backend.answers.push(async () => ({ revision: '1' }));
		await window.sync.refresh();
		expect(window.errors).toEqual([]);
		expect(window.shown).toHaveLength(1);
	});

	it.each(NONSENSE)('whose data is %s is the applier’s to judge', async (_, data) => {
		const applied: unknown[] = [];
		const [backend] = await live();
		const window = new Window(backend, { applier: { apply: (snapshot) => void applied.push(snapshot.data) } });
		backend.answers.push(async () => ({ revision: '1', data }));
		await window.sync.start();
		expect(applied).toHaveLength(1);
		expect(Object.is(applied[0], data)).toBe(true);
	});

	it('comes to the applier as it is, with its epoch if it has one, and nothing else', async () => {
		const applied: unknown[] = [];
		const [backend] = await live();
		const window = new Window(backend, { applier: { apply: (snapshot) => void applied.push(snapshot) } });
		const data = { theme: 'dark' };
		backend.answers.push(async () => ({ revision: '5', epoch: '2', data, further: 1 }));
		await window.sync.start();
		expect(applied).toEqual([{ revision: '5', epoch: '2', data }]);
		expect((applied[0] as SnapshotEnvelope<unknown>).data).toBe(data);
	});
});

// An announcement is the backend's word. Neither the gate nor the driver doubts it.
describe.each(['18446744073709551615', '3'])('a revision that was announced and never comes (%s)', (never) => {
	it('is waited for, while whatever comes is shown; a refresh rejects with both revisions', async () => {
		const [backend, window] = await live();
		backend.announce({ topic: 'settings', revision: never });
		await pass();
		for (let refreshes = 0; refreshes < 2; refreshes++) {
			await expect(window.sync.refresh()).rejects.toThrow(`revision 1 came though ${never} was announced`);
		}
		expect(window.statuses.at(-1)).toMatchObject({ type: 'retrying' });
		backend.write('dark');
		// The longest pause between two tries.
		await pass(10_000);
		expect([window.theme, window.sync.getLocalRevision(), window.statuses.at(-1)?.type]).toEqual(['dark', '2', 'retrying']);
	});

	it.each(['announced', 'answered'])('is given up once a higher epoch is %s', async (how) => {
		const [backend, window] = await live();
		backend.announce({ topic: 'settings', revision: never });
		await pass();
		backend.epoch = '1';
		if (how === 'announced') backend.write('dark');
		else backend.writeSilently('dark');
		await pass(10_000);
		expect([window.theme, window.statuses.at(-1)]).toEqual(['dark', { type: 'live' }]);
		await window.sync.refresh();
	});
});
