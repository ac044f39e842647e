//! What a gate has to say.

use core::hash::{Hash, Hasher};

use super::Output;

/// The outputs that were not polled yet, in their order.
///
/// A driver polls after every input, so there is room for what a few inputs lead to and no heap: a
/// JavaScript window carries every byte of the module along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outputs {
    /// Without gaps; the first is the next.
    queue: [Option<Output>; Self::ROOM],
}

impl Outputs {
    const ROOM: usize = 10;

    /// More than one input leads to.
    const MOST: usize = 4;

    /// What a stop leads to at most, which always finds room.
    const OF_A_STOP: usize = 2;

    /// Whether whatever one more input leads to would find room, and a stop after it.
    pub(super) fn has_room(&self) -> bool {
        self.queue[Self::ROOM - Self::OF_A_STOP - Self::MOST].is_none()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue[0].is_none()
    }

    pub(super) fn push(&mut self, output: Output) {
        let free = self.queue.iter_mut().find(|place| place.is_none());
        debug_assert!(free.is_some(), "one input leads to too much: {output:?}");
        if let Some(free) = free {
            *free = Some(output);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Output> {
        let first = self.queue[0];
        self.queue.copy_within(1.., 0);
        self.queue[Self::ROOM - 1] = None;
        first
    }
}

/// As of what is there: how much room there is says nothing about a gate.
impl Hash for Outputs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let length = self.queue.iter().flatten().count();
        state.write_usize(length);
        self.queue.iter().flatten().for_each(|output| output.hash(state));
    }
}
