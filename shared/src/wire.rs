//! The messages between backend and windows, as JSON in camelCase.
//!
//! The first two fields of each are those of the state-sync protocol 1.1, so a window or a backend
//! that speaks it takes part. Unknown fields are ignored; missing or malformed ones are errors,
//! but for those by which nothing is decided. The order of fields does not matter, and a state is
//! read straight into its type: no message passes through a buffer that knows fewer types.

mod acted;
mod announcement;
pub(crate) mod canonical;
mod family;
mod fetched;
pub(crate) mod lenient;
mod presented;
mod refusal;
mod reversal;
mod written;

pub use acted::{Acted, Asked, MAX_ACTIONS, Refused, Unacted};
pub use announcement::{Announcement, Payload};
pub use family::{Changes, FamilyAnnouncement, FetchedFamily, Members};
pub use fetched::Fetched;
pub use presented::Presented;
pub use refusal::{Access, Denied, PatchFault, Refusal};
pub use reversal::{Reversal, Reverse};
pub use written::Written;

use alloc::string::String;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize, de};

use crate::{Epoch, Revision, TopicName, Version};

/// "There is a newer state": small enough to send to every window on every write.
///
/// ```
/// use revgate::Invalidation;
///
/// let json = r#"{"topic":"settings","revision":"2","sourceId":"main"}"#;
/// let news: Invalidation = serde_json::from_str(json)?;
/// assert_eq!(news.version().to_string(), "0.2");
/// assert_eq!(serde_json::to_string(&news)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invalidation {
    /// The topic that changed.
    pub topic: TopicName,
    /// Its newest revision.
    pub revision: Revision,
    /// The epoch of that revision.
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    pub epoch: Epoch,
    /// Who wrote: a window's label, absent for the backend itself.
    #[serde(
        default,
        deserialize_with = "lenient::source",
        skip_serializing_if = "Option::is_none"
    )]
    pub source_id: Option<String>,
    /// When, in milliseconds since the Unix epoch. For people; nothing is decided by it.
    #[serde(
        default,
        deserialize_with = "lenient::milliseconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub timestamp_ms: Option<u64>,
}

/// A whole state and how new it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot<T> {
    /// The revision of `data`.
    pub revision: Revision,
    /// The epoch of that revision.
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    pub epoch: Epoch,
    /// The state.
    pub data: T,
}

impl Invalidation {
    /// An announcement of `version` of `topic`, with no source and no time.
    pub fn new(topic: TopicName, version: Version) -> Self {
        let Version { epoch, revision } = version;
        Self { topic, revision, epoch, source_id: None, timestamp_ms: None }
    }

    /// The version that it announces.
    pub fn version(&self) -> Version {
        Version::new(self.epoch, self.revision)
    }
}

impl<T> Snapshot<T> {
    /// The state `data` at `version`.
    pub fn new(version: Version, data: T) -> Self {
        let Version { epoch, revision } = version;
        Self { revision, epoch, data }
    }

    /// How new the state is.
    pub fn version(&self) -> Version {
        Version::new(self.epoch, self.revision)
    }

    /// The same state, to be held by many.
    pub fn shared(self) -> Snapshot<Arc<T>> {
        let Self { revision, epoch, data } = self;
        Snapshot { revision, epoch, data: Arc::new(data) }
    }
}

/// A field that this kind of message has.
fn required<T, E: de::Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}
