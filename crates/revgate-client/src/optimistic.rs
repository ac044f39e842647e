//! What a window shows while its own writes are under way.

use std::collections::VecDeque;

use futures_channel::oneshot;
use revgate::{Snapshot, Version};

use crate::{Change, SyncError};

pub(crate) type Outcome = Result<Version, SyncError>;

/// The newest state of the backend, and on top of it the window's own edits that the backend has
/// not answered yet, played again whenever what lies beneath changes.
pub(crate) struct Optimistic<T> {
    /// The newest state applied.
    confirmed: Option<Snapshot<T>>,
    /// What the edits are shown on: `confirmed`, but held while a write is under way, for nobody
    /// can tell whether a state that arrives meanwhile holds that write already.
    beneath: Option<Snapshot<T>>,
    edits: VecDeque<Edit<T>>,
    /// How many of the edits, from the oldest, are in the write under way.
    in_flight: usize,
    /// The version that it is based on.
    base: Option<Version>,
}

pub(crate) struct Edit<T> {
    pub(crate) change: Box<dyn Fn(&mut T)>,
    pub(crate) done: oneshot::Sender<Outcome>,
}

impl<T> Edit<T> {
    /// Tells the writer, who may have lost interest.
    pub(crate) fn end(self, outcome: Outcome) {
        let _ = self.done.send(outcome);
    }
}

impl<T: Clone> Optimistic<T> {
    pub(crate) fn new() -> Self {
        let (confirmed, beneath, edits) = (None, None, VecDeque::new());
        Self { confirmed, beneath, edits, in_flight: 0, base: None }
    }

    /// What the window shows, and the version that it is or is built on; `None` before the first
    /// snapshot.
    pub(crate) fn shown(&self) -> Option<(T, Version)> {
        let beneath = self.beneath.as_ref()?;
        Some((play(beneath.data.clone(), &self.edits), beneath.version()))
    }

    /// The newest state that the backend has confirmed.
    pub(crate) fn confirmed(&self) -> Option<&T> {
        self.confirmed.as_ref().map(|snapshot| &snapshot.data)
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.in_flight > 0
    }

    /// The version that the write under way is based on.
    pub(crate) fn written_on(&self) -> Option<Version> {
        self.base.filter(|_| self.is_writing())
    }

    pub(crate) fn confirm(&mut self, snapshot: Snapshot<T>) {
        if !self.is_writing() {
            self.beneath = Some(snapshot.clone());
        }
        self.confirmed = Some(snapshot);
    }

    pub(crate) fn push(&mut self, edit: Edit<T>) {
        self.edits.push_back(edit);
    }

    /// Makes one write of all edits; `None` if there is none to make, or nothing to make it on.
    pub(crate) fn begin_write(&mut self) -> Option<Change<T>> {
        if self.is_writing() || self.edits.is_empty() {
            return None;
        }
        let confirmed = self.confirmed.as_ref()?;
        self.in_flight = self.edits.len();
        let (base, old) = (confirmed.version(), confirmed.data.clone());
        self.base = Some(base);
        let new = play(old.clone(), &self.edits);
        Some(Change { base, old, new })
    }

    /// The write was answered: its edits are part of the confirmed state now, or refused.
    pub(crate) fn end_write(&mut self) -> Vec<Edit<T>> {
        let ended = self.edits.drain(..self.in_flight).collect();
        self.release();
        ended
    }

    /// The write came too late: its edits wait for the next one.
    pub(crate) fn put_back(&mut self) {
        self.release();
    }

    /// Takes all edits away, answered or not.
    pub(crate) fn clear(&mut self) -> Vec<Edit<T>> {
        self.in_flight = 0;
        self.edits.drain(..).collect()
    }

    fn release(&mut self) {
        self.in_flight = 0;
        self.beneath = self.confirmed.clone();
    }
}

fn play<T>(mut state: T, edits: &VecDeque<Edit<T>>) -> T {
    for edit in edits {
        (edit.change)(&mut state);
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use revgate::{Epoch, Revision};

    fn snapshot(number: u64, data: u32) -> Snapshot<u32> {
        Snapshot::new(Version::new(Epoch::default(), Revision::new(number)), data)
    }

    fn add(number: u32) -> Edit<u32> {
        Edit { change: Box::new(move |state| *state += number), done: oneshot::channel().0 }
    }

    fn shown(optimistic: &Optimistic<u32>) -> Option<u32> {
        optimistic.shown().map(|(state, _)| state)
    }

    #[test]
    fn an_edit_shows_at_once_and_counts_once() {
        let mut optimistic = Optimistic::new();
        optimistic.confirm(snapshot(1, 10));
        optimistic.push(add(1));
        assert_eq!(shown(&optimistic), Some(11));

        let write = optimistic.begin_write().expect("an edit waits");
        assert_eq!((write.old, write.new, write.base), (10, 11, snapshot(1, 0).version()));
        optimistic.confirm(snapshot(2, 11));
        assert_eq!(shown(&optimistic), Some(11), "its own echo, ahead of the answer");
        assert_eq!(optimistic.end_write().len(), 1);
        assert_eq!(shown(&optimistic), Some(11));
    }

    #[test]
    fn edits_made_meanwhile_wait_for_the_next_write() {
        let mut optimistic = Optimistic::new();
        optimistic.confirm(snapshot(1, 10));
        optimistic.push(add(1));
        optimistic.begin_write().expect("an edit waits");
        optimistic.push(add(2));
        assert!(optimistic.begin_write().is_none(), "one write at a time");
        assert_eq!(shown(&optimistic), Some(13));

        optimistic.confirm(snapshot(2, 11));
        optimistic.end_write();
        assert_eq!(optimistic.begin_write().map(|write| write.new), Some(13));
    }

    #[test]
    fn a_write_that_lost_is_made_again_on_the_winner() {
        let mut optimistic = Optimistic::new();
        optimistic.confirm(snapshot(1, 10));
        optimistic.push(add(1));
        optimistic.begin_write().expect("an edit waits");
        optimistic.confirm(snapshot(2, 50));
        optimistic.put_back();
        assert_eq!(shown(&optimistic), Some(51));
        assert_eq!(optimistic.begin_write().map(|write| write.new), Some(51));
    }

    #[test]
    fn a_refused_edit_leaves_the_confirmed_state() {
        let mut optimistic = Optimistic::new();
        optimistic.confirm(snapshot(1, 10));
        optimistic.push(add(1));
        optimistic.begin_write().expect("an edit waits");
        optimistic.end_write();
        assert_eq!(shown(&optimistic), Some(10));
    }

    #[test]
    fn an_edit_before_the_first_snapshot_waits_for_it() {
        let mut optimistic = Optimistic::new();
        optimistic.push(add(1));
        assert!(optimistic.begin_write().is_none());
        assert_eq!(shown(&optimistic), None);
        optimistic.confirm(snapshot(1, 10));
        assert_eq!(optimistic.begin_write().map(|write| write.new), Some(11));
    }
}
