//! The state that windows share, and all that it has been.

use std::cell::RefCell;

use revgate::{Invalid, Topic, Version};
use serde::{Deserialize, Serialize};

/// Keeps each edit's number, and has a few things that edits can trip over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// The numbers of all edits made, in their order.
    pub(crate) marks: Vec<u32>,
    /// Emptied now and then.
    pub(crate) rows: Vec<u32>,
    /// At most 3.
    pub(crate) level: u32,
    pub(crate) share: f64,
}

impl Topic for Ledger {
    const NAME: &'static str = "ledger";

    fn validate(&self) -> Result<(), Invalid> {
        if self.level > 3 { Err(Invalid::new("level", "above 3")) } else { Ok(()) }
    }
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self { marks: Vec::new(), rows: vec![1, 2, 3], level: 0, share: 1.0 }
    }
}

/// All that the backend has ever held.
pub(crate) struct History {
    states: RefCell<Vec<(Version, Ledger)>>,
}

impl History {
    pub(crate) fn new(first: Version, ledger: Ledger) -> Self {
        Self { states: RefCell::new(vec![(first, ledger)]) }
    }

    /// Notes what the backend holds; the same version once.
    pub(crate) fn note(&self, version: Version, ledger: Ledger) {
        let mut states = self.states.borrow_mut();
        if states.last().is_none_or(|(last, _)| *last < version) {
            states.push((version, ledger));
        }
    }

    pub(crate) fn at(&self, version: Version) -> Option<Ledger> {
        let states = self.states.borrow();
        let found = states.binary_search_by_key(&version, |(version, _)| *version).ok()?;
        Some(states[found].1.clone())
    }

    /// The one so many before the newest.
    pub(crate) fn before(&self, steps: usize) -> (Version, Ledger) {
        let states = self.states.borrow();
        states[states.len().saturating_sub(1 + steps)].clone()
    }
}
