//! The backend by the plugin with settings that are saved, for windows that show themselves.

use std::time::Duration;

use revgate_settings::{Settings, Whereabouts};
use tauri::{Builder, Wry};
use tauri_plugin_revgate::TopicOptions;

use crate::topics::Counters;

/// The labels of windows whose pages do not show them.
const STUCK: [&str; 5] =
    ["editor-throws", "editor-refused", "editor-unanswered", "editor-elsewhere", "editor-reloads"];

pub(crate) fn serve(builder: Builder<Wry>) -> Builder<Wry> {
    let plugin = tauri_plugin_revgate::Builder::new()
        .persistent_topic(Settings::default())
        .presence::<Whereabouts>()
        .topic_with(Counters::default(), TopicOptions::new().preload(0))
        .show_within(Duration::from_secs(1), STUCK)
        .build();
    builder.plugin(plugin)
}
