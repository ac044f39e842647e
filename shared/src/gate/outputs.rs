//! What a gate has to say.

#[cfg(feature = "inspector")]
use alloc::{format, string::String, vec::Vec};
use core::hash::{Hash, Hasher};

use super::Output;

/// The outputs that were not polled yet, in their order.
///
/// A driver polls after every input, so there is room for what a few inputs lead to and no heap: a
/// JavaScript window carries every byte of the module along.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "inspector", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "inspector", serde(try_from = "Vec<Output>", into = "Vec<Output>"))]
pub(super) struct Outputs {
    /// A ring: what comes behind the last place is at the first.
    ring: [Output; Self::ROOM],
    first: usize,
    count: usize,
}

impl Outputs {
    const ROOM: usize = 10;

    /// More than one input leads to.
    const MOST: usize = 4;

    /// What a stop leads to at most, which always finds room.
    const OF_A_STOP: usize = 2;

    /// Whether whatever one more input leads to would find room, and a stop after it.
    pub(super) fn has_room(&self) -> bool {
        self.count <= Self::ROOM - Self::OF_A_STOP - Self::MOST
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn push(&mut self, output: Output) {
        debug_assert!(self.count < Self::ROOM, "one input leads to too much: {output:?}");
        if let Some(free) = self.ring.get_mut(Self::place(self.first, self.count)) {
            *free = output;
            self.count += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Option<Output> {
        let output = self.iter().next()?;
        (self.first, self.count) = (Self::place(self.first, 1), self.count - 1);
        Some(output)
    }

    fn iter(&self) -> impl Iterator<Item = Output> {
        let places = (0..self.count).map(|behind| Self::place(self.first, behind));
        places.filter_map(|place| self.ring.get(place).copied())
    }

    /// So many places behind this one.
    const fn place(place: usize, behind: usize) -> usize {
        let place = place + behind;
        if place < Self::ROOM { place } else { place - Self::ROOM }
    }
}

impl Default for Outputs {
    fn default() -> Self {
        Self { ring: [Output::Wait(None); Self::ROOM], first: 0, count: 0 }
    }
}

/// As a list, in their order.
#[cfg(feature = "inspector")]
impl From<Outputs> for Vec<Output> {
    fn from(outputs: Outputs) -> Self {
        outputs.iter().collect()
    }
}

/// # Errors
///
/// If there are more than a gate has room for.
#[cfg(feature = "inspector")]
impl TryFrom<Vec<Output>> for Outputs {
    type Error = String;

    fn try_from(list: Vec<Output>) -> Result<Self, String> {
        if list.len() > Self::ROOM {
            return Err(format!("a gate has {} outputs at most, not {}", Self::ROOM, list.len()));
        }
        let mut outputs = Self::default();
        list.into_iter().for_each(|output| outputs.push(output));
        Ok(outputs)
    }
}

/// As of what is there: where in the ring that is says nothing about a gate.
impl PartialEq for Outputs {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().eq(other.iter())
    }
}

impl Eq for Outputs {}

impl Hash for Outputs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.count);
        self.iter().for_each(|output| output.hash(state));
    }
}
