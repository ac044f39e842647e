//! How an action is taken back, as whoever does it finds out.

use alloc::boxed::Box;

use serde_json::value::{RawValue, to_raw_value};

use super::{Action, Context};
use crate::json::tree::Delta;
use crate::json::{Tree, fingerprint};
use crate::wire::Reverse;

/// What is known of a state before an action is done to it, so that it can be said afterwards how
/// the action [is taken back](crate::wire::Acted::reversals): its inverse, and only if it has none,
/// what the state was.
///
/// It runs [`Action::inverse`] and `Serialize`, which may panic.
#[derive(Clone, Debug)]
pub struct Before(Known);

#[derive(Clone, Debug)]
enum Known {
    Inverse(Box<RawValue>),
    /// `None` if it is no JSON.
    State(Option<Tree>),
}

impl Before {
    /// Looks at `state` before `action` is done to it.
    pub fn of<A: Action>(action: &A, state: &A::Topic, context: &Context) -> Self {
        // One that cannot be sent takes nothing back.
        let json = |inverse| fingerprint(&inverse).ok().and_then(|_| to_raw_value(&inverse).ok());
        let inverse = action.inverse(state, context).and_then(json);
        let state = || Known::State(Tree::of(state).ok());
        Self(inverse.map_or_else(state, Known::Inverse))
    }

    /// How what has made `after` is taken back; `None` if that cannot be said.
    pub fn reverse<T: serde::Serialize>(self, after: &T) -> Option<Reverse<Box<RawValue>>> {
        let before = match self.0 {
            Known::Inverse(inverse) => return Some(Reverse::Inverse(inverse)),
            Known::State(state) => state?,
        };
        let delta = Delta::between(&before, &Tree::of(after).ok()?);
        if delta.is_empty() {
            return Some(Reverse::Nothing);
        }
        to_raw_value(&delta).ok().map(Reverse::Changes)
    }
}
