//! What came through the network for one window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use revgate::Version;

/// One window's log; clones are the same log.
#[derive(Clone, Default)]
pub(crate) struct Log {
    entries: Rc<RefCell<Vec<Entry>>>,
    fetches: Rc<Cell<usize>>,
}

/// What happened, and when. What happened at the same time is in the order of happening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Duration,
    pub(crate) event: Event,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
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
    WriteEnded { begun: Duration, version: Option<Version> },
    /// The window was shown. Noted by whoever shows it.
    Shown,
    /// The window was hidden. Noted by whoever hides it.
    Hidden,
    /// The window was closed. Noted by whoever closes it.
    Closed,
}

impl Log {
    pub(super) fn push(&self, at: Duration, event: Event) {
        self.entries.borrow_mut().push(Entry { at, event });
    }

    pub(super) fn next_fetch(&self) -> usize {
        self.fetches.replace(self.fetches.get() + 1)
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.borrow().clone()
    }
}
