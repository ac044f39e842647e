//! The example app's windows without Revgate: the same views, from the same files, above what an app
//! writes by hand to share its settings: plain signals, `invoke` and `listen`. `cargo xtask size` weighs
//! the example against it; what serves it in a real window is `tests/app/src/by_hand.rs`.

#![forbid(unsafe_code)]
#![allow(unreachable_pub, reason = "Leptos's `component` macro writes each component out as `pub`")]

mod bound;
mod ipc;
mod presence;
mod settings;

#[path = "../../../frontend/src/app.rs"]
mod app;
#[path = "../../../frontend/src/header.rs"]
mod header;
#[path = "../../../frontend/src/icons.rs"]
mod icons;
#[path = "../../../frontend/src/labels/mod.rs"]
mod labels;
#[path = "../../../frontend/src/main_window/mod.rs"]
mod main_window;
#[path = "../../../frontend/src/notes/mod.rs"]
mod notes;
#[path = "../../../frontend/src/root_attributes.rs"]
mod root_attributes;
#[path = "../../../frontend/src/settings_window/mod.rs"]
mod settings_window;
#[path = "../../../frontend/src/status_bar.rs"]
mod status_bar;
#[path = "../../../frontend/src/system_theme.rs"]
mod system_theme;
#[path = "../../../frontend/src/window.rs"]
mod window;

use leptos::prelude::*;

// What the views ask Revgate for they find here, by the same names.
extern crate self as revgate_leptos;

pub(crate) use bound::{Bound, bind};
pub(crate) use ipc::window_label;
pub(crate) use presence::use_presence;
pub(crate) use revgate::{Unsynced, gate::Status};
pub(crate) use settings::{History, TopicSignal, Undo, use_topic};

/// Shows the window, which is opened hidden.
pub(crate) fn show_window_when(is_ready: impl Fn() -> bool + 'static) {
    Effect::new(move |_| {
        if is_ready() {
            ipc::spawn(ipc::run("plugin:window|show"));
        }
    });
}

pub(crate) mod tauri {
    pub(crate) use crate::ipc::run as invoke;
}

fn main() {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    if let Err(error) = console_log::init_with_level(log::Level::Info) {
        leptos::logging::error!("no log in this window's console: {error}");
    }
    leptos::mount::mount_to_body(|| {
        let settings = settings::share();
        view! {
            // Nothing is shown as nobody has set it.
            <Show when=move || settings.is_ready() || settings.error().is_some()>
                <app::App />
            </Show>
        }
    });
}
