//! What a window is told when a write was made.

use serde::{Deserialize, Serialize};

use super::lenient;
use crate::{Epoch, Revision, Snapshot, Version};

/// The answer to an accepted patch: the new version, and the new state where the window cannot
/// work it out for itself. So a change to a large state costs as much as the change, both ways.
///
/// ```
/// use revgate::wire::Written;
///
/// let written: Written<u8> = serde_json::from_str(r#"{"revision":"7"}"#)?;
/// // The window patched the state at version 0.6 to 5, and knows it.
/// assert_eq!(written.into_snapshot(5).data, 5);
///
/// let written: Written<u8> = serde_json::from_str(r#"{"revision":"7","data":4}"#)?;
/// assert_eq!(written.into_snapshot(5).data, 4);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written<T> {
    /// The revision that the write made.
    pub revision: Revision,
    /// The epoch of that revision.
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    pub epoch: Epoch,
    /// The state written. Absent if the patch named its base and the state is, to the letter, the
    /// base with the patch applied; present if there was no base, or the backend left out or
    /// filled in fields.
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::present",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    pub data: Option<T>,
}

impl<T> Written<T> {
    /// A write that made `version`; `data` only if the window cannot know it.
    pub fn new(version: Version, data: Option<T>) -> Self {
        let Version { epoch, revision } = version;
        Self { revision, epoch, data }
    }

    /// The version that the write made.
    pub fn version(&self) -> Version {
        Version::new(self.epoch, self.revision)
    }

    /// The new snapshot, with the state `patched` that the window has made itself unless the
    /// answer brought another.
    pub fn into_snapshot(self, patched: T) -> Snapshot<T> {
        let version = self.version();
        Snapshot::new(version, self.data.unwrap_or(patched))
    }
}
