//! Counts how often a state is copied, written and read.

use std::cell::Cell;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is done to states that a [`Probe`] is a part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) copies: u64,
    /// How often one was serialised.
    pub(crate) writes: u64,
    /// How often one was deserialised.
    pub(crate) reads: u64,
}

thread_local! {
    static TOUCHED: Cell<Touched> = const { Cell::new(Touched { copies: 0, writes: 0, reads: 0 }) };
}

/// Does something, and counts what is done to states meanwhile. It has to happen on this thread.
pub(crate) fn touched<R>(act: impl FnOnce() -> R) -> (R, Touched) {
    let before = TOUCHED.replace(Touched::default());
    let done = act();
    let now = TOUCHED.replace(before);
    // Whatever goes on around this counts it, too.
    note(|all| {
        all.copies += now.copies;
        all.writes += now.writes;
        all.reads += now.reads;
    });
    (done, now)
}

/// A part of a state that tells of what is done to that.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Probe;

revgate::parts!(Probe);

impl Clone for Probe {
    fn clone(&self) -> Self {
        note(|all| all.copies += 1);
        Self
    }
}

impl Serialize for Probe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        note(|all| all.writes += 1);
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Probe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        note(|all| all.reads += 1);
        bool::deserialize(deserializer).map(|_| Self)
    }
}

fn note(change: impl FnOnce(&mut Touched)) {
    let mut all = TOUCHED.get();
    change(&mut all);
    TOUCHED.set(all);
}
