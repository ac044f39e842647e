// Every entry as an app in TypeScript uses it.

import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { atom, createStore as createJotaiStore } from 'jotai';
import {
	createRevisionSync,
	createTopic,
	type Revision,
	type SnapshotApplier,
	type SyncErrorContext,
} from 'revgate';
import { createTauriRevisionSync as inJavaScript } from 'revgate/js';
import { createJotaiSnapshotApplier } from 'revgate/jotai';
import { createLocalStorageBackend } from 'revgate/persistence';
import { provideGate, createTauriRevisionSync as slim } from 'revgate/slim';
import { useTopic as useInReact } from 'revgate/react';
import { useTopic as useInSolid } from 'revgate/solid';
import { useTopic as useInSvelte } from 'revgate/svelte/runes';
import { createTauriRevisionSync } from 'revgate/tauri';
import { useTopic as useInVue } from 'revgate/vue';
import { useTopic as inJavaScriptAndReact } from 'revgate/js/react';
import { createZustandSnapshotApplier } from 'revgate/zustand';
import { createStore } from 'zustand/vanilla';

interface Settings {
	theme: 'light' | 'dark';
	volume: number;
}

declare module 'revgate' {
	interface Topics {
		settings: Settings;
	}
}

const topic = createTopic('settings');
topic.subscribe(({ theme }) => {
	document.documentElement.dataset.theme = theme satisfies 'light' | 'dark';
});
export const darken = () =>
	topic.update((draft) => {
		draft.theme = 'dark';
	});
export const useTheme = () => [
	useInReact(topic, ({ theme }) => theme)[0] satisfies Settings['theme'] | undefined,
	useInSolid(topic),
	useInSvelte(topic),
	useInVue(topic),
	inJavaScriptAndReact('settings', ({ theme }) => theme)[0] satisfies Settings['theme'] | undefined,
];
export const storage = createLocalStorageBackend<Settings>({ key: 'settings' });

const store = createStore<Settings>(() => ({ theme: 'light', volume: 1 }));
const settings = atom<Settings>({ theme: 'light', volume: 1 });

const parts = {
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	onError(context: SyncErrorContext) {
		console.error(`[sync] phase=${context.phase}`, context.error);
	},
};
const sync = createTauriRevisionSync<Settings>({
	...parts,
	applier: createZustandSnapshotApplier(store, { omitKeys: ['volume'] }),
});
slim<Settings>({ ...parts, applier: createJotaiSnapshotApplier(createJotaiStore(), settings) });

const revision: Revision = sync.getLocalRevision();
const plain: SnapshotApplier<Settings> = {
	apply({ data }) {
		document.title = data.theme;
	},
};
inJavaScript<Settings>({ ...parts, applier: plain });
createRevisionSync<Settings>({
	topic: 'settings',
	subscriber: { subscribe: async () => () => {} },
	provider: { getSnapshot: async () => ({ revision, data: { theme: 'dark', volume: 0 } }) },
	applier: plain,
});

export async function begin(module: WebAssembly.Module): Promise<void> {
	await provideGate(module);
	await sync.start();
}
