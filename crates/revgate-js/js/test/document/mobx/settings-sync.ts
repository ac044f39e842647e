// sync/settings-sync.ts — MobX
import { createTauriRevisionSync } from 'revgate/tauri';
import { createMobXSnapshotApplier } from 'revgate/mobx';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { runInAction } from 'mobx';
import { settingsStore } from './settings.js'; // observable({...})

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createMobXSnapshotApplier(settingsStore, { runInAction }),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

window.addEventListener('beforeunload', () => sync.stop());
