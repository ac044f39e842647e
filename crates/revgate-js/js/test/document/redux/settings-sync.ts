// sync/settings-sync.ts — Redux
import { createTauriRevisionSync } from 'revgate/tauri';
import { createReduxSnapshotApplier } from 'revgate/redux';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { store } from './settings.js'; // configureStore({ reducer: withSnapshotHandling(rootReducer) })

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createReduxSnapshotApplier(store, { omitKeys: ['isLoading'] }),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

// Cleanup on page unload
window.addEventListener('beforeunload', () => sync.stop());
