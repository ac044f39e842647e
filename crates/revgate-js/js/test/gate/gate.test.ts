import { describe, expect, test } from 'vitest';

import { backoffDelay, compareVersions, Pacer, parseFault, RevisionError } from '../../src/gate/gate.js';
import { flavours, version } from './flavours.js';
import { type Said, Steered } from './steered.js';

function drain(gate: Steered): Said[] {
	const outputs = [];
	for (let output = gate.poll(); output.type !== 'wait'; output = gate.poll()) {
		outputs.push(output);
	}
	return outputs;
}

describe.each(flavours)('the gate in %s', (_, module) => {
	test('subscribes, fetches, applies, and then has nothing to do', () => {
		const gate = new Steered(module);
		gate.start(0);
		expect(gate.poll()).toEqual({ type: 'subscribe' });
		expect(gate.poll()).toEqual({ type: 'wait', deadline: 10_000 });
		gate.subscribed(0);
		expect(drain(gate)).toEqual([{ type: 'fetch', id: 1 }]);
		gate.fetched(0, 1, version('18446744073709551615', '7'));
		expect(gate.poll()).toEqual({ type: 'apply', candidate: 'fetched' });
		gate.appliedOne(0);
		expect(gate.poll()).toEqual({ type: 'wait', deadline: undefined });
		expect(gate.applied).toEqual(version('18446744073709551615', '7'));
		gate.announced(0, version('3', '8'), 'state');
		expect(drain(gate)).toEqual([{ type: 'apply', candidate: version('3', '8') }]);
		expect(gate.status).toEqual({ type: 'live' });
		gate.free();
		expect(() => gate.poll()).toThrow('freed');
	});

	test('paces, backs off, compares and parses', () => {
		const pacer = new Pacer(module, { debounceMs: 50 });
		pacer.event(1000);
		expect(pacer.deadline()).toBe(1050);
		expect(backoffDelay(module, { firstMs: 500, capMs: 10_000 }, 3)).toBe(2000);
		expect(backoffDelay(module, { firstMs: 500, capMs: 10_000, factor: 3 }, 3)).toBe(4500);
		expect(compareVersions(module, version('1', '2'), version('50'))).toBe(1);
		expect(parseFault(module, '042')).toBe('it has a leading zero');
		expect(parseFault(module, '42')).toBe(undefined);
		expect(() => compareVersions(module, version('1'), version('x'))).toThrow(RevisionError);
	});
});
