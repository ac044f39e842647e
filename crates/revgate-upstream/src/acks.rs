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

/// Edits that are in one state and not in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Missing {
    /// Whose.
    pub machine: Source,
    /// Those after this number.
    pub after: Seq,
    /// Up to this.
    pub to: Seq,
}

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

    /// What `other` has and this has not.
    pub fn lacks<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Missing> + 'a {
        let lacks = |(machine, last): (&Source, &Seq)| {
            let (machine, to) = (*machine, *last);
            Missing { machine, after: self.of(machine), to }
        };
        other.0.iter().map(lacks).filter(|missing| missing.after < missing.to)
    }
}
