import type { Settings } from './types/settings.js';

/** What a window shows until it has started: not what the backend has. */
export const defaults = (): Settings => ({
	theme: 'light',
	language: '',
	fontSize: 0,
	notificationsEnabled: false,
	autoSave: false,
	sidebarCollapsed: true,
});
