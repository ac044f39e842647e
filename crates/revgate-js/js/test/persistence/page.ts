import {
	clearPersistedData,
	createCompressionStreamAdapter,
	createIndexedDBBackend,
	createLocalStorageBackend,
	createPersistenceApplier,
	createSessionStorageBackend,
	type PersistenceApplierOptions,
} from '../../src/persistence/index.js';
import type { Revision, SnapshotEnvelope } from '../../src/types.js';

/** A window of a test in real tabs: what it shows, and what it was told. */
export interface Tab {
	shown: string[];
	faults: string[];
	messages: string[];
	saved: string[];
	isCached: boolean;
	load(): Promise<SnapshotEnvelope<unknown> | null>;
	apply(revision: string, data?: unknown): void;
	flush(): Promise<void>;
	clear(): Promise<void>;
	dispose(): void;
}

type Place = 'localStorage' | 'sessionStorage' | 'IndexedDB';

const places = {
	localStorage: () => createLocalStorageBackend<unknown>({ key: 'place' }),
	sessionStorage: () => createSessionStorageBackend<unknown>({ key: 'place' }),
	// However busy the machine is: that an answer may be late is another matter.
	IndexedDB: () => createIndexedDBBackend<unknown>({ dbName: 'place', storeName: 'states', timeoutMs: 50_000 }),
};

type Options = Partial<PersistenceApplierOptions<unknown>> & { compress?: boolean };

function open(place: Place, { compress = false, ...options }: Options = {}): Tab {
	const storage = places[place]();
	const shown: string[] = [];
	const faults: string[] = [];
	const messages: string[] = [];
	const saved: string[] = [];
	const applier = createPersistenceApplier<unknown>({
		storage,
		applier: {
			apply: ({ revision }) => {
				shown.push(revision);
			},
		},
		onPersistenceError: ({ operation, error }) => {
			faults.push(`${operation} ${error.fault}`);
			messages.push(error.message);
		},
		...(compress && { compression: createCompressionStreamAdapter() }),
		...options,
	});
	applier.on('saveComplete', ({ revision }) => saved.push(revision));
	return {
		shown,
		faults,
		messages,
		saved,
		get isCached() {
			return applier.isCached;
		},
		load: () => applier.load(),
		apply: (revision, data = null) => void applier.apply({ revision: revision as Revision, data }),
		flush: () => applier.flush(),
		clear: () => clearPersistedData(storage),
		dispose: () => applier.dispose(),
	};
}

declare global {
	var openTab: typeof open;
	var tab: Tab;
	var unheard: string[];
}

globalThis.unheard = [];
addEventListener('unhandledrejection', ({ reason }) => unheard.push(String(reason)));
addEventListener('error', ({ message }) => unheard.push(message));
globalThis.openTab = open;
