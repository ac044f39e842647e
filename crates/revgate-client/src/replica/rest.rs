//! Whether anything is under way.

use revgate::Topic;

use super::Replica;
use crate::{Host, Transport};

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// Whether what is shown is the backend's, of the version that it is shown as: no edit waits, is
    /// under way, or is shown on an older state.
    pub fn is_at_rest(&self) -> bool {
        self.inner.optimistic.borrow().is_at_rest()
    }

    /// Whether no edit waits or is under way: whoever waits for one has been told how it ended.
    pub fn is_idle(&self) -> bool {
        let edits = self.inner.optimistic.borrow();
        !edits.is_writing() && !edits.is_waiting()
    }
}
