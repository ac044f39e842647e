//! How the end of the app waits for the disk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) struct End {
    /// How long it waits.
    limit: Duration,
    is_near: AtomicBool,
    /// What the thread did not answer in time. Until it has, it is not waited for any more: one
    /// limit is all that an end takes.
    overdue: Mutex<Option<Receiver<()>>>,
}

impl End {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, is_near: AtomicBool::new(false), overdue: Mutex::default() }
    }

    /// Of the same order as the marks of tracks: who marks one and does not see the end near has
    /// that mark seen by it.
    pub(super) fn is_near(&self) -> bool {
        self.is_near.load(Ordering::SeqCst)
    }

    pub(super) fn come_near(&self) {
        self.is_near.store(true, Ordering::SeqCst);
    }

    /// Waits until the thread has answered, or has ended; whether it did so in time.
    pub(super) fn wait(&self, answer: Receiver<()>) -> bool {
        if !self.is_in_time() {
            return false;
        }
        let in_time = answer.recv_timeout(self.limit) != Err(RecvTimeoutError::Timeout);
        if !in_time {
            *self.overdue() = Some(answer);
        }
        in_time
    }

    /// Whether nothing is overdue.
    pub(super) fn is_in_time(&self) -> bool {
        let mut overdue = self.overdue();
        let is_overdue = |answer: &Receiver<()>| answer.try_recv() == Err(TryRecvError::Empty);
        *overdue = overdue.take().filter(is_overdue);
        overdue.is_none()
    }

    fn overdue(&self) -> MutexGuard<'_, Option<Receiver<()>>> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.overdue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
