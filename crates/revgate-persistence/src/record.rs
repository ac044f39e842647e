//! What is saved of a topic.

use revgate::{Epoch, Revision, Version};
use serde::{Deserialize, Serialize};

use crate::Tree;

/// A state as it is saved: with the number of its shape, and how new it was.
///
/// As JSON: `{"schema": 2, "epoch": "4294967296", "revision": "7", "data": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// How many [migrations](crate::Migrations) have shaped `data`. Absent means 0.
    #[serde(default)]
    pub schema: u32,
    /// The epoch of `revision`. Absent means 0.
    #[serde(default)]
    pub epoch: Epoch,
    /// The revision that the state had.
    pub revision: Revision,
    /// The state.
    pub data: Tree,
    /// What has to be saved at once with the state, and is none of it: what a store beyond the machine is
    /// not known to have, of a topic that is joined to one. Absent means nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<Tree>,
}

impl Record {
    /// The state `data` at `version`.
    pub fn new(schema: u32, version: Version, data: impl Into<Tree>) -> Self {
        let Version { epoch, revision } = version;
        let data = data.into();
        Self { schema, epoch, revision, data, beside: None }
    }

    /// How new the state was.
    pub fn version(&self) -> Version {
        Version::new(self.epoch, self.revision)
    }
}
