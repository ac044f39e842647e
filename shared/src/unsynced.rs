//! What is not in the store beyond the machine, though it should be.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{Topic, TopicName};

/// What other machines cannot have of this one's topics yet: a topic for windows that show "offline, 3
/// changes wait", which the backend keeps if it is told to, by `Builder::unsynced` of the crate
/// `tauri-plugin-revgate`. A topic that is in step is not in it.
///
/// ```
/// use revgate::{TopicName, Unsynced, Waiting};
///
/// let mut unsynced = Unsynced::default();
/// let board: TopicName = "board".parse()?;
/// assert!(unsynced.of(&board).is_none() && unsynced.offline.is_none(), "in step");
/// let waiting = Waiting { changes: 3, since_ms: 1_700_000_000_000, refused: None };
/// unsynced.topics.insert(board.clone(), waiting);
/// assert_eq!(unsynced.of(&board).map(|waiting| waiting.changes), Some(3));
/// # Ok::<(), revgate::TopicNameError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unsynced {
    /// Why the store cannot be reached, in words, if it cannot.
    pub offline: Option<String>,
    /// The topics of which something waits or is refused, members of families by names such as `card:1`. A member that
    /// lies in the store and cannot be used here is among them, though there is no such topic.
    pub topics: BTreeMap<TopicName, Waiting>,
}

/// What waits of a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// How many of this machine's changes the store is not known to have; 0 if it lacks what it had before, as an
    /// older one that came back does, or if what it has cannot be used here.
    pub changes: u32,
    /// When the first of those was made, to the second, in milliseconds since 1970; 0 if there are none.
    pub since_ms: u64,
    /// Why the store does not take them, if it does not: the state is too large, say. They are kept, and
    /// tried again.
    pub refused: Option<String>,
}

impl Unsynced {
    /// What waits of this topic; `None` if nothing of it waits and nothing of it is refused. A joined one is in step
    /// if [`offline`](Self::offline) is `None`, too. An instance that only follows another one knows that alone: what
    /// waits is told by the one that it follows.
    pub fn of(&self, topic: &TopicName) -> Option<&Waiting> {
        self.topics.get(topic)
    }
}

impl Topic for Unsynced {
    const NAME: &'static str = "unsynced";
}
