//! What came through the network for one window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use revgate::Version;

/// One window's log; clones are the same log.
#[derive(Clone, Default)]
pub(super) struct Log {
    entries: Rc<RefCell<Vec<Logged>>>,
    fetches: Rc<Cell<usize>>,
}

/// What happened, and when. What happened at the same time is in the order of happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logged {
    /// When.
    pub at: Duration,
    /// What.
    pub event: Event,
}

/// Something that came through the network for one window, or that was [noted](super::Network::note).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The window learnt that its subscription stands.
    Subscribed,
    /// An announcement reached the window.
    Heard(Version),
    /// The window began the fetch of this number, counted from 0.
    FetchBegun(usize),
    /// The fetch of this number reached the backend, which read the state for it.
    FetchRead(usize),
    /// The fetch of this number was answered with this version, or failed.
    FetchEnded(usize, Option<Version>),
    /// The window began a write on this version.
    WriteBegun(Version),
    /// The write begun then was answered with the newest state, its own or the one that was there
    /// before it, or failed.
    WriteEnded {
        /// When it was begun.
        begun: Duration,
        /// The newest version, by the answer.
        version: Option<Version>,
    },
    /// The window was shown. Noted by whoever shows it.
    Shown,
    /// The window was hidden. Noted by whoever hides it.
    Hidden,
    /// The window was closed. Noted by whoever closes it.
    Closed,
}

impl Log {
    pub(super) fn push(&self, at: Duration, event: Event) {
        self.entries.borrow_mut().push(Logged { at, event });
    }

    pub(super) fn next_fetch(&self) -> usize {
        self.fetches.replace(self.fetches.get() + 1)
    }

    pub(super) fn entries(&self) -> Vec<Logged> {
        self.entries.borrow().clone()
    }
}
