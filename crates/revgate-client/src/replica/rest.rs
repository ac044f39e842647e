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
}
