//! Whether anything is under way.

use revgate::Topic;

use super::{Inner, Replica};
use crate::{Host, Transport};

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// Whether what is shown is the backend's, of the version that it is shown as: no edit waits, is
    /// under way, or is shown on an older state.
    pub fn is_at_rest(&self) -> bool {
        self.inner.optimistic.borrow().is_at_rest()
    }

    /// Whether no edit waits or is under way: whoever waits for one has been told how it ended.
    pub fn is_idle(&self) -> bool {
        self.inner.is_idle()
    }
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// Tells the observer, if that has changed.
    pub(super) fn show_pending(&self) {
        let is_pending = !self.is_idle();
        if self.told_pending.replace(is_pending) != is_pending {
            self.call_observer(|observer| observer.pending(is_pending));
        }
    }

    fn is_idle(&self) -> bool {
        let edits = self.optimistic.borrow();
        !edits.is_writing() && !edits.is_waiting()
    }
}
