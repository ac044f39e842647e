import { describe, expect, it } from 'vitest';

import { loadPersistedSnapshot } from '../../src/persistence/index.js';
import type { LoadOptions, StorageBackend } from '../../src/persistence/index.js';
import type { SnapshotEnvelope } from '../../src/types.js';
import { watchErrors } from '../watch.js';
import { kinds, snapshot } from './kinds.js';
import { Heard } from './setup.js';

watchErrors();

/** What a window would show, and what it was told. */
async function shownBy<T>(storage: StorageBackend<T>, options: LoadOptions<T> = {}) {
	const heard = new Heard();
	let shown: SnapshotEnvelope<T> | null = null;
	const applier = {
		apply: (snapshot: SnapshotEnvelope<T>) => {
			shown = snapshot;
		},
	};
	const returned = await loadPersistedSnapshot(storage, applier, { onError: heard.listener, ...options });
	expect(returned).toEqual(shown);
	return { shown: shown as SnapshotEnvelope<T> | null, heard };
}

describe.each(kinds().map(({ name }, index) => ({ name, make: () => kinds()[index]! })))('$name', ({ make }) => {
	it('gives back what was saved, in another window', async () => {
		const kind = make();
		await kind.open().save(snapshot('2.10', { theme: 'dark', sizes: [1, 2.5, -3e300], none: null }));
		expect(await kind.open().load()).toEqual(snapshot('2.10', { theme: 'dark', sizes: [1, 2.5, -3e300], none: null }));
	});

	it('holds nothing at first, and nothing after clear', async () => {
		const kind = make();
		const storage = kind.open();
		expect(await storage.load()).toBeNull();
		await storage.save(snapshot('1', 'a'));
		await storage.clear?.();
		expect(await storage.load()).toBeNull();
		expect((await shownBy(storage)).heard.faults, 'an empty storage is no fault').toEqual([]);
	});

	it('10 is never overwritten by 3, nor by an older epoch, and is by a newer one', async () => {
		const kind = make();
		const [here, there] = [kind.open(), kind.open()];
		await here.save(snapshot('1.10', 'ten'));
		await there.save(snapshot('1.3', 'three'));
		expect(await here.load()).toEqual(snapshot('1.10', 'ten'));
		await there.save(snapshot('9999', 'of epoch 0'));
		expect(await here.load()).toEqual(snapshot('1.10', 'ten'));
		await there.save(snapshot('2.1', 'restarted'));
		expect(await here.load()).toEqual(snapshot('2.1', 'restarted'));
	});

	it('compares all 64 bits', async () => {
		const storage = make().open();
		await storage.save(snapshot('18446744073709551615', 'last'));
		await storage.save(snapshot('18446744073709551614', 'last but one'));
		expect((await storage.load())?.data).toBe('last');
	});

	it('refuses a version that is none, and what is there stays', async () => {
		const storage = make().open();
		await storage.save(snapshot('1', 'a'));
		await expect(storage.save(snapshot('042', 'b'))).rejects.toThrow('`042` is malformed: it has a leading zero');
		expect((await storage.load())?.data).toBe('a');
	});

	it('a record that was cut off anywhere is told, and never shown', async () => {
		const kind = make();
		await kind.open().save(snapshot('7', { theme: 'dark' }));
		const whole = (await kind.read()) as string;
		for (let length = 0; length < whole.length; length++) {
			await kind.write(whole.slice(0, length));
			const { shown, heard } = await shownBy(kind.open());
			expect(shown, `${length} of ${whole.length} characters`).toBeNull();
			expect(heard.faults).toEqual(['load damaged']);
			expect(heard.message).toMatch(/^the last known state at .* cannot be read: .* the next save replaces it\.$/);
		}
		await kind.open().save(snapshot('3', { theme: 'light' }));
		expect((await kind.open().load())?.data, 'a cut 7 holds no 3 off').toEqual({ theme: 'light' });
		expect(await kind.aside(), 'what was ours is replaced').toBeNull();
	});

	it('a record with one character changed is told, and never shown', async () => {
		const kind = make();
		await kind.open().save(snapshot('7', { theme: 'dark' }));
		const whole = (await kind.read()) as string;
		for (let at = 0; at < whole.length; at++) {
			await kind.write(whole.slice(0, at) + String.fromCharCode(whole.charCodeAt(at) ^ 1) + whole.slice(at + 1));
			const { shown, heard } = await shownBy(kind.open());
			expect(shown, `character ${at}`).toBeNull();
			expect(['load damaged', 'load foreign', 'load newer']).toContain(heard.faults.join());
		}
	});

	it('a changed record holds a save off only if a newer program wrote it', async () => {
		const kind = make();
		await kind.open().save(snapshot('7', 'seven'));
		const whole = (await kind.read()) as string;
		await kind.write(whole.replace('"revision":"7"', '"revision":"9"'));
		await kind.open().save(snapshot('8', 'eight'));
		expect((await kind.open().load())?.data, 'the 9 was no state').toBe('eight');
	});

	it("what is not ours is moved aside by the next save, and told before", async () => {
		const kind = make();
		await kind.write('{"settings of": "another library"}');
		const { shown, heard } = await shownBy(kind.open());
		expect(shown).toBeNull();
		expect(heard.faults).toEqual(['load foreign']);
		expect(heard.message).toContain('was not written by Revgate');
		await kind.open().save(snapshot('1', 'ours'));
		expect(await kind.aside()).toBe('{"settings of": "another library"}');
		expect((await kind.open().load())?.data).toBe('ours');
	});

	it('what a newer program wrote is neither shown nor overwritten', async () => {
		const kind = make();
		const storage = kind.open();
		const metadata = { savedAt: Date.now(), schemaVersion: 2, sizeBytes: 0, compressed: false };
		await storage.saveWithMetadata({ snapshot: snapshot('5', 'new shape'), metadata });
		const before = await kind.read();
		await expect(storage.save(snapshot('6', 'old shape'))).rejects.toMatchObject({ fault: 'newer' });
		expect(await kind.read()).toBe(before);
		await kind.write((before as string).replace('revgate/1', 'revgate/2'));
		const { shown, heard } = await shownBy(kind.open());
		expect([shown, heard.faults]).toEqual([null, ['load newer']]);
		await expect(storage.save(snapshot('6', 'old format'))).rejects.toThrow('update this program');
	});

	it("reads what the reference document's add-on has left there", async () => {
		const kind = make();
		await kind.write('{"revision":"12","data":{"theme":"dark"}}');
		const { shown, heard } = await shownBy(kind.open());
		expect(shown).toEqual(snapshot('12', { theme: 'dark' }));
		expect(heard.faults).toEqual([]);
		await kind.open().save(snapshot('11', { theme: 'light' }));
		expect((await kind.open().load())?.revision, '11 is older').toBe('12');
	});

	it('text of any script, half characters and any key come back as they are', async () => {
		const kind = make();
		const data = JSON.parse(
			'{"__proto__": {"polluted": true}, "\\ud800": ["日本語", "עברית", "🙈", "\\udc00 alone", "\\u0000\\u2028"], "constructor": 1}',
		);
		await kind.open().save(snapshot('1', data));
		const back = (await kind.open().load())?.data as typeof data;
		expect(back).toEqual(data);
		expect(Object.keys(back)).toEqual(['__proto__', '\ud800', 'constructor']);
		expect(back['\ud800'][3].charCodeAt(0)).toBe(0xdc00);
		expect(({} as { polluted?: true }).polluted).toBeUndefined();
	});

	it('what JSON alone would change comes back as it is', async () => {
		const kind = make();
		const odd = [-0, 0, 2n ** 64n - 1n, -7n, undefined, Number.NaN, Infinity, -Infinity, null, '7'];
		for (const value of odd) {
			const inProto = JSON.parse('{"__proto__": 1}', (key, inner) => (key === '__proto__' ? value : inner));
			for (const data of [value, [value], { a: { b: value, last: 1 } }, inProto === undefined ? {} : inProto]) {
				await kind.open().save(snapshot('1', data));
				const back = (await kind.open().load())?.data as object;
				expect(back).toStrictEqual(data); // Tells -0 from 0, and an undefined field from none.
				expect(Object.keys(Object(back))).toEqual(Object.keys(Object(data)));
			}
		}
	});

	it('whatever would not come back is refused by its path, and what is there stays', async () => {
		const storage = make().open<unknown>();
		await storage.save(snapshot('1', 'before'));
		const loop: { self?: unknown } = {};
		loop.self = loop;
		const holes = [1, 2];
		delete holes[0];
		const cases: [unknown, string][] = [
			[{ seen: new Map() }, '`data.seen` is a Map'],
			[{ seen: new Set() }, '`data.seen` is a Set'],
			[{ at: new Date(0) }, '`data.at` is a Date'],
			[{ 'a key': [{ x: () => 1 }] }, '`data["a key"][0].x` is a function'],
			[{ [Symbol('s')]: 1 }, '`data` has a symbol as a key'],
			[{ s: Symbol('s') }, '`data.s` is a symbol'],
			[{ bytes: new Uint8Array(1) }, '`data.bytes` is a Uint8Array'],
			[{ boxed: new Number(1) }, '`data.boxed` is a Number'],
			[{ holes }, '`data.holes` is an array with holes'],
			[{ named: Object.assign([1], { x: 1 }) }, '`data.named` is an array with holes or named properties'],
			[{ named: Object.defineProperty([1], 'x', { value: 1 }) }, '`data.named` is an array with holes or named properties'],
			[{ a: Object.defineProperty({ seen: 1 }, 'hidden', { value: 1 }) }, '`data.a.hidden` is not enumerable'],
			[loop, 'nested deeper than 512 levels, or holds itself'],
			[JSON.parse('{"__proto__": {"x": 1}}', (key, value) => (key === 'x' ? new Map() : value)), '`data.__proto__.x` is a Map'],
		];
		for (const [data, message] of cases) {
			await expect(storage.save(snapshot('2', data)), message).rejects.toThrow(message);
		}
		expect(await storage.load()).toEqual(snapshot('1', 'before'));
	});

	it('with an own serializer keeps what JSON cannot, and says so to who has none', async () => {
		const { open } = make();
		const own = {
			serialize: (state: SnapshotEnvelope<unknown>) => `${state.revision}|${[...(state.data as Set<string>)].join()}`,
			deserialize: (text: string) => snapshot(text.split('|')[0]!, new Set(text.split('|')[1]!.split(','))),
		};
		await open(own).save(snapshot('1', new Set(['a', '\ud800'])));
		expect((await open(own).load())?.data).toEqual(new Set(['a', '\ud800']));
		await expect(open().load()).rejects.toThrow('it was written by a `serialize` of its own');
		expect(() => open({ serialize: own.serialize })).toThrow('give both or none');
	});

	it('reads millions of characters', async () => {
		const storage = make().open<string>();
		const data = 'large '.repeat(200_000);
		await storage.save(snapshot('1', data));
		expect((await storage.load())?.data === data).toBe(true);
		await storage.clear?.();
	});

	it('two windows that save at once leave the newest', async () => {
		const kind = make();
		const windows = [kind.open<number>(), kind.open<number>()];
		const saves = Array.from({ length: 40 }, (_, index) => {
			const revision = (index * 17) % 41;
			return windows[index % 2]!.save(snapshot(`${revision}`, revision));
		});
		await Promise.all(saves);
		expect(await kind.open().load()).toEqual(snapshot('40', 40));
	});

	it('tells how much room it takes', async () => {
		const storage = make().open();
		await storage.save(snapshot('1', 'a'));
		expect((await storage.getUsage?.())?.used).toBeGreaterThan(0);
	});
});
