//! What a replica does about edits, once there are any.
//!
//! **All of it goes by these functions**, which are set by whoever makes the first one: so a window that only
//! shows a topic has nothing in its module that edits one, and one that asks for no actions nothing that sends
//! them.

use std::rc::Rc;

use revgate::Topic;

use super::Inner;
use crate::{Host, Transport};

/// About edits, actions among them.
pub(super) struct Writing<T: Topic, X: Transport, H: Host> {
    /// Sends what waits, and tells of what has fallen.
    pub(super) write: fn(&Rc<Inner<T, X, H>>),
    /// Sends at once what waits behind a write under way.
    pub(super) flush: fn(&Inner<T, X, H>),
    /// Ends what is left of them.
    pub(super) end: fn(&Inner<T, X, H>),
}

/// About actions.
pub(super) struct Acts<T: Topic, X: Transport, H: Host> {
    /// Sends those that are next. Whether something else may be next now.
    pub(super) next: fn(&Rc<Inner<T, X, H>>) -> bool,
    /// Sends at once those that wait.
    pub(super) flush: fn(&Rc<Inner<T, X, H>>),
}

impl<T: Topic, X: Transport, H: Host> Writing<T, X, H> {
    pub(super) fn new() -> Self {
        Self { write: Inner::write, flush: Inner::flush_writes, end: Inner::end_edits }
    }
}

impl<T: Topic, X: Transport, H: Host> Acts<T, X, H> {
    pub(super) fn new() -> Self {
        Self { next: Inner::next_actions, flush: Inner::flush_actions }
    }
}
