//! The settings that are on or off.

use leptos::prelude::*;
use revgate_leptos::{bind, use_topic};
use revgate_settings::Settings;

use super::refusal::Refusal;
use crate::labels::{Labels, use_labels};

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    /// Whether the app shows notifications.
    Notifications,
    /// Whether notes are saved while they are typed.
    AutoSave,
    /// Whether the side bar is folded away.
    SidebarCollapsed,
}

impl Flag {
    /// The name in the settings' JSON, and of the control.
    const fn name(self) -> &'static str {
        match self {
            Self::Notifications => "notificationsEnabled",
            Self::AutoSave => "autoSave",
            Self::SidebarCollapsed => "sidebarCollapsed",
        }
    }

    const fn label(self, labels: &Labels) -> &'static str {
        match self {
            Self::Notifications => labels.notifications,
            Self::AutoSave => labels.auto_save,
            Self::SidebarCollapsed => labels.collapse_sidebar,
        }
    }

    const fn hint(self, labels: &Labels) -> &'static str {
        match self {
            Self::Notifications => labels.notifications_hint,
            Self::AutoSave => labels.auto_save_hint,
            Self::SidebarCollapsed => labels.collapse_sidebar_hint,
        }
    }

    const fn read(self, settings: &Settings) -> bool {
        match self {
            Self::Notifications => settings.notifications_enabled,
            Self::AutoSave => settings.auto_save,
            Self::SidebarCollapsed => settings.sidebar_collapsed,
        }
    }

    const fn write(self, settings: &mut Settings, on: bool) {
        match self {
            Self::Notifications => settings.notifications_enabled = on,
            Self::AutoSave => settings.auto_save = on,
            Self::SidebarCollapsed => settings.sidebar_collapsed = on,
        }
    }
}

/// A switch with its name and what it does.
#[component]
pub(super) fn Switch(flag: Flag) -> impl IntoView {
    let labels = use_labels();
    let on = use_topic::<Settings>()
        .bind(move |settings| flag.read(settings), move |settings, on| flag.write(settings, on));
    let hint = format!("{}-hint", flag.name());

    view! {
        <div class="row">
            <div class="row-text">
                <label for=flag.name()>{move || flag.label(labels.get())}</label>
                <p id=hint.clone()>{move || flag.hint(labels.get())}</p>
                <Refusal of=move || on.error() />
            </div>
            <input
                id=flag.name()
                class="switch"
                type="checkbox"
                role="switch"
                name=flag.name()
                aria-describedby=hint
                use:bind=on
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use revgate_settings::Settings;

    use super::Flag;

    #[test]
    fn a_flag_writes_what_it_reads_and_nothing_else() {
        for flag in [Flag::Notifications, Flag::AutoSave, Flag::SidebarCollapsed] {
            let before = Settings::default();
            let mut after = before.clone();
            flag.write(&mut after, !flag.read(&before));
            assert_eq!(flag.read(&after), !flag.read(&before));
            flag.write(&mut after, flag.read(&before));
            assert_eq!(after, before);
        }
    }

    #[test]
    fn a_flag_has_the_name_of_its_field() {
        let json = serde_json::to_value(Settings::default()).expect("plain data");
        for flag in [Flag::Notifications, Flag::AutoSave, Flag::SidebarCollapsed] {
            assert_eq!(json[flag.name()], serde_json::json!(flag.read(&Settings::default())));
        }
    }
}
