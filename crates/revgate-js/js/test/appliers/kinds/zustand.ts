import { create } from 'zustand';
import { combine, createJSONStorage, devtools, persist, redux, subscribeWithSelector } from 'zustand/middleware';
import { immer } from 'zustand/middleware/immer';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { createZustandSnapshotApplier } from '../../../src/appliers/zustand.js';
import { initial, type Kind, type Opened, type Settings } from './kind.js';

function of(store: Pick<StoreApi<Settings>, 'getState' | 'subscribe' | 'setState'>): Opened {
	return {
		create: () => createZustandSnapshotApplier(store),
		state: () => JSON.parse(JSON.stringify(store.getState())),
		watch: (told) => void store.subscribe(told),
	};
}

/** A storage that holds an older state. */
function storage() {
	const stored = { state: { ...initial(), theme: 'stored' }, version: 0 };
	return {
		getItem: () => stored,
		setItem: () => undefined,
		removeItem: () => undefined,
	};
}

const none = (): never => {
	throw new Error('there is no storage');
};

export const zustand: Kind[] = [
	['a hook', () => of(create(initial))],
	['a vanilla store', () => of(createStore(initial))],
	['persist', () => of(createStore(persist(initial, { name: 'settings', storage: storage() })))],
	['persist without a storage', () => {
		const storage = createJSONStorage(none) as never;
		return of(createStore(persist(initial, { name: 'settings', storage })));
	}],
	['immer', () => of(createStore(immer(initial)) as never)],
	['devtools', () => of(createStore(devtools(initial, { enabled: false })) as never)],
	['subscribeWithSelector', () => of(createStore(subscribeWithSelector(initial)))],
	['combine', () => of(createStore(combine(initial(), () => ({ toggle() {} }))))],
	['redux', () => of(createStore(redux((state: Settings) => state, initial())))],
	['all at once', () => {
		const persisted = persist(immer(initial), { name: 'all', storage: storage() });
		return of(createStore(devtools(subscribeWithSelector(persisted), { enabled: false })) as never);
	}],
	['a Map', () => {
		const store = createStore(() => new Map(Object.entries(initial())));
		return { ...of(store as never), state: () => Object.fromEntries(store.getState()) };
	}],
];
