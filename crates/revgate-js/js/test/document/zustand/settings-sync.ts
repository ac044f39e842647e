// sync/settings-sync.ts — Zustand
import { createTauriRevisionSync } from 'revgate/tauri';
import { createZustandSnapshotApplier } from 'revgate/zustand';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { useSettingsStore } from './settings.js';

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createZustandSnapshotApplier(useSettingsStore, { omitKeys: ['isLoading'] }),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

// Cleanup on page unload
window.addEventListener('beforeunload', () => sync.stop());
