import { afterEach, describe, expect, it } from 'vitest';

import { createRevisionSync, noopLogger, type RevisionSyncHandle } from '../../src/index.js';
// An app written against the reference document's add-on needs another name here, and no more.
import {
	createIndexedDBBackend,
	createLZCompressionAdapter,
	createMemoryStorageBackend,
	createMigrationBuilder,
	createPersistenceApplier,
	type DisposablePersistenceApplier,
	loadPersistedSnapshot,
	type MigrationHandler,
	type PersistenceErrorContext,
	type StorageBackend,
} from '../../src/persistence/index.js';
import type { InvalidationEvent, Revision, SnapshotEnvelope } from '../../src/types.js';
import { watchErrors } from '../watch.js';
import './setup.js';

watchErrors();

interface SettingsV1 {
	darkMode: boolean;
}
interface SettingsV2 extends SettingsV1 {
	language: string;
}
interface Settings {
	theme: 'light' | 'dark';
	language: string;
	fontSize: number;
}

const migration = createMigrationBuilder<Settings>()
	.addMigration<SettingsV1, SettingsV2>(1, (v1) => ({ ...v1, language: 'en' }))
	.addMigration<SettingsV2, Settings>(2, (v2) => ({
		theme: v2.darkMode ? 'dark' : 'light',
		language: v2.language,
		fontSize: 14,
	}))
	.build(3);

// As a literal, the shapes in between are nobody's: `v1` has any.
const literal: MigrationHandler<Settings> = {
	currentVersion: 3,
	migrations: {
		1: (v1) => ({ ...v1, language: 'en' }),
		2: (v2) => ({ theme: v2.darkMode ? 'dark' : 'light', language: v2.language, fontSize: 14 }),
	},
};

function isSettings(data: unknown): data is Settings {
	return typeof (data as Settings | null)?.fontSize === 'number';
}

/** A backend with the settings of today. */
class Backend {
	revision = 1;
	settings: Settings = { theme: 'light', language: 'de', fontSize: 14 };
	handler: (event: InvalidationEvent) => void = () => {};

	readonly subscriber = {
		subscribe: async (handler: (event: InvalidationEvent) => void) => {
			this.handler = handler;
			return () => {};
		},
	};
	readonly provider = {
		getSnapshot: async (): Promise<SnapshotEnvelope<Settings>> => ({
			revision: String(this.revision) as Revision,
			data: { ...this.settings },
		}),
	};

	write(settings: Partial<Settings>): void {
		Object.assign(this.settings, settings);
		this.revision++;
		this.handler({ topic: 'settings', revision: String(this.revision) as Revision });
	}
}

const running: { sync: RevisionSyncHandle; applier: DisposablePersistenceApplier<Settings> }[] = [];

afterEach(() => {
	for (const { sync, applier } of running.splice(0)) {
		sync.stop();
		applier.dispose();
	}
});

/** The document's setup, from storage to sync. */
async function startApp(storage: StorageBackend<Settings>, backend: Backend, handler = migration) {
	const shown: Settings[] = [];
	const errors: PersistenceErrorContext[] = [];
	const innerApplier = {
		apply: (snapshot: SnapshotEnvelope<Settings>) => {
			shown.push(snapshot.data);
		},
	};
	const applier = createPersistenceApplier({
		storage,
		applier: innerApplier,
		schemaVersion: handler.currentVersion,
		compression: createLZCompressionAdapter(),
		ttlMs: 24 * 60 * 60 * 1000,
		enableHash: true,
		crossTabSync: { channelName: `settings-${Math.random()}`, receiveUpdates: true, broadcastSaves: true },
		throttling: { debounceMs: 300, throttleMs: 1000, maxWaitMs: 5000 },
		onPersistenceError: (context) => errors.push(context),
	});
	const saved: string[] = [];
	applier.on('saveComplete', (snapshot, durationMs) => saved.push(`${snapshot.revision} ${durationMs >= 0}`));

	const cached = await loadPersistedSnapshot(storage, innerApplier, {
		migration: handler,
		validate: true,
		validator: isSettings,
		verifyHash: true,
	});
	const painted = [...shown];

	const sync = createRevisionSync({
		topic: 'settings',
		subscriber: backend.subscriber,
		provider: backend.provider,
		applier,
		logger: noopLogger,
	});
	running.push({ sync, applier });
	await sync.start();
	return { applier, sync, cached, painted, shown, saved, errors };
}

describe.each([
	['memory', () => createMemoryStorageBackend<Settings>()],
	['IndexedDB', () => createIndexedDBBackend<Settings>({ dbName: `app-${Math.random()}`, storeName: 'cache', recordKey: 'settings' })],
] as const)('an app of the reference document, on %s', (_, open) => {
	it('paints what it last knew, then what the backend says, and keeps that', async () => {
		const storage = open();
		const backend = new Backend();
		const first = await startApp(storage, backend);
		expect([first.cached, first.painted]).toEqual([null, []]);
		backend.write({ theme: 'dark' });
		await expect.poll(() => first.shown.at(-1)?.theme).toBe('dark');
		await first.applier.flush();
		expect(first.saved).toEqual(['2 true']);
		expect(first.applier.getStats()).toMatchObject({ saveCount: 1, saveErrorCount: 0, throttledCount: 1 });

		backend.settings.fontSize = 20;
		backend.revision = 3;
		const second = await startApp(storage, backend);
		expect(second.cached).toEqual({ revision: '2', data: { theme: 'dark', language: 'de', fontSize: 14 } });
		expect(second.painted).toEqual([second.cached?.data]);
		expect(second.shown.map(({ fontSize }) => fontSize)).toEqual([14, 20]);
		expect(second.sync.getLocalRevision()).toBe('3');
		expect([...first.errors, ...second.errors]).toEqual([]);
	});

	it.each([migration, literal])('data of version 1 is brought to version 3', async (handler) => {
		const storage = open();
		const old = createPersistenceApplier<SettingsV1>({
			storage: storage as unknown as StorageBackend<SettingsV1>,
			applier: { apply: () => {} },
		});
		await old.apply({ revision: '1' as Revision, data: { darkMode: true } });
		await old.flush();
		old.dispose();
		const { cached, errors } = await startApp(storage, new Backend(), handler);
		expect(cached?.data).toEqual({ theme: 'dark', language: 'en', fontSize: 14 });
		expect(errors).toEqual([]);
	});
});
