//! What is told of a family as a whole.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Announcement, Written, lenient};
use crate::{Epoch, Revision, Version};

/// All members of a family, by their keys: the version of each, and its state, unless that is large.
pub type Members<T> = BTreeMap<String, Written<T>>;

/// Those that were created or have changed; `None` for one that was removed.
pub type Changes<T> = BTreeMap<String, Option<Written<T>>>;

/// An announcement of a family's own version, under the family's name. What it carries leads from one
/// version to the next; actions are never told so.
///
/// ```
/// use revgate::wire::{FamilyAnnouncement, Payload};
///
/// let json = r#"{"topic":"doc","revision":"9","base":{"revision":"7"},"patch":{"42":{"revision":"3","data":5},"7":null}}"#;
/// let news: FamilyAnnouncement<u8> = serde_json::from_str(json)?;
/// assert!(matches!(&news.payload, Payload::Patch { patch, .. } if patch["7"].is_none()));
/// assert_eq!(serde_json::to_string(&news)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type FamilyAnnouncement<T> = Announcement<Members<T>, Changes<T>, ()>;

/// The answer to a fetch of a family as a whole.
///
/// **A member's state is taken only if its own version is newer than the one at hand**: it may be
/// newer than the family's says, and the answer to a write comes by another way.
///
/// ```
/// use revgate::wire::FetchedFamily;
///
/// let all: FetchedFamily<u8> =
///     serde_json::from_str(r#"{"revision":"7","data":{"42":{"revision":"3","data":5}}}"#)?;
/// assert!(matches!(all, FetchedFamily::All { members, .. } if members["42"].data == Some(5)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchedFamily<T> {
    /// Nothing is newer than what the window knows: this is the family's version.
    NotNewer(Version),
    /// What has changed since a version that the window knows. It can be applied to that version
    /// and to any newer one.
    Changes {
        /// The version that it leads to.
        version: Version,
        /// The version that it leads from.
        base: Version,
        /// Those that have changed.
        changes: Changes<T>,
    },
    /// All members: what is not among them is gone.
    All {
        /// The family's version.
        version: Version,
        /// The members.
        members: Members<T>,
    },
}

impl<T> FetchedFamily<T> {
    /// The family's version.
    pub fn version(&self) -> Version {
        match self {
            Self::NotNewer(version) | Self::Changes { version, .. } | Self::All { version, .. } => {
                *version
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "D: Deserialize<'de>, P: Deserialize<'de>"))]
struct Flat<D, P> {
    revision: Revision,
    #[serde(default, deserialize_with = "lenient::epoch", skip_serializing_if = "Epoch::is_zero")]
    epoch: Epoch,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    data: Option<D>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Version>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    patch: Option<P>,
}

impl<T: Serialize> Serialize for FetchedFamily<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (data, base, patch) = match self {
            Self::NotNewer(_) => (None, None, None),
            Self::Changes { base, changes, .. } => (None, Some(*base), Some(changes)),
            Self::All { members, .. } => (Some(members), None, None),
        };
        let Version { epoch, revision } = self.version();
        Flat { revision, epoch, data, base, patch }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FetchedFamily<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Flat::<Members<T>, Changes<T>>::deserialize(deserializer)?;
        let version = Version::new(flat.epoch, flat.revision);
        match (flat.data, flat.base, flat.patch) {
            (Some(members), _, _) => Ok(Self::All { version, members }),
            (None, Some(base), Some(changes)) => Ok(Self::Changes { version, base, changes }),
            (None, None, None) => Ok(Self::NotNewer(version)),
            (None, Some(_), None) => Err(de::Error::missing_field("patch")),
            (None, None, Some(_)) => Err(de::Error::missing_field("base")),
        }
    }
}
