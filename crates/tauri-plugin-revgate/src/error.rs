//! What can go wrong in the backend.

use revgate::{Invalid, RevisionExhausted, TopicName, UnknownTopic};

/// A topic could not be registered or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The plugin was not added to the app: `.plugin(tauri_plugin_revgate::Builder::new()…)`.
    #[error("the app has no revgate plugin: add `.plugin(tauri_plugin_revgate::Builder::new()…)`")]
    NoPlugin,
    /// Two topics were registered under one name.
    #[error("the topic `{0}` is registered twice: give each topic a `NAME` of its own")]
    Duplicate(TopicName),
    /// The state that a topic was registered with does not pass its own validation.
    #[error("the initial state of the topic `{topic}` is invalid: {invalid}")]
    InvalidInitial {
        /// The topic.
        topic: TopicName,
        /// The fault.
        invalid: Invalid,
    },
    /// No topic of this name is registered.
    #[error(transparent)]
    Unknown(#[from] UnknownTopic),
    /// The topic is registered with another type.
    #[error("the topic `{topic}` is registered with a type other than `{asked}`")]
    OtherType {
        /// The topic.
        topic: TopicName,
        /// The type asked for.
        asked: &'static str,
    },
}

/// A write was refused; the state is what it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The new state does not pass the topic's validation.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The closure given to `update` panicked.
    #[error("the updater panicked")]
    Panicked,
    /// The revision counter is at its end.
    #[error(transparent)]
    Exhausted(#[from] RevisionExhausted),
}
