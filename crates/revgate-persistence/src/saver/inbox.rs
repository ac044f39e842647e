//! What the saver is asked.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use revgate::TopicName;
use tokio::sync::oneshot;

use super::Subject;
use crate::Fault;

pub(super) enum Mail {
    /// It is saved from now on.
    Added(Arc<dyn Subject>),
    /// It has been written to.
    Changed(Arc<dyn Subject>),
    /// It is to be saved now.
    Asked { subject: Arc<dyn Subject>, overwrite: bool, answer: Answer },
    /// Somebody else may have changed what is saved.
    Edited(TopicName),
    /// It is gone, and so is to be what is saved.
    Removed(Arc<dyn Subject>),
}

pub(super) type Answer = oneshot::Sender<Result<(), Fault>>;

/// Mail in the order of its coming. Closed for good at the end.
pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    mails: Vec<Mail>,
    closed: bool,
}

impl Inbox {
    pub(super) fn new() -> Self {
        let state = State { mails: Vec::new(), closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn push(&self, mail: Mail) {
        let mut state = self.lock();
        if !state.closed {
            state.mails.push(mail);
            self.changed.notify_one();
        }
    }

    /// All mail; if there is none, waits for up to `timeout`, and may come back with none even
    /// earlier. `None` once the inbox is closed and empty.
    pub(super) fn take(&self, timeout: Option<Duration>) -> Option<Vec<Mail>> {
        let mut state = self.lock();
        if state.mails.is_empty() && !state.closed {
            state = match timeout {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(timeout) => {
                    let woken = self.changed.wait_timeout(state, timeout);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let ended = state.closed && state.mails.is_empty();
        (!ended).then(|| mem::take(&mut state.mails))
    }

    /// Takes in nothing more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole after every statement, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
