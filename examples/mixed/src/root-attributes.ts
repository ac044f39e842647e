// The state of the window as attributes of `<html>`: what the style sheets, and whoever drives the
// window from outside, go by.

import { directionOf, labelsOf } from './labels';
import { useSettings } from './settings';

export function keepRootAttributes(): void {
	const keep = (): void => {
		const { sync, theme, language, fontSize, notificationsEnabled, autoSave, sidebarCollapsed } = useSettings.getState();
		const root = document.documentElement;
		const labels = labelsOf(language);
		const attributes = {
			'data-status': sync.status,
			'data-revision': sync.version?.revision,
			'data-epoch': sync.version && (sync.version.epoch ?? '0'),
			'data-theme': theme,
			lang: language,
			dir: directionOf(labels),
			'data-font-size': fontSize,
			'data-notifications-enabled': notificationsEnabled,
			'data-auto-save': autoSave,
			'data-sidebar-collapsed': sidebarCollapsed,
		};
		for (const [name, value] of Object.entries(attributes)) {
			if (value !== undefined) root.setAttribute(name, String(value));
		}
		// Through the style object, which a strict content security policy allows.
		root.style.setProperty('--font-size', `${fontSize}px`);
		document.title = labels.title;
	};
	keep();
	useSettings.subscribe(keep);
}
