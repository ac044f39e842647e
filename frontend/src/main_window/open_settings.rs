//! The one command of the app that a window calls by itself.

use leptos::prelude::window;

use crate::window::inside_tauri;

/// Opens the settings window, or brings it to the front. In a plain browser, the settings are
/// another tab.
///
/// # Errors
///
/// Why it did not open, in the backend's or the browser's words.
pub(super) async fn open_settings_window() -> Result<(), String> {
    if inside_tauri() {
        let opened = revgate_leptos::tauri::invoke("open_settings").await;
        return opened.map_err(|error| error.to_string());
    }
    open_settings_tab()
}

fn open_settings_tab() -> Result<(), String> {
    let opened = window().open_with_url_and_target("?window=settings", "revgate-settings");
    match opened {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("the browser blocks new tabs".to_owned()),
        Err(error) => Err(format!("{error:?}")),
    }
}
