//! Whether the settings are there to be changed.

use leptos::prelude::*;
use revgate::settings::Settings;
use revgate_leptos::use_topic;

/// True from the first snapshot on. Before it there is nothing to change, so the controls wait
/// disabled: one that can be moved would show what nobody has set.
pub(crate) fn use_ready() -> Memo<bool> {
    let settings = use_topic::<Settings>();
    Memo::new(move |_| settings.version().is_some())
}
