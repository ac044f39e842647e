//! What a window shows first.

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use revgate_leptos::{show_window_when, use_topic};
use revgate_settings::Settings;

/// Shows the settings for as long as the page is there, and then its window.
pub(crate) fn show() {
    mount_to_body(|| {
        let settings = use_topic::<Settings>();
        show_window_when(move || settings.is_ready());
        view! { <output>{move || settings.with(describe)}</output> }
    });
}

fn describe(settings: &Settings) -> String {
    format!("{} {}", settings.theme.as_str(), settings.font_size)
}
