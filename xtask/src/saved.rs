//! What an app has saved, seen in its file.

use std::fs;

use serde_json::Value;
use xtask::{Error, desktop::Desktop, process};

use crate::drive::FOLLOW;

/// Waits until a topic's state in the file of the app with this identifier is the wanted one.
pub(crate) fn wait_for(
    desktop: &Desktop,
    identifier: &str,
    topic: &str,
    is_wanted: impl Fn(&Value) -> bool,
) -> Result<(), Error> {
    let file = desktop.data_folder(identifier).join(format!("revgate/{topic}.json"));
    let mut seen = Value::Null;
    let saved = process::poll(FOLLOW, || {
        seen = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
        is_wanted(&seen["data"]).then_some(())
    });
    saved.ok_or_else(|| {
        let file = file.display();
        Error::Windows(format!("{file} does not come to have what was set, but: {seen}"))
    })
}
