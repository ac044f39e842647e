//! How the replica is doing, for whoever wants to follow it.

use std::cell::{Cell, RefCell};

use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use revgate::gate::Status;

/// The status, and whoever follows it.
pub(crate) struct Statuses {
    current: Cell<Status>,
    followers: RefCell<Vec<UnboundedSender<Status>>>,
}

impl Statuses {
    pub(crate) fn new(status: Status) -> Self {
        Self { current: Cell::new(status), followers: RefCell::default() }
    }

    pub(crate) fn current(&self) -> Status {
        self.current.get()
    }

    pub(crate) fn follow(&self) -> UnboundedReceiver<Status> {
        let (follower, statuses) = mpsc::unbounded();
        let current = self.current();
        // It cannot fail: the other end is in hand.
        let _ = follower.unbounded_send(current);
        if current != Status::Stopped {
            self.followers.borrow_mut().push(follower);
        }
        statuses
    }

    /// Sets the status; whether it is another one.
    pub(crate) fn set(&self, status: Status) -> bool {
        if self.current.replace(status) == status {
            return false;
        }
        // Whom it wakes may begin to follow, too.
        let mut told = self.followers.take();
        told.retain(|follower| follower.unbounded_send(status).is_ok());
        if status != Status::Stopped {
            self.followers.borrow_mut().append(&mut told);
        }
        true
    }
}
