//! How a window takes back what was done.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lenient;
use crate::action::Seq;

/// How an action that was done is taken back, one among those asked for with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reversal<J> {
    /// Which one.
    pub seq: Seq,
    /// How.
    pub how: Reverse<J>,
}

/// How an action is taken back, as it was done to the state that there was; `J` is JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reverse<J> {
    /// By this action, its [`inverse`](crate::Action::inverse).
    Inverse(J),
    /// By making of what it has changed what that was before: a delta of `json::tree`.
    Changes(J),
    /// It has changed nothing.
    Nothing,
}

/// The form on the wire: not through a buffer, which would not keep numbers as they were written.
#[derive(Serialize, Deserialize)]
#[serde(bound(deserialize = "J: Deserialize<'de>"))]
struct Flat<J> {
    seq: Seq,
    #[serde(
        default = "Option::default",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::present"
    )]
    inverse: Option<J>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    changes: Option<J>,
}

impl<J: Serialize> Serialize for Reversal<J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (inverse, changes) = match &self.how {
            Reverse::Inverse(action) => (Some(action), None),
            Reverse::Changes(delta) => (None, Some(delta)),
            Reverse::Nothing => (None, None),
        };
        Flat { seq: self.seq, inverse, changes }.serialize(serializer)
    }
}

impl<'de, J: Deserialize<'de>> Deserialize<'de> for Reversal<J> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Flat { seq, inverse, changes } = Flat::deserialize(deserializer)?;
        let how = match (inverse, changes) {
            (Some(action), _) => Reverse::Inverse(action),
            (None, Some(delta)) => Reverse::Changes(delta),
            (None, None) => Reverse::Nothing,
        };
        Ok(Self { seq, how })
    }
}
