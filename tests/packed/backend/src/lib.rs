//! A backend without Tauri's own web views.

use serde::{Deserialize, Serialize};
use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_revgate::Topic;

#[derive(Clone, Default, Serialize, Deserialize)]
struct Player {
    volume: u8,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

/// The plugin with a topic, for whichever runtime.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri_plugin_revgate::Builder::new()
        .persistent_topic(Player::default())
        .build()
}
