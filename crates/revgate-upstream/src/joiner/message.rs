//! What a joiner is told, and what it says.

use std::time::Duration;

use revgate::action::{Seq, Source};

use crate::{Acks, Edit, Missing};

/// What was seen in the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Seen<S> {
    /// The key's revision; 0 if it never had a value.
    pub revision: u64,
    /// What lies there.
    pub value: Value<S>,
}

/// What lies in a store for a topic.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value<S> {
    /// Nothing, or nothing any more.
    Nothing,
    /// A state, and what it has.
    State(Acks, S),
    /// Something that this program cannot read, and why: a newer one has written it, say. It is never
    /// overwritten.
    Unreadable(String),
}

/// What has happened.
#[derive(Debug)]
pub enum Input<E: Edit> {
    /// The topic was edited here, which has made this state of it.
    Edited {
        /// What was done, in this order: each is kept, done once more and refused by itself.
        edits: Vec<E>,
        /// What came of it.
        state: E::State,
    },
    /// The store can be reached, and will tell of what is new: this was seen since.
    Linked(Seen<E::State>),
    /// The store cannot be reached any more.
    Unlinked,
    /// The store tells of what is new.
    Heard(Seen<E::State>),
    /// What was asked for has come about.
    Answered(Ticket, Answer<E::State>),
}

/// What came of an [`Ask`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer<S> {
    /// This was read.
    Read(Seen<S>),
    /// It was written, with this revision.
    Written(u64),
    /// The key has another revision.
    Conflict,
    /// Nobody knows, for this reason. **A time-out says no more than that**: what was written may be made later.
    Unknown(String),
    /// The store will not, as long as nothing changes: the state is too large, or the machine may not.
    /// Nothing is lost by that.
    Refused(String),
    /// So much time has passed.
    Rested,
}

/// What is to be done.
#[derive(Debug)]
pub enum Output<E: Edit> {
    /// This is to be done at the store, and answered.
    Ask(Ticket, Ask<E::State>),
    /// The topic's state is this now.
    Show(E::State),
    /// An edit of this machine cannot be made of what others have made of the state.
    Refused {
        /// Its number.
        seq: Seq,
        /// What it was.
        edit: E,
        /// Why.
        refusal: E::Refusal,
    },
    /// The store has lost edits of this machine, and they cannot be made once more here: if it is this
    /// one, they are lost; any other makes them once more when it is linked again.
    Missing(Missing),
    /// Another machine writes under this one's number, as a copy of its folder does: this one has another
    /// number from now on. **What was waiting here may be done twice**, rather than be lost, if it was sent
    /// before and nobody knows what became of that.
    Twin {
        /// The number that is the other's now.
        was: Source,
        /// This machine's.
        now: Source,
    },
}

/// What the store is asked for, or the clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ask<S> {
    /// What lies in the store.
    Read,
    /// To write this in the place of what has this revision; 0 for a key that never had a value.
    Write {
        /// The revision.
        expected: u64,
        /// What the state has.
        acks: Acks,
        /// The state.
        state: S,
    },
    /// To be told after so long.
    Rest(Duration),
}

/// Which [`Ask`] an answer is to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ticket(pub(super) u64);

impl Ticket {
    /// A joiner's, before it has asked for anything. What has none asks by the [default](Self::default).
    pub(super) const FIRST: Self = Self(1);
}
