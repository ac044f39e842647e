// What the windows of a family share, for the app and for its windows in Rust.

use revgate::Topic;
use serde::{Deserialize, Serialize};

/// A field of a map, as a topic of its own.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Item(pub(crate) String);

impl Topic for Item {
    const NAME: &'static str = "item";
    const LAYOUT: Option<u32> = Some(1);
}
