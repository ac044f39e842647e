//! What is not on the disk, though it should be.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{Topic, TopicName};

/// The topics whose newest states cannot be saved for now, and why: a topic for windows that show "not
/// saved", which the backend keeps if it is told to, by `Builder::unsaved` of the crate
/// `tauri-plugin-revgate`. One that is to be saved later is not among them.
///
/// ```
/// use revgate::{TopicName, Unsaved};
///
/// let mut unsaved = Unsaved::default();
/// let settings: TopicName = "settings".parse()?;
/// assert_eq!(unsaved.why(&settings), None);
/// unsaved.topics.insert(settings.clone(), "the disk is full".to_owned());
/// assert_eq!(unsaved.why(&settings), Some("the disk is full"));
/// # Ok::<(), revgate::TopicNameError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsaved {
    /// Why, in words, by topic.
    pub topics: BTreeMap<TopicName, String>,
}

impl Unsaved {
    /// Why the topic's newest state is not saved.
    pub fn why(&self, topic: &TopicName) -> Option<&str> {
        self.topics.get(topic).map(String::as_str)
    }
}

impl Topic for Unsaved {
    const NAME: &'static str = "unsaved";
}
