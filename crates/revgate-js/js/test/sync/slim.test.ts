import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { GateSource } from '../../src/gate/source-slim.js';
import { createTopic } from '../../src/index.js';
import { createMemoryStorageBackend, createSnapshotCache } from '../../src/persistence/index.js';
import { unpack } from '../../src/gate/pack.js';
import { ZERO_REVISION } from '../../src/index.js';
import { packed } from '../../wasm/packed.js';
import { until } from '../until.js';
import { watchErrors } from '../watch.js';
import { Backend, Window } from './harness.js';

/** The module's source, of a page of its own for each test. */
const page = vi.hoisted(() => ({ slim: undefined as typeof import('../../src/gate/source-slim.js') | undefined }));

vi.mock('../../src/gate/source.js', () => ({
	loadGateSync: () => page.slim?.loadGateSync(),
	loadGate: () => page.slim?.loadGate(),
}));

watchErrors();

const bytes = unpack(packed);
const broken = (): GateSource => Promise.reject(new Error('the disk is full'));
let pages = 0;

const provide = (source: GateSource): Promise<void> => page.slim!.provideGate(source);
const turn = () => new Promise((resolve) => setTimeout(resolve));
const nothing = { subscribe: async () => () => {}, write: async () => expect.unreachable('nothing is written') };
const backend = { ...nothing, fetch: async () => '{"revision":"7","data":{"theme":"dark"}}' };

beforeEach(async () => {
	page.slim = await import(/* @vite-ignore */ `../../src/gate/source-slim.ts?page=slim-${++pages}`);
});

/** A topic, what fails of it, and how it is, until it is as it is to be. */
function topicOf(name: string) {
	const errors: string[] = [];
	const topic = createTopic<{ theme: string }>(name, { backend: backend as never });
	topic.onError(({ message }) => errors.push(message));
	const live = () => until(() => expect(topic.status().type).toBe('live'));
	return { topic, errors, live };
}

describe('with revgate/slim, what was made before `provideGate`', () => {
	it('waits for the module that comes in the same turn, and fails with nothing', async () => {
		const { topic, errors, live } = topicOf('same turn');
		const window = new Window(new Backend());
		const started = window.sync.start();
		await Promise.resolve();
		await provide(bytes);
		await Promise.all([live(), started]);
		expect([topic.get(), errors, window.theme, window.errors]).toEqual([{ theme: 'dark' }, [], 'system', []]);
		topic.stop();
		window.sync.stop();
	});

	it('says that there is no module, and wakes by itself when there is one', async () => {
		const { topic, errors, live } = topicOf('later');
		const window = new Window(new Backend());
		await expect(window.sync.start()).rejects.toThrow('call `provideGate`');
		await until(() => expect(topic.status().type).toBe('failed'));
		expect(errors).toEqual([expect.stringContaining('call `provideGate`')]);
		await provide(bytes);
		await live();
		await until(() => expect(window.theme).toBe('system'));
		expect([topic.get(), errors.length, window.errors.length]).toEqual([{ theme: 'dark' }, 1, 1]);
		topic.stop();
		window.sync.stop();
	});

	it('wakes when a second module is good, after a first that was not', async () => {
		const { topic, errors, live } = topicOf('second');
		await expect(provide(broken())).rejects.toThrow('the disk is full');
		await until(() => expect(topic.status().type).toBe('failed'));
		await expect(provide(broken())).rejects.toThrow('the disk is full');
		await provide(bytes);
		await live();
		expect(errors).toEqual([expect.stringContaining('the disk is full')]);
		topic.stop();
	});

	it('does not wake once it was stopped, nor by a refresh alone', async () => {
		const { topic } = topicOf('stopped');
		const [stopped, refreshed] = [new Window(new Backend()), new Window(new Backend())];
		const failing = [stopped.sync.start(), refreshed.sync.refresh()].map((it) => expect(it).rejects.toThrow('provideGate'));
		await Promise.all(failing);
		topic.stop();
		stopped.sync.stop();
		await provide(bytes);
		await turn();
		expect([topic.status().type, stopped.theme, refreshed.theme]).toEqual(['stopped', undefined, undefined]);
		refreshed.sync.stop();
	});

	it('keeps what a cache was given meanwhile', async () => {
		const storage = createMemoryStorageBackend<number>();
		const told: string[] = [];
		const cache = createSnapshotCache({ storage, onPersistenceError: ({ error }) => told.push(error.message) });
		cache.save({ revision: ZERO_REVISION, data: 5 });
		await until(() => expect(told).toEqual([expect.stringContaining('call `provideGate`')]));
		await provide(bytes);
		await until(async () => expect((await storage.load())?.data).toBe(5));
		cache.dispose();
	});
});

it('a second module that cannot be had fails nothing while a first is on its way, nor the other way round', async () => {
	for (const [name, order] of [['good first', [0, 1]], ['good last', [1, 0]]] as const) {
		page.slim = await import(/* @vite-ignore */ `../../src/gate/source-slim.ts?page=slim-${++pages}`);
		let arrive!: (it: BufferSource) => void;
		const good = new Promise<BufferSource>((resolve) => {
			arrive = resolve;
		});
		const provided = order.map((which) => provide(which ? broken() : good));
		const outcomes = Promise.allSettled(provided);
		const { topic, errors, live } = topicOf(name);
		await expect(provided[order.indexOf(1)]).rejects.toThrow('the disk is full');
		await turn();
		expect([topic.status().type, errors]).toEqual(['loading', []]);
		arrive(bytes);
		await live();
		expect([topic.get(), errors]).toEqual([{ theme: 'dark' }, []]);
		expect((await outcomes).map(({ status }) => status)).toEqual(order.map((which) => ['fulfilled', 'rejected'][which]));
		topic.stop();
	}
});
