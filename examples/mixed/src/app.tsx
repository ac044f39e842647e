// The settings window: the same as in Leptos (`frontend/src/settings_window`), in React.

import { getCurrentWindow } from '@tauri-apps/api/window';
import { useEffect } from 'react';
import { explain } from 'revgate/errors';
import { FontSizeSlider, LanguageSelect, Switch, ThemePicker, useLabels } from './controls';
import { Glyph } from './icons';
import { useSettings } from './settings';

export function App() {
	const labels = useLabels();
	const isReady = useSettings(({ sync }) => sync.version !== undefined);
	// The app opens its window hidden. It is shown with the settings, or with the reason why there are none.
	const isToShow = useSettings(({ sync }) => sync.version !== undefined || sync.error !== undefined);
	useEffect(() => {
		if (isToShow && '__TAURI_INTERNALS__' in window) void getCurrentWindow().show();
	}, [isToShow]);
	return (
		<div className="window">
			<header className="header">
				<span className="header-mark">
					<Glyph icon="sliders" />
				</span>
				<div className="header-text">
					<h1>{labels.settings}</h1>
					<p>{labels.subtitle}</p>
				</div>
			</header>
			<main className="settings">
				<fieldset className="settings-controls" disabled={!isReady}>
					<section className="group" aria-labelledby="appearance">
						<h2 id="appearance">{labels.appearance}</h2>
						<div className="card">
							<ThemePicker />
							<LanguageSelect />
							<FontSizeSlider />
						</div>
					</section>
					<section className="group" aria-labelledby="behavior">
						<h2 id="behavior">{labels.behavior}</h2>
						<div className="card">
							<Switch flag="notificationsEnabled" />
							<Switch flag="autoSave" />
							<Switch flag="sidebarCollapsed" />
						</div>
					</section>
				</fieldset>
			</main>
			<StatusBar />
		</div>
	);
}

/** The quiet corner: is this window in sync, how new is its state, and if not, why. */
function StatusBar() {
	const labels = useLabels();
	const { status, version, error } = useSettings(({ sync }) => sync);
	return (
		<footer className="status-bar">
			<div className="status-words" role="status" aria-live="polite">
				{error && (
					<p className="status-fault">
						<Glyph icon="warning" />
						<span className="status-reason" lang="en" dir="auto" title={explain(error.message)}>
							{explain(error.reason)}
						</span>
					</p>
				)}
				<span className="status-dot" aria-hidden="true" />
				<span className="status-word">{labels[status]}</span>
			</div>
			{version && (
				<span className="status-revision" title={`${labels.revision} ${version.epoch ?? '0'}.${version.revision}`}>
					r{version.revision}
				</span>
			)}
		</footer>
	);
}
