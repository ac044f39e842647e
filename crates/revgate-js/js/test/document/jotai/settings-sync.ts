// sync/settings-sync.ts — Jotai
import { createTauriRevisionSync } from 'revgate/tauri';
import { createJotaiSnapshotApplier } from 'revgate/jotai';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { getDefaultStore } from 'jotai';
import { settingsAtom } from './settings.js';

const jotaiStore = getDefaultStore();
const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createJotaiSnapshotApplier(jotaiStore, settingsAtom),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

window.addEventListener('beforeunload', () => sync.stop());
