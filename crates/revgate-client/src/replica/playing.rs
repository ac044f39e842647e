//! Edits that are being played, within which none can be made.

use std::cell::Cell;

use crate::driver::{Raised, Turns};

/// How many edits the observer, say, may make in answer to what it is told, before the replica
/// has come to rest. More are a circle: each edit would lead to the next for ever.
pub(super) const MAX_WITHIN: u32 = 1000;

/// Whether an edit is being played.
#[derive(Default)]
pub(super) struct Playing(Cell<bool>);

/// Why an edit cannot even be looked at.
pub(super) enum Barred {
    /// It was made while another one is played.
    WithinAnEdit,
    /// See [`MAX_WITHIN`].
    InACircle,
}

impl Playing {
    /// Whether an edit may be made now.
    pub(super) fn admit_edit(&self, turns: &Turns) -> Result<(), Barred> {
        match self.0.get() {
            true => Err(Barred::WithinAnEdit),
            false if turns.count(MAX_WITHIN) => Ok(()),
            false => Err(Barred::InACircle),
        }
    }

    /// Does what plays edits, or copies or drops them.
    pub(super) fn during<A>(&self, play: impl FnOnce() -> A) -> A {
        let _playing = Raised::new(&self.0);
        play()
    }
}
