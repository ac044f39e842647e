//! A backend without Tauri's own web views.

use revgate_nats::{Nats, Options};
use serde::{Deserialize, Serialize};
use tauri::{Runtime, plugin::TauriPlugin};
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::{Builder, Topic, TopicOptions};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Player {
    volume: u8,
}

impl Topic for Player {
    const NAME: &'static str = "player";
}

/// The plugin with a topic, for whichever runtime, the same on several machines.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    Builder::new()
        .upstream(Nats::new(Options::new("tls://nats.example.org", "player")))
        .topic_with(Player::default(), TopicOptions::new().persist(Persistence::new()).joined())
        .build()
}
