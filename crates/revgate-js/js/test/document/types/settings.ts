// src/types/settings.ts
export interface Settings {
	theme: 'light' | 'dark' | 'system';
	language: string;
	fontSize: number;
	notificationsEnabled: boolean;
	autoSave: boolean;
	sidebarCollapsed: boolean;
}
