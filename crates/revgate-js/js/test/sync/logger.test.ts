import { afterEach, describe, expect, it, vi } from 'vitest';

import { createConsoleLogger, noopLogger, tagLogger } from '../../src/index.js';

afterEach(() => {
	vi.restoreAllMocks();
});

const LEVELS = ['debug', 'warn', 'error'] as const;

describe('createConsoleLogger', () => {
	it.each(LEVELS)('writes %s to the console of that name', (level) => {
		const write = vi.spyOn(console, level).mockImplementation(() => {});
		createConsoleLogger({ prefix: '[app]', debug: true })[level]('message', { extra: 1 });
		createConsoleLogger({ debug: true })[level]('message');
		expect(write.mock.calls).toEqual([
			['[app]', 'message', { extra: 1 }],
			['[revgate]', 'message', undefined],
		]);
	});

	it('writes no debug unless told to', () => {
		const write = vi.spyOn(console, 'debug').mockImplementation(() => {});
		createConsoleLogger().debug('message');
		expect(write).not.toHaveBeenCalled();
	});
});

describe('noopLogger', () => {
	it.each(LEVELS)('%s writes nothing', (level) => {
		const write = vi.spyOn(console, level).mockImplementation(() => {});
		expect(noopLogger[level]('message')).toBeUndefined();
		expect(write).not.toHaveBeenCalled();
	});
});

describe('tagLogger', () => {
	const tagged = (extra: unknown) => {
		const told: unknown[] = [];
		const base = { debug() {}, error() {}, warn: (message: string, extra?: unknown) => told.push([message, extra]) };
		tagLogger(base, { window: 'main', topic: 'none' }).warn('message', extra);
		return told[0];
	};

	it.each<[string, unknown, object]>([
		['nothing', undefined, {}],
		['an object', { topic: 'settings', ms: 1 }, { topic: 'settings', ms: 1 }],
		['an object without a prototype', Object.assign(Object.create(null), { ms: 1 }), { ms: 1 }],
		['null', null, { extra: null }],
		['text', 'text', { extra: 'text' }],
		['an array', [1], { extra: [1] }],
		['an error', new Error('it fails'), { extra: new Error('it fails') }],
	])('adds the tags to %s', (_, extra, expected) => {
		expect(tagged(extra)).toEqual(['message', { window: 'main', topic: 'none', ...expected }]);
	});

	it.each(LEVELS)('passes %s on as that', (level) => {
		const told: string[] = [];
		const base = { debug: () => told.push('debug'), warn: () => told.push('warn'), error: () => told.push('error') };
		tagLogger(base, {})[level]('message');
		expect(told).toEqual([level]);
	});
});
