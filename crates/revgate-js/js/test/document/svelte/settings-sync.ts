// sync/settings-sync.ts — Svelte (writable store)
import { createTauriRevisionSync } from 'revgate/tauri';
import { createSvelteSnapshotApplier } from 'revgate/svelte';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { settingsStore } from './settings.js'; // writable(...)

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createSvelteSnapshotApplier(settingsStore),
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

await sync.start();

window.addEventListener('beforeunload', () => sync.stop());
