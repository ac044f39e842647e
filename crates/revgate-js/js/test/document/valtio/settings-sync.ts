// sync/settings-sync.ts — Valtio
import { createTauriRevisionSync } from 'revgate/tauri';
import { createValtioSnapshotApplier } from 'revgate/valtio';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { settingsState } from './settings.js'; // proxy({...})

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createValtioSnapshotApplier(settingsState, { pickKeys: ['theme', 'language', 'fontSize'] }),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

window.addEventListener('beforeunload', () => sync.stop());
