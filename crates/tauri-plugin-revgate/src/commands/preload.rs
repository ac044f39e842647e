//! What a page has from its beginning.

use std::collections::BTreeMap;

use tauri::{Runtime, State, command};

use super::Answer;
use crate::registry::Registry;
use crate::scope::Caller;

/// Run at the beginning of each page, before any script of its own has been fetched.
///
/// It asks rather than bring the states along: a window's scripts are set when it is opened, so that what
/// they brought would be of that moment in every page which follows, and before anybody knew what the page
/// may read. Who uses a topic before the answer is there has it asked for once more, and waits for that: so the
/// state is there at once, as new as it can be, and pages that use none wait for nothing.
pub(crate) const SCRIPT: &str = include_str!("preload.js");

/// The states of the topics that the window may read, by their names: of those that pages have from their
/// beginning, by [`TopicOptions::preload`](crate::TopicOptions::preload). Each is text that holds JSON, as
/// a window that is Rust reads it.
#[command]
pub(crate) async fn preload<R: Runtime>(
    caller: Caller<R>,
    registry: State<'_, Registry>,
) -> Answer<BTreeMap<String, String>> {
    let states = caller.preloadable(&registry).into_iter();
    Ok(states.filter_map(|(name, topic)| Some((name.into(), topic.preloaded()?))).collect())
}
