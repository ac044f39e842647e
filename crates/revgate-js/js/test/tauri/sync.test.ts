import { describe, expect, it } from 'vitest';

import {
	createTauriFileBackend,
	createTauriInvalidationSubscriber,
	createTauriRevisionSync,
	createTauriSnapshotProvider,
	type SyncErrorContext,
	type TauriInvoke,
	type TauriListen,
} from '../../src/index.js';
import { pass, revision, watchEverything } from '../sync/harness.js';

watchEverything();

/** `listen` and `invoke` as Tauri has them, and a backend as the reference document writes it. */
class App {
	readonly invoked: [string, unknown][] = [];
	readonly answers: Record<string, unknown> = {};
	readonly #listeners = new Map<number, [string, (event: never) => void]>();
	#nextId = 1;

	readonly listen: TauriListen = async (eventName, handler) => {
		const id = this.#nextId++;
		this.#listeners.set(id, [eventName, handler as (event: never) => void]);
		// As in @tauri-apps/api, what ends it is asynchronous.
		return (async () => {
			await null;
			this.#listeners.delete(id);
		}) as () => void;
	};

	readonly invoke: TauriInvoke = async (commandName, args) => {
		this.invoked.push([commandName, args]);
		if (!(commandName in this.answers)) {
			throw `Command ${commandName} not found`;
		}
		return this.answers[commandName] as never;
	};

	get listeners(): number {
		return this.#listeners.size;
	}

	emit(eventName: string, event: unknown): void {
		for (const [name, handler] of this.#listeners.values()) {
			if (name === eventName) {
				handler(event as never);
			}
		}
	}
}

describe('createTauriRevisionSync', () => {
	it('follows a backend as the reference document has it', async () => {
		const app = new App();
		const shown: unknown[] = [];
		const errors: SyncErrorContext[] = [];
		app.answers['get_settings'] = { revision: '1', data: { theme: 'system' } };
		const sync = createTauriRevisionSync({
			topic: 'settings',
			listen: app.listen,
			invoke: app.invoke,
			eventName: 'settings:invalidated',
			commandName: 'get_settings',
			applier: { apply: ({ data }) => void shown.push(data) },
			throttling: { debounceMs: 50 },
			onError: (context) => errors.push(context),
		});
		await sync.start();
		expect(shown).toEqual([{ theme: 'system' }]);

		app.answers['get_settings'] = { revision: '2', data: { theme: 'dark' } };
		app.emit('another:event', { payload: { topic: 'settings', revision: '9' } });
		app.emit('settings:invalidated', { event: 'settings:invalidated', id: 1, payload: { topic: 'settings', revision: '2' } });
		await pass(50);
		expect(shown).toEqual([{ theme: 'system' }, { theme: 'dark' }]);
		expect(app.invoked).toEqual([['get_settings', undefined], ['get_settings', undefined]]);

		sync.stop();
		await pass();
		expect([app.listeners, errors]).toEqual([0, []]);
	});

	it.each([null, undefined, 7, {}, { payload: null }])('reports the event %j, and throws into nobody', async (event) => {
		const app = new App();
		const errors: SyncErrorContext[] = [];
		app.answers['get_settings'] = { revision: '1', data: {} };
		const sync = createTauriRevisionSync({
			topic: 'settings',
			listen: app.listen,
			invoke: app.invoke,
			eventName: 'settings:invalidated',
			commandName: 'get_settings',
			applier: { apply() {} },
			onError: (context) => errors.push(context),
		});
		await sync.start();
		expect(() => app.emit('settings:invalidated', event)).not.toThrow();
		expect(errors.map(({ phase }) => phase)).toEqual(['protocol']);
		sync.stop();
	});

	it('passes each option on', async () => {
		const app = new App();
		const asked: unknown[] = [];
		const logged: string[] = [];
		const statuses: string[] = [];
		app.answers['get'] = { revision: '1', data: { count: 0 } };
		const applied: unknown[] = [];
		const sync = createTauriRevisionSync<{ count: number }>({
			topic: 'settings',
			listen: app.listen,
			invoke: app.invoke,
			eventName: 'event',
			commandName: 'get',
			args: { of: 'settings' },
			applier: { apply: ({ data }) => void applied.push(data.count) },
			shouldRefresh: (event) => asked.push(event.sourceId) > 0,
			logger: { debug: (message) => logged.push(message), warn() {}, error() {} },
			onStatus: ({ type }) => statuses.push(type),
			applyPatch: ({ count }, patch) => ({ count: count + (patch as number) }),
			gate: { resyncMs: Number.POSITIVE_INFINITY },
		});
		await sync.start();
		app.emit('event', { payload: { topic: 'settings', revision: '2', sourceId: 'main', base: { revision: '1' }, patch: 5 } });
		await pass(100_000);
		expect(app.invoked).toEqual([['get', { of: 'settings' }]]);
		expect([applied, asked, statuses]).toEqual([[0, 5], ['main'], ['live']]);
		expect(logged).toContain('[revgate] applied');
		sync.stop();
	});

	it('is refused a topic that is none, as createRevisionSync is', () => {
		const { listen, invoke } = new App();
		const parts = { listen, invoke, eventName: 'event', commandName: 'get', applier: { apply() {} } };
		expect(() => createTauriRevisionSync({ ...parts, topic: ' ' })).toThrow('[revgate] `topic` must be a non-empty string');
	});
});

describe('createTauriInvalidationSubscriber', () => {
	it('passes on what the event carries, whatever it is', async () => {
		const app = new App();
		const heard: unknown[] = [];
		const subscriber = createTauriInvalidationSubscriber({ listen: app.listen, eventName: 'event' });
		const end = await subscriber.subscribe((event) => heard.push(event));
		for (const event of [{ payload: 1 }, { payload: null }, {}, null]) {
			app.emit('event', event);
		}
		expect(heard).toEqual([1, null, undefined, undefined]);
		end();
		await pass();
		expect(app.listeners).toBe(0);
	});
});

describe('createTauriSnapshotProvider', () => {
	it('asks the command, with its arguments', async () => {
		const app = new App();
		app.answers['get'] = { revision: '1', data: 5 };
		expect(await createTauriSnapshotProvider({ invoke: app.invoke, commandName: 'get', args: { a: 1 } }).getSnapshot()).toEqual({ revision: '1', data: 5 });
		await expect(createTauriSnapshotProvider({ invoke: app.invoke, commandName: 'none' }).getSnapshot()).rejects.toBe('Command none not found');
		expect(app.invoked).toEqual([['get', { a: 1 }], ['none', undefined]]);
	});
});

describe('createTauriFileBackend', () => {
	const snapshot = { revision: revision(3), data: { theme: 'dark' } };

	it('saves, loads and clears by the app’s commands', async () => {
		const app = new App();
		Object.assign(app.answers, { save: null, load: snapshot, clear: null });
		const storage = createTauriFileBackend({
			invoke: app.invoke,
			saveCommand: 'save',
			loadCommand: 'load',
			clearCommand: 'clear',
			args: { file: 'a.json' },
		});
		await storage.save(snapshot);
		expect(await storage.load()).toBe(snapshot);
		await storage.clear?.();
		expect(app.invoked).toEqual([
			['save', { file: 'a.json', snapshot }],
			['load', { file: 'a.json' }],
			['clear', { file: 'a.json' }],
		]);
	});

	it('saves the snapshot, whatever else is called so', async () => {
		const app = new App();
		app.answers['save'] = null;
		const storage = createTauriFileBackend({ invoke: app.invoke, saveCommand: 'save', loadCommand: 'load', args: { snapshot: 'mine' } });
		await storage.save(snapshot);
		expect(app.invoked).toEqual([['save', { snapshot }]]);
	});

	it.each([null, undefined])('loads null for %s', async (answer) => {
		const app = new App();
		app.answers['load'] = answer;
		expect(await createTauriFileBackend({ invoke: app.invoke, saveCommand: 'save', loadCommand: 'load' }).load()).toBeNull();
	});

	it('clears nothing without a command for it, and fails with what a command fails with', async () => {
		const app = new App();
		const storage = createTauriFileBackend({ invoke: app.invoke, saveCommand: 'save', loadCommand: 'load' });
		await storage.clear?.();
		expect(app.invoked).toEqual([]);
		await expect(storage.load()).rejects.toBe('Command load not found');
		await expect(storage.save(snapshot)).rejects.toBe('Command save not found');
	});
});
