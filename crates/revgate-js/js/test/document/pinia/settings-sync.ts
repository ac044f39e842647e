// sync/settings-sync.ts — Pinia (call inside setup or after app.use(pinia))
import { createTauriRevisionSync } from 'revgate/tauri';
import { createPiniaSnapshotApplier } from 'revgate/pinia';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { useSettingsStore } from './settings.js';

export async function initSync() {
	const store = useSettingsStore();

	const sync = createTauriRevisionSync({
		topic: 'settings',
		listen,
		invoke,
		eventName: 'settings:invalidated',
		commandName: 'get_settings',
		applier: createPiniaSnapshotApplier(store, { mode: 'patch', omitKeys: ['isSaving'] }),
		onError(ctx) {
			console.error(`[sync] phase=${ctx.phase}`, ctx.error);
		},
	});

	await sync.start();

	window.addEventListener('beforeunload', () => sync.stop());
}
