// sync/settings-sync.ts — Vue reactive
import { createTauriRevisionSync } from 'revgate/tauri';
import { createVueSnapshotApplier } from 'revgate/vue';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { settingsState } from './settings.js'; // reactive({...})

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createVueSnapshotApplier(settingsState),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

window.addEventListener('beforeunload', () => sync.stop());
