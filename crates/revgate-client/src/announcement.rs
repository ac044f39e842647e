//! What a window hears of a write.

use json_patch::Patch;
use revgate::{Invalidation, Topic, Version};
use serde::Deserialize;
use serde_json::Value;

/// "There is a newer state", and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement<T> {
    /// Of which topic and version, by whom and when.
    pub invalidation: Invalidation,
    /// The state, or what leads to it, if the backend sent that along.
    pub news: News<T>,
}

/// What an announcement carries besides its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News<T> {
    /// Nothing: the state is to be fetched.
    Version,
    /// The whole state.
    State(T),
    /// What turns the state of version `base` into the one announced.
    Patch {
        /// The version that it can be applied to.
        base: Version,
        /// The patch, RFC 6902.
        patch: Patch,
    },
}

/// The fields of an announcement's message that carry its news.
#[derive(Deserialize)]
pub(crate) struct Message<T> {
    data: Option<T>,
    base: Option<Version>,
    patch: Option<Patch>,
}

impl<T: Topic> Announcement<T> {
    /// Reads a message in JSON.
    ///
    /// # Errors
    ///
    /// If it is not an announcement, in words.
    pub(crate) fn read(message: &Value) -> Result<Self, String> {
        let invalidation = Invalidation::deserialize(message).map_err(|error| error.to_string())?;
        let news = Message::deserialize(message).map_err(|error| error.to_string());
        Ok(Self::new(invalidation, news))
    }

    /// News that cannot be read cost a fetch, not the announcement.
    pub(crate) fn new(invalidation: Invalidation, message: Result<Message<T>, String>) -> Self {
        let news = message.map(News::from).unwrap_or_else(|reason| {
            let Invalidation { topic, .. } = &invalidation;
            tracing::warn!(
                "topic `{topic}`: news that cannot be read, so they are fetched: {reason}"
            );
            News::Version
        });
        Self { invalidation, news }
    }
}

impl<T> From<Message<T>> for News<T> {
    fn from(message: Message<T>) -> Self {
        match message {
            Message { data: Some(state), .. } => Self::State(state),
            Message { base: Some(base), patch: Some(patch), .. } => Self::Patch { base, patch },
            _ => Self::Version,
        }
    }
}
