// The settings in a store of Zustand, kept the same as in every other window.

import { createTopic, type Status, type TopicError, type Version } from 'revgate';
import { createZustandSnapshotApplier } from 'revgate/zustand';
import { create } from 'zustand';

import type { Settings } from './topics';

/** How this window keeps the settings. It is no part of them. */
interface Sync {
	status: Status['type'];
	/** None before the first snapshot: until then the settings are guesses. */
	version: Version | undefined;
	/** Why they are not kept, or an edit was not taken. */
	error: TopicError | undefined;
}

const initial: Settings = {
	theme: 'system',
	language: 'en',
	fontSize: 14,
	notificationsEnabled: true,
	autoSave: true,
	sidebarCollapsed: false,
};

// Outside Tauri this page is a plain browser tab, beside the Leptos one in another.
if (!('__TAURI_INTERNALS__' in window)) {
	const { inTabs } = await import('revgate/tabs');
	inTabs('revgate-notes', { topics: { settings: initial } });
}

export const settings = createTopic('settings');

/** The settings, and what this window has beside them. */
type State = Settings & { sync: Sync };

export const useSettings = create<State>()(() => ({
	...initial,
	sync: { status: 'loading', version: undefined, error: undefined },
}));

const applier = createZustandSnapshotApplier<State, Settings>(useSettings, { omitKeys: ['sync'] });

function lookAfterSync(): void {
	const { type: status } = settings.status();
	useSettings.setState({ sync: { status, version: settings.version(), error: settings.error() } });
}

settings.subscribe((data, { revision }) => {
	applier.apply({ revision, data });
	lookAfterSync();
});
settings.onStatus(lookAfterSync);
settings.onError(lookAfterSync);
// An edit that the backend has taken has a version, although it changes nothing any more.
settings.onPending(lookAfterSync);
