//! Which edits a state has.

use std::collections::BTreeMap;

use revgate::action::{Seq, Source};
use serde::{Deserialize, Serialize};

/// Which edits a state has: of each machine that has written, all up to a number, but for those that
/// were refused. A vector clock, by its usual name.
///
/// It lies in the store beside the state and is written with it at once. So whoever reads a state
/// knows what is in it, however it came there: whether a write that timed out was made, whether the
/// store was restored from a backup, whether another store has taken its place.
///
/// ```
/// use revgate::action::{Seq, Source};
/// use revgate_upstream::Acks;
///
/// let (desktop, laptop) = (Source::new(1), Source::new(2));
/// let older = Acks::default().with(desktop, Seq::new(7));
/// let newer = older.clone().with(laptop, Seq::new(3));
/// assert!(newer.covers(&older) && !older.covers(&newer));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Acks(BTreeMap<Source, Seq>);

impl Acks {
    /// The number of the last edit of this machine; 0 if there is none.
    pub fn of(&self, machine: Source) -> Seq {
        self.0.get(&machine).copied().unwrap_or_default()
    }

    /// With all edits of this machine up to `last`.
    #[must_use]
    pub fn with(mut self, machine: Source, last: Seq) -> Self {
        if last > self.of(machine) {
            self.0.insert(machine, last);
        }
        self
    }

    /// Whether all that `other` has is here.
    pub fn covers(&self, other: &Self) -> bool {
        self.lacks(other).next().is_none()
    }

    /// What `other` has and this has not: of which machine, the edits after which up to which.
    pub fn lacks<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Source, Seq, Seq)> + 'a {
        let lacks = |(machine, last): (&Source, &Seq)| (*machine, self.of(*machine), *last);
        other.0.iter().map(lacks).filter(|(_, here, there)| here < there)
    }
}
