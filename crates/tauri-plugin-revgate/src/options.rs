//! What a topic accepts from windows.

/// What a topic accepts from windows. What Rust writes is not held to it.
///
/// ```
/// use tauri_plugin_revgate::{TopicOptions, UnknownFields};
///
/// let options = TopicOptions::new().max_bytes(64 * 1024).unknown_fields(UnknownFields::Deny);
/// assert_ne!(options, TopicOptions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct TopicOptions {
    pub(crate) max_bytes: u64,
    pub(crate) unknown_fields: UnknownFields,
}

/// What becomes of the fields in a window's write that the topic's type does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownFields {
    /// They are left out.
    #[default]
    Ignore,
    /// The write is refused as invalid, with the path of the first. Serde cannot tell which fields
    /// of a type with `#[serde(flatten)]`, `untagged` or `tag` are unknown: they are left out.
    Deny,
}

impl TopicOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How large the state may become by a window's write, in bytes of compact JSON; also how
    /// much a window may send at once, and how much one patch may copy and move. Default: 16 MiB.
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// What becomes of fields that the topic's type does not have. Default: they are left out.
    pub fn unknown_fields(mut self, unknown_fields: UnknownFields) -> Self {
        self.unknown_fields = unknown_fields;
        self
    }
}

impl Default for TopicOptions {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024 * 1024, unknown_fields: UnknownFields::default() }
    }
}
