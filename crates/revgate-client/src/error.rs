//! What went wrong, for error callbacks and the log.

use std::fmt;
use std::time::Duration;

use revgate::{Phase, TopicName, Version};

/// One failure of a replica. What is due is tried again by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncError {
    /// The topic.
    pub topic: TopicName,
    /// Where it failed.
    pub phase: Phase,
    /// Why, in words.
    pub reason: String,
    /// How many failures in a row this makes; 1 for what is not tried again.
    pub attempt: u32,
    /// When the next try comes, from now; `None` if there is none.
    pub retry_in: Option<Duration>,
    /// The version that the window shows.
    pub applied: Option<Version>,
    /// The newest version heard of.
    pub wanted: Option<Version>,
}

impl std::error::Error for SyncError {}

impl fmt::Display for SyncError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, phase, reason, attempt, .. } = self;
        write!(f, "topic `{topic}`, phase {phase}: {reason}")?;
        match self.retry_in {
            Some(delay) => write!(f, " (attempt {attempt}, next in {delay:?})"),
            None => Ok(()),
        }
    }
}
