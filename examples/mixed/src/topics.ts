// Generated from Rust by `revgate::typescript`. Edits are lost.

/** What the settings window edits and the main window follows. */
export type Settings = {
	/** Light, dark, or as the desktop has it. Default: system. */
	theme: Theme;
	/** A BCP 47 language tag. Default: `en`. */
	language: string;
	/** In CSS pixels, within `Settings::FONT_SIZE`. Default: 14. */
	fontSize: number;
	/** Whether the app shows notifications. Default: yes. */
	notificationsEnabled: boolean;
	/** Whether notes are saved while they are typed. Default: yes. */
	autoSave: boolean;
	/** Whether the side bar is folded away. Default: no. */
	sidebarCollapsed: boolean;
};

/** The look of the windows. */
export type Theme = "light" | "dark" | "system";

declare module 'revgate' {
	interface Topics {
		settings: Settings;
	}
}
