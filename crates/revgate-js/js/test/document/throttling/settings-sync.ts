import { createTauriRevisionSync } from 'revgate/tauri';
import { createZustandSnapshotApplier } from 'revgate/zustand';
import { listen } from '@tauri-apps/api/event';
import { invoke } from '@tauri-apps/api/core';
import { useSettingsStore } from '../zustand/settings.js';

const sync = createTauriRevisionSync({
	topic: 'settings',
	listen,
	invoke,
	eventName: 'settings:invalidated',
	commandName: 'get_settings',
	applier: createZustandSnapshotApplier(useSettingsStore),
	throttling: { debounceMs: 50 },
	onError(ctx) {
		console.error(`[sync] phase=${ctx.phase}`, ctx.error);
	},
});

export { sync };
