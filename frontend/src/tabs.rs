//! The app in plain browser tabs: what `src-tauri` keeps for the windows, tabs keep themselves.

use revgate_leptos::{in_tabs, tabs::Tabs};
use revgate_settings::{Settings, Whereabouts};

/// Has tabs share what the windows do.
pub(crate) fn share() {
    let notes = Tabs::builder("revgate-notes");
    in_tabs(notes.topic(Settings::default()).presence::<Whereabouts>());
}
