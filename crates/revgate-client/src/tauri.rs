//! The transports of a Tauri window, over Tauri's own JavaScript internals.
//!
//! - [`Tauri`]: to the plugin `tauri-plugin-revgate`.
//! - `inspector`: to an inspector, and from it, behind the feature of that name.
//! - [`StateSync`]: to a backend written by hand for the state-sync protocol 1.1.

mod early;
mod follow;
#[cfg(feature = "inspector")]
pub mod inspector;
mod ipc;
mod plugin;
mod state_sync;
mod values;

pub use early::preload;
pub use ipc::{invoke, show_window, webview_label, window_label};
pub use plugin::Tauri;
pub use state_sync::StateSync;
