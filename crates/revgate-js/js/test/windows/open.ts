// What the pages of the eight state managers have in common. A test drives each in a window of its
// own (`tests/windows/managers.rs`), all of them on one backend.

import { invoke } from '@tauri-apps/api/core';
import { createTopic, type SnapshotApplier } from 'revgate';

import type { Settings } from '../document/types/settings.js';

/** What all pages show. A window may have more of its own beside it, or follow no more than this. */
type Shown = Pick<Settings, 'theme' | 'language' | 'fontSize'>;

/** A page of one state manager. */
export interface Manager {
	/** Follows the backend as the reference document does it, by its own snippet. */
	snippet(): Promise<unknown>;
	applier: SnapshotApplier<Settings>;
	/** What the store holds. */
	state(): Settings;
	/** Calls `changed` when the library says that the store has changed. */
	watch(changed: () => void): void;
}

declare global {
	interface Window {
		/** For the test. */
		page: {
			/** Changes some of the settings, as this window does it. */
			change(changes: Partial<Settings>): Promise<unknown>;
			/** Makes the text larger by 1, so often, each time on whatever size it has by then. */
			grow(times: number): Promise<unknown>;
			/** What the page shows now. */
			look(): Shown;
			/** Every size of the text that the page has shown, in that order. */
			sizes: number[];
			errors: string[];
		};
	}
}

/** Follows the backend in the way that the address names, and shows what the store holds. */
export async function open(manager: Manager): Promise<void> {
	const errors: string[] = [];
	const sizes: number[] = [];
	const note = (...words: unknown[]): void => void errors.push(words.map(String).join(' '));
	addEventListener('unhandledrejection', ({ reason }) => note(reason));
	addEventListener('error', ({ message }) => note(message));
	// Where the snippets report failures, and createTopic unless it is told otherwise.
	console.error = note;
	console.warn = note;

	const shown = document.querySelector('output')!;
	const show = (): void => {
		const { theme, language, fontSize } = manager.state();
		const text = JSON.stringify({ theme, language, fontSize } satisfies Shown);
		if (shown.value === text) return;
		shown.value = text;
		sizes.push(fontSize);
	};
	const { change, grow } = new URLSearchParams(location.search).has('topic')
		? await byTopic(manager, show)
		: await byReference(manager, show);
	window.page = { change, grow, look: () => JSON.parse(shown.value) as Shown, sizes, errors };
}

/** The document's way: a command that takes the whole state. */
async function byReference({ snippet, state, watch }: Manager, show: () => void) {
	await snippet();
	show();
	watch(show);
	const change = (changes: Partial<Settings>): Promise<unknown> =>
		invoke('update_settings', { settings: { ...state(), ...changes } });
	const grow = async (times: number): Promise<void> => {
		for (let i = 0; i < times; i++) await change({ fontSize: state().fontSize + 1 });
	};
	return { change, grow };
}

/** The short way, into the same store. */
async function byTopic({ applier, watch }: Manager, show: () => void) {
	const settings = createTopic<Settings>('settings');
	settings.subscribe((data, { revision }) => applier.apply({ revision, data }));
	await settings.ready();
	show();
	watch(show);
	const change = (changes: Partial<Settings>): Promise<unknown> =>
		settings.update((draft) => void Object.assign(draft, changes));
	const grow = (times: number): Promise<unknown> => {
		const edits = Array.from({ length: times }, () => settings.update((draft) => void (draft.fontSize += 1)));
		return Promise.all(edits);
	};
	return { change, grow };
}
