// Write path (framework-agnostic)
import { invoke } from '@tauri-apps/api/core';
import { useSettingsStore } from '../zustand/settings.js';
// Read current state from your store (Zustand shown here)
const current = useSettingsStore.getState();
await invoke('update_settings', {
	settings: { ...current, theme: 'dark' },
});
