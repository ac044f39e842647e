//! The store: one key, of which there are copies and successors.

use super::machine::List;
use crate::Acks;
use crate::joiner::{Seen, Value};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Store {
    pub(super) revision: u64,
    pub(super) value: Option<(Acks, List)>,
}

impl Store {
    pub(super) fn seen(&self) -> Seen<List> {
        let value = match &self.value {
            Some((acks, list)) => Value::State(acks.clone(), list.clone()),
            None => Value::Nothing,
        };
        Seen { revision: self.revision, value }
    }

    /// The new revision, or that somebody else was first.
    pub(super) fn write(&mut self, expected: u64, acks: Acks, list: List) -> Option<u64> {
        if expected != self.revision {
            return None;
        }
        self.revision += 1;
        self.value = Some((acks, list));
        Some(self.revision)
    }
}
