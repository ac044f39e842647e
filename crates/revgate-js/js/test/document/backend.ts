// The document's Rust side, behind the mock of Tauri's own package: the same two commands, the same
// event, and what serde does with what it is sent.

import { emit } from '@tauri-apps/api/event';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';

import type { Settings } from './types/settings.js';

const FIELDS = ['theme', 'language', 'fontSize', 'notificationsEnabled', 'autoSave', 'sidebarCollapsed'] as const;

interface Internals {
	callbacks: Map<number, unknown>;
}

export class Backend {
	settings: Settings = {
		theme: 'system',
		language: 'en',
		fontSize: 14,
		notificationsEnabled: true,
		autoSave: true,
		sidebarCollapsed: false,
	};
	revision = 1;
	/** How often a window has asked for the settings. */
	fetches = 0;

	constructor() {
		clearMocks();
		const commands: Record<string, (args: unknown) => unknown> = {
			get_settings: () => {
				this.fetches += 1;
				return this.#envelope();
			},
			update_settings: (args) => this.update(deserialize((args as { settings: unknown }).settings)),
		};
		mockIPC(
			async (command, args) => {
				// What crosses is JSON: no functions, and nothing shared.
				const answer: unknown = await commands[command]!(JSON.parse(JSON.stringify(args)));
				return JSON.parse(JSON.stringify(answer));
			},
			{ shouldMockEvents: true },
		);
	}

	#envelope() {
		return { revision: String(this.revision), data: this.settings };
	}

	/** As `update_settings` does, whoever calls it. */
	async update(settings: Settings) {
		this.settings = settings;
		this.revision += 1;
		await emit('settings:invalidated', { topic: 'settings', revision: String(this.revision) });
		return this.#envelope();
	}

	/** How many callbacks of the page Tauri holds. */
	get callbacks(): number {
		return (window as never as { __TAURI_INTERNALS__: Internals }).__TAURI_INTERNALS__.callbacks.size;
	}
}

/** As serde does with a struct: unknown fields are dropped, missing ones are an error. */
function deserialize(value: unknown): Settings {
	const fields = value as Record<string, unknown>;
	const missing = FIELDS.find((field) => !(field in fields));
	if (missing) throw new Error(`missing field \`${missing}\``);
	return Object.fromEntries(FIELDS.map((field) => [field, fields[field]])) as never;
}
