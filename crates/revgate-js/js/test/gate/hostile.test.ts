/** What no honest driver does: it is refused with a word, or does what the docs say. */

import { describe, expect, test } from 'vitest';

import {
	backoffDelay,
	compareVersions,
	type GateModule,
	type GateOptions,
	Pacer,
	parseFault,
	RevisionError,
} from '../../src/gate/gate.js';
import { flavours, version } from './flavours.js';
import { type Said, Steered } from './steered.js';

const EMPTY = 'it is empty';
const DIGITS = 'it may hold only the digits 0 to 9';
const ZERO = 'it has a leading zero';
const LARGE = 'it is larger than 18446744073709551615';

/** A gate that shows revision 1. */
function live(module: GateModule, options?: GateOptions): Steered {
	const gate = new Steered(module, options);
	gate.start(0);
	gate.subscribed(0);
	drain(gate);
	gate.fetched(0, 1, version('1'));
	drain(gate);
	gate.appliedOne(0);
	drain(gate);
	return gate;
}

function drain(gate: Steered): Said[] {
	const outputs: Said[] = [];
	for (let output = gate.poll(); output.type !== 'wait'; output = gate.poll()) {
		outputs.push(output);
	}
	return outputs;
}

/** All that can be seen of a gate. */
function seen({ applied, wanted, kept, pacedUntil, status }: Steered): unknown {
	return { applied, wanted, kept, pacedUntil, status };
}

function thrownBy(call: () => unknown): unknown {
	try {
		call();
	} catch (error) {
		return error;
	}
	return undefined;
}

const INPUTS: [string, (gate: Steered, now: number) => unknown][] = [
	['start', (gate, now) => gate.start(now)],
	['subscribed', (gate, now) => gate.subscribed(now)],
	['subscribeFailed', (gate, now) => gate.subscribeFailed(now)],
	['subscriptionEnded', (gate, now) => gate.subscriptionEnded(now)],
	['announced', (gate, now) => gate.announced(now, version('9'), 'version')],
	['offered', (gate, now) => gate.offered(now, version('9'))],
	['fetched', (gate, now) => gate.fetched(now, 1, version('9'))],
	['fetchFailed', (gate, now) => gate.fetchFailed(now, 1)],
	['appliedOne', (gate, now) => gate.appliedOne(now)],
	['applyFailed', (gate, now) => gate.applyFailed(now)],
	['refresh', (gate, now) => gate.refresh(now)],
	['hidden', (gate, now) => gate.hidden(now)],
	['shown', (gate, now) => gate.shown(now)],
	['tick', (gate, now) => gate.tick(now)],
	['stop', (gate, now) => gate.stop(now)],
];

const LOOKS: [string, (gate: Steered) => unknown][] = [
	['poll', (gate) => gate.poll()],
	['applied', (gate) => gate.applied],
	['wanted', (gate) => gate.wanted],
	['kept', (gate) => gate.kept],
	['pacedUntil', (gate) => gate.pacedUntil],
	['status', (gate) => gate.status],
];

describe.each(flavours)('in %s', (_, module) => {
	test.each(INPUTS)('%s at what is no time is refused, and nothing has changed', (_, input) => {
		const gate = live(module);
		const before = seen(gate);
		for (const now of [Number.NaN, -1, -Number.MIN_VALUE, -Infinity]) {
			expect(() => input(gate, now), String(now)).toThrow(RangeError);
		}
		expect(seen(gate)).toEqual(before);
		expect(drain(gate)).toEqual([]);
	});

	test('at the end of time nothing falls due any more', () => {
		const gate = live(module, { resyncMs: 20_000 });
		expect(gate.poll()).toEqual({ type: 'wait', deadline: 20_000 });
		gate.announced(Infinity, version('2'), 'version');
		expect(drain(gate)).toEqual([{ type: 'fetch', id: 2 }]);
		expect(gate.poll()).toEqual({ type: 'wait', deadline: undefined });
	});

	test.each([
		['', EMPTY],
		['042', ZERO],
		['00', ZERO],
		['+5', DIGITS],
		['-1', DIGITS],
		[' 7', DIGITS],
		['7 ', DIGITS],
		['7\n', DIGITS],
		['7\0', DIGITS],
		['1e3', DIGITS],
		['0x10', DIGITS],
		['1_000', DIGITS],
		// Cut to eight bits, these would be digits.
		['\u0130', DIGITS],
		['\uff17', DIGITS],
		['\u0663', DIGITS],
		['\ud835\udfd9', DIGITS],
		['\ud835', DIGITS],
		['18446744073709551616', LARGE],
		['99999999999999999999', LARGE],
		['100000000000000000000', LARGE],
		['1'.repeat(1_000_000), LARGE],
		['x'.repeat(1_000_000), DIGITS],
	].map(([text, fault]) => [JSON.stringify(text!.slice(0, 24)), text!, fault!] as const))(
		'%s is no revision and no epoch',
		(_, text, fault) => {
			const gate = live(module);
			const before = seen(gate);
			expect(parseFault(module, text)).toBe(fault);
			const calls: [() => unknown, string][] = [
				[() => gate.announced(0, version(text), 'state'), 'revision'],
				[() => gate.announced(0, version('2', text), 'state'), 'epoch'],
				[() => gate.announced(0, version('2'), version(text)), 'revision'],
				[() => gate.announced(0, version('2'), version('1', text)), 'epoch'],
				[() => gate.offered(0, version(text)), 'revision'],
				[() => gate.fetched(0, 1, version('2', text)), 'epoch'],
				[() => compareVersions(module, version('1'), version(text)), 'revision'],
				[() => compareVersions(module, version('1', text), version('1')), 'epoch'],
			];
			for (const [call, field] of calls) {
				const error = thrownBy(call) as RevisionError;
				expect(error).toBeInstanceOf(RevisionError);
				expect(error).toMatchObject({ name: 'RevisionError', field, text, fault });
				expect(error.message).toContain(fault);
				expect(error.message.length).toBeLessThan(150);
			}
			expect(seen(gate)).toEqual(before);
			expect(drain(gate)).toEqual([]);
		},
	);

	test.each(['0', '7', '18446744073709551615', '9007199254740993', '9223372036854775808'])(
		'%s comes back as it was',
		(text) => {
			const gate = live(module);
			expect(parseFault(module, text)).toBe(undefined);
			gate.announced(0, version(text, text === '0' ? '1' : text), 'state');
			expect(gate.wanted).toEqual(version(text, text === '0' ? '1' : text));
		},
	);

	test.each([
		['a number', 7],
		['a bigint', 7n],
		['null', null],
		['undefined', undefined],
		['an array', ['7']],
		['an object', { toString: () => '7' }],
		['a symbol', Symbol('7')],
	])('%s is no revision', (_, value) => {
		const gate = live(module);
		const before = seen(gate);
		const revision = value as never;
		const error = thrownBy(() => gate.announced(0, { revision }, 'state'));
		expect(error).toMatchObject({ name: 'RevisionError', text: value, fault: 'it is not text' });
		const epoch = value as never;
		const isAbsent = value === undefined;
		const refused = thrownBy(() => gate.announced(0, { ...version('1'), epoch }, 'version'));
		expect(refused instanceof RevisionError).toBe(!isAbsent);
		expect(parseFault(module, value)).toBe('it is not text');
		expect(seen(gate)).toEqual(before);
	});

	test.each([null, undefined])('%s in the place of a version or of news throws', (nothing) => {
		const gate = live(module);
		const before = seen(gate);
		expect(() => gate.announced(0, nothing as never, 'state')).toThrow();
		expect(() => gate.announced(0, version('2'), nothing as never)).toThrow();
		expect(() => gate.offered(0, nothing as never)).toThrow();
		expect(() => gate.fetched(0, 1, nothing as never)).toThrow();
		expect(seen(gate)).toEqual(before);
	});

	test.each([Number.NaN, -1, 0, 1.5, Infinity, 2 ** 64, 'x' as never, undefined as never])(
		'%s names no fetch',
		(id) => {
			const gate = live(module);
			gate.refresh(0);
			drain(gate);
			gate.fetchFailed(0, id);
			expect(drain(gate)).toEqual([]);
			gate.fetched(0, id, version('2'));
			expect(gate.applied).toEqual(version('1'));
			expect(gate.wanted).toEqual(version('2'));
		},
	);

	test.each([...INPUTS, ...LOOKS])('%s of a freed gate throws', (_, use) => {
		const [gate, other] = [live(module), live(module)];
		gate.free();
		const heir = live(module);
		const before = [seen(other), seen(heir)];
		expect(() => use(gate, 0)).toThrow('freed');
		gate.free();
		expect([seen(other), seen(heir)]).toEqual(before);
	});

	test('a freed pacer throws, and a gate is no pacer', () => {
		const pacer = new Pacer(module, { debounceMs: 5 });
		const handle = module.exports.make_gate(0);
		expect(module.exports.pace(handle, 0, 0)).toBe(-2);
		expect(module.exports.input(handle + 1_000_000, 0, 0, 0, 0)).toBe(-2);
		module.exports.free(handle);
		expect(module.exports.poll(handle)).toBe(-2);
		pacer.free();
		pacer.free();
		expect(() => pacer.event(0)).toThrow('freed');
		expect(() => pacer.deadline()).toThrow('freed');
		expect(() => pacer.delivered(0)).toThrow('freed');
		expect(() => pacer.forget()).toThrow('freed');
		expect(() => new Pacer(module, {}).event(Number.NaN)).toThrow(RangeError);
	});

	test.each<[GateOptions, string[]]>([
		[{ pacing: { debounceMs: 50, maxWaitMs: 20 } }, ['`maxWaitMs`', '`debounceMs`']],
		[{ pacing: { throttleMs: 50, maxWaitMs: 20 } }, ['`maxWaitMs`', '`debounceMs`']],
		[{ pacing: { leading: true } }, ['`leading`', '`debounceMs`', '`throttleMs`']],
		[{ pacing: { leading: false } }, ['`leading`', '`debounceMs`', '`throttleMs`']],
		[{ pacing: { debounceMs: 5, trailing: false } }, ['`trailing`']],
		[{ fetchTimeoutMs: 0 }, ['`fetchTimeoutMs`']],
		[{ backoff: { firstMs: 0 } }, ['`backoff.firstMs`']],
		[{ backoff: { firstMs: 20, capMs: 10 } }, ['`backoff.firstMs`', '`backoff.capMs`']],
		[{ backoff: { firstMs: 10_001 } }, ['`backoff.firstMs`', '`backoff.capMs`']],
		[{ resyncMs: 9999 }, ['`resyncMs`', '`fetchTimeoutMs`']],
		[{ pacing: { debounceMs: Number.NaN } }, ['`debounceMs`', 'NaN']],
		[{ pacing: { debounceMs: 1, maxWaitMs: -1 } }, ['`maxWaitMs`', '-1']],
		[{ pacing: { throttleMs: -Infinity } }, ['`throttleMs`', '-Infinity']],
		[{ fetchTimeoutMs: 'soon' as never }, ['`fetchTimeoutMs`', 'soon']],
		[{ backoff: { capMs: {} as never } }, ['`backoff.capMs`']],
		[{ backoff: { firstMs: -0.1 } }, ['`backoff.firstMs`', '-0.1']],
		[{ resyncMs: Number.NaN }, ['`resyncMs`', 'NaN']],
	])('%j are refused by their names', (options, names) => {
		const error = thrownBy(() => new Steered(module, options)) as RangeError;
		expect(error.name).toMatch(/^(Range|Type)Error$/);
		names.forEach((name) => expect(error.message).toContain(name));
	});

	test('options that just agree, or have no end, are taken', () => {
		const backoff = { firstMs: 10, capMs: 10, jitterSeed: -1n };
		const pacing = { debounceMs: 50, maxWaitMs: 50, throttleMs: Infinity, trailing: true };
		new Steered(module, { backoff, pacing, fetchTimeoutMs: 30, resyncMs: 30 }).free();
		new Steered(module, { fetchTimeoutMs: Infinity, resyncMs: Infinity }).free();
		expect(backoffDelay(module, { firstMs: 0 }, 1)).toBe(0);
		expect(backoffDelay(module, { firstMs: 50, capMs: 20 }, 1)).toBe(20);
		expect(backoffDelay(module, {}, -5)).toBe(500);
		expect(backoffDelay(module, {}, Infinity)).toBe(10_000);
		expect(() => backoffDelay(module, { firstMs: -1 }, 1)).toThrow('`backoff.firstMs`');
		const seeded = backoffDelay(module, { jitterSeed: 2n ** 64n + 7n }, 3);
		expect(seeded).toBe(backoffDelay(module, { jitterSeed: 7n }, 3));
	});
});

describe.each(flavours)('the version to apply in %s', (_, module) => {
	const told: [string, (other: Steered, gate: Steered) => unknown][] = [
		['another gate is told of another one', (other) => other.announced(0, version('9'), 'state')],
		['its own is told of text that is none', (_, gate) => thrownBy(() => gate.announced(0, version('08'), 'state'))],
		['the base of a patch is none', (_, gate) => thrownBy(() => gate.announced(0, version('9'), version('x')))],
		['texts are compared', () => compareVersions(module, version('7'), version('8'))],
		['its text is looked at after another gate is told of another one', (other) => {
			other.announced(0, version('9'), 'state');
			parseFault(module, '8');
		}],
		['a text that is none is looked at', () => parseFault(module, '08')],
	];

	test.each(told)('is the one announced, though meanwhile %s', (_, meanwhile) => {
		const [gate, other] = [live(module), live(module)];
		gate.announced(0, version('8'), 'state');
		meanwhile(other, gate);
		expect(drain(gate)).toEqual([{ type: 'apply', candidate: version('8') }]);
	});
});

describe.each(flavours)('the memory in %s', (_, module) => {
	const pages = () => module.exports.memory.buffer.byteLength / 65_536;

	/** Makes something of a gate that takes memory beyond its own. */
	function use(gate: Steered): void {
		gate.start(0);
		gate.subscribed(0);
		drain(gate);
		gate.fetched(0, 1, version('1'));
		drain(gate);
	}

	test('does not grow with 100,000 gates made and freed', () => {
		const before = pages();
		for (let count = 0; count < 100_000; count++) {
			const gate = new Steered(module, { pacing: { debounceMs: 5 } });
			use(gate);
			gate.free();
		}
		expect(pages()).toBe(before);
	}, 30_000);

	test('does not grow with options that are refused, texts that are none, or errors', () => {
		const gate = live(module);
		const before = pages();
		for (let count = 0; count < 10_000; count++) {
			thrownBy(() => new Steered(module, { fetchTimeoutMs: 0 }));
			thrownBy(() => gate.announced(0, version('1'.repeat(1000)), 'state'));
			thrownBy(() => gate.tick(Number.NaN));
		}
		expect(pages()).toBe(before);
	});

	test('is taken again when many gates at once are gone, in whatever order', () => {
		const many = () => Array.from({ length: 5000 }, () => live(module));
		const first = live(module);
		many().forEach((gate) => gate.free());
		const after = pages();
		many()
			.reverse()
			.forEach((gate) => gate.free());
		expect(pages()).toBe(after);
		// The gate from before has seen the memory grow.
		first.announced(0, version('18446744073709551615', '7'), 'state');
		const candidate = version('18446744073709551615', '7');
		expect(drain(first)).toEqual([{ type: 'apply', candidate }]);
	});

	test('is taken again after outputs that nobody polled', () => {
		const flood = () => {
			const gate = new Steered(module);
			gate.stop(0);
			for (let count = 0; count < 10_000; count++) {
				gate.subscribed(0);
			}
			expect(gate.poll()).toEqual({ type: 'unsubscribe' });
			gate.free();
		};
		flood();
		const after = pages();
		flood();
		expect(pages()).toBe(after);
	});
});
