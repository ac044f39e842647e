//! What the saver is asked.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use revgate::TopicName;
use tokio::sync::oneshot;

use super::{FlushError, Subject};
use crate::Storage;

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
    /// The app may end: all is to be saved now. Answered when nothing is left to be tried.
    Settle(mpsc::Sender<()>),
    /// Something else is to be done with the storage. Does not panic.
    Run(Box<Task>),
}

type Task = dyn FnOnce(&dyn Storage) + Send;

pub(super) type Answer = oneshot::Sender<Result<(), FlushError>>;

/// Mail in the order of its coming. Closed for good at the end.
#[derive(Default)]
pub(super) struct Inbox {
    mails: Mutex<Vec<Mail>>,
    changed: Condvar,
    /// Set with the lock held; read without it by writers, who are many.
    closed: AtomicBool,
}

impl Inbox {
    /// Whether the mail was taken in.
    pub(super) fn push(&self, mail: Mail) -> bool {
        let mut mails = self.lock();
        let is_open = self.is_open();
        if is_open {
            mails.push(mail);
            self.changed.notify_one();
        }
        is_open
    }

    /// Whether it takes in mail.
    pub(super) fn is_open(&self) -> bool {
        // Of the same order as the marks of tracks: who sees it open after a mark has that mark
        // seen by whoever closes it.
        !self.closed.load(Ordering::SeqCst)
    }

    /// All mail; if there is none, waits for up to `timeout`, and may come back with none even
    /// earlier. `None` once the inbox is closed and empty.
    pub(super) fn take(&self, timeout: Option<Duration>) -> Option<Vec<Mail>> {
        let mut mails = self.lock();
        if mails.is_empty() && self.is_open() {
            mails = match timeout {
                None => self.changed.wait(mails).unwrap_or_else(PoisonError::into_inner),
                Some(timeout) => {
                    let woken = self.changed.wait_timeout(mails, timeout);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let ended = mails.is_empty() && !self.is_open();
        (!ended).then(|| mem::take(&mut *mails))
    }

    /// Takes in nothing more.
    pub(super) fn close(&self) {
        let mails = self.lock();
        self.closed.store(true, Ordering::SeqCst);
        drop(mails);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Mail>> {
        // The list is whole after every statement, so a panic elsewhere spoils nothing.
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
