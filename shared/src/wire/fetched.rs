//! What a window is told when it asks for the state.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Written;
use crate::{Snapshot, Version};

/// The answer to a fetch: the snapshot; or its version alone, if the window said which one it
/// knows and there is no newer.
///
/// ```
/// use revgate::wire::Fetched;
///
/// let fetched: Fetched<u8> = serde_json::from_str(r#"{"revision":"7"}"#)?;
/// assert!(matches!(fetched, Fetched::NotNewer(version) if version.to_string() == "0.7"));
///
/// let fetched: Fetched<u8> = serde_json::from_str(r#"{"revision":"8","data":5}"#)?;
/// assert!(matches!(fetched, Fetched::State(snapshot) if snapshot.data == 5));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched<T> {
    /// The state is no newer than the one that the window knows: this is its version.
    NotNewer(Version),
    /// The state.
    State(Snapshot<T>),
}

impl<T> Fetched<T> {
    /// The version of the state, sent along or not.
    pub fn version(&self) -> Version {
        match self {
            Self::NotNewer(version) => *version,
            Self::State(snapshot) => snapshot.version(),
        }
    }
}

impl<T> Snapshot<T> {
    /// The answer to a window that knows the version `known`.
    pub fn unless_known(self, known: Option<Version>) -> Fetched<T> {
        let version = self.version();
        if known >= Some(version) { Fetched::NotNewer(version) } else { Fetched::State(self) }
    }
}

impl<T: Serialize> Serialize for Fetched<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = match self {
            Self::NotNewer(_) => None,
            Self::State(snapshot) => Some(&snapshot.data),
        };
        Written::new(self.version(), data).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fetched<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer).map(Self::from)
    }
}

impl<T> From<Written<T>> for Fetched<T> {
    /// On the wire both are the same.
    fn from(written: Written<T>) -> Self {
        let version = written.version();
        match written.data {
            Some(data) => Self::State(Snapshot::new(version, data)),
            None => Self::NotNewer(version),
        }
    }
}
