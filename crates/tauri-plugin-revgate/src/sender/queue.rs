//! How writers tell the sender which topics have news, without ever waiting for it.
//!
//! **A writer publishes its state, then calls [`Dirty::mark`], and enqueues the topic if that says
//! so. The sender takes the topic, and reads the state through [`Dirty::clear`].** So a topic waits
//! in the queue once, however many writes are made, and no write is missed: one whose `mark` comes
//! before the clearing is read, one whose `mark` comes after enqueues the topic again. So does a writer that
//! announces itself, and finds in reading that this is for the sender: it has read nothing, and marks the
//! topic anew.

use std::mem;
use std::sync::PoisonError;
use std::time::Duration;

// Not from `std`, so that `tests/queue.rs` can compile this file with the types of a model checker.
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};

/// Whether a topic has news that the sender has not begun to send.
pub(crate) struct Dirty(AtomicBool);

/// The topics that have become dirty. Closed for good at the end.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    items: Vec<T>,
    /// Whoever takes is to come back, though nothing may be there.
    woken: bool,
    closed: bool,
}

impl Dirty {
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// There is news. Whether the topic is now to be enqueued; else it waits already.
    pub(crate) fn mark(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Reads what was written before any mark until now. A later mark enqueues again.
    pub(crate) fn clear<R>(&self, read: impl FnOnce() -> R) -> R {
        // Not after reading, which would miss what is written between. And not with a store:
        // seeing the last mark is what makes the writes before it visible.
        self.0.swap(false, Ordering::AcqRel);
        read()
    }
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        let state = State { items: Vec::new(), woken: false, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn push(&self, item: T) {
        let mut state = self.lock();
        if !state.closed {
            state.items.push(item);
            self.changed.notify_one();
        }
    }

    /// Has whoever takes come back at once, or the next one who would wait: it may have less time.
    pub(crate) fn wake(&self) {
        self.lock().woken = true;
        self.changed.notify_one();
    }

    /// All that is there; if nothing is, waits for up to `timeout`, and may come back with nothing
    /// even earlier. `None` once the queue is closed.
    pub(crate) fn take(&self, timeout: Option<Duration>) -> Option<Vec<T>> {
        let mut state = self.lock();
        if state.items.is_empty() && !state.woken && !state.closed {
            state = match timeout {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(timeout) => {
                    let woken = self.changed.wait_timeout(state, timeout);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.woken = false;
        if state.closed { None } else { Some(mem::take(&mut state.items)) }
    }

    /// Ends whoever takes, and drops what waits.
    pub(crate) fn close(&self) {
        let waiting = {
            let mut state = self.lock();
            state.closed = true;
            self.changed.notify_all();
            mem::take(&mut state.items)
        };
        drop(waiting);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // The state is whole after every statement, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
