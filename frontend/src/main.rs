//! The example app's windows: a note editor and the settings that it follows.
//!
//! Views only. The state that the windows share comes from [`revgate_leptos::use_topic`]; the
//! notes are the main window's own affair and never leave it.

#![forbid(unsafe_code)]
#![allow(unreachable_pub, reason = "Leptos's `component` macro writes each component out as `pub`")]

mod app;
mod header;
mod icons;
mod labels;
#[cfg(feature = "machines")]
mod machines;
mod main_window;
mod notes;
mod root_attributes;
mod settings_window;
mod status_bar;
mod system_theme;
#[cfg(feature = "tabs")]
mod tabs;
mod window;

// The tests run where the windows do.
#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    if let Err(error) = console_log::init_with_level(log::Level::Info) {
        leptos::logging::error!("no log in this window's console: {error}");
    }
    #[cfg(feature = "tabs")]
    tabs::share();
    #[cfg(feature = "inspector")]
    if revgate_leptos::inspector::is_inspector() {
        return leptos::mount::mount_to_body(revgate_leptos::inspector::Inspector);
    }
    leptos::mount::mount_to_body(app::App);
}
