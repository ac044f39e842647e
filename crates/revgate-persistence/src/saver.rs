//! The one thread that saves.
//!
//! Writers only say which topic has changed; encoding and the disk are this thread's. A topic's
//! saves come one after the other, each of its newest state, so an older one never lands after a
//! newer. What falls due at the same time is saved together, and whoever waits for the disk waits
//! for one turn of it with all others.

mod desk;
mod edits;
mod inbox;
mod track;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use revgate::{TopicName, Version};
use tokio::sync::oneshot;

pub use track::{Saving, Track};

use crate::{CodecError, Fault, Incident, Storage, Watcher};
use desk::Desk;
use inbox::{Inbox, Mail};

/// What the saver needs of a topic.
pub trait Subject: Send + Sync {
    /// How its saving stands.
    fn track(&self) -> &Track;

    /// Its newest state.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded.
    fn encode(&self) -> Result<Encoded, CodecError>;

    /// What [`Subject::encode`] returned last is on the disk.
    fn saved(&self);

    /// Somebody else has written `bytes` in the place of what was saved last: makes a state of it.
    ///
    /// # Errors
    ///
    /// If it is unusable. The topic stays as it is.
    fn edited(&self, bytes: &[u8]) -> Result<(), Fault>;
}

/// A state as it goes to the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Its version.
    pub version: Version,
    /// Its record.
    pub bytes: Vec<u8>,
}

/// Where to ask for what is to be saved. Cheap to clone.
#[derive(Clone)]
pub struct Saver {
    /// The thread's, which lets go of it at its end: then another process may have it.
    storage: Weak<dyn Storage>,
    is_read_only: bool,
    inbox: Arc<Inbox>,
    /// Origin of the times that writers note.
    start: Instant,
}

/// The thread that saves. Dropping it [closes](SaverThread::close) it.
#[must_use = "dropping it ends the saving"]
pub struct SaverThread {
    inbox: Arc<Inbox>,
    thread: Mutex<Option<JoinHandle<()>>>,
    _watcher: Option<Mutex<Box<dyn Watcher>>>,
}

/// Is told of what went wrong.
pub type Report = Arc<dyn Fn(Incident) + Send + Sync>;

impl Saver {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If the system has no thread left.
    pub fn start(storage: Arc<dyn Storage>, report: Report) -> io::Result<(Self, SaverThread)> {
        let inbox = Arc::new(Inbox::new());
        let mail = Arc::clone(&inbox);
        let watcher = storage.watch(Box::new(move |topic| mail.push(Mail::Edited(topic))));
        let watcher = watcher.unwrap_or_else(|error| {
            report(Incident::NotWatched { fault: error.into() });
            None
        });
        let start = Instant::now();
        let (is_read_only, kept) = (storage.is_read_only(), Arc::downgrade(&storage));
        let mut desk = Desk::new(storage, report);
        let mail = Arc::clone(&inbox);
        let run = move || {
            loop {
                let wait = desk.next().map(|at| at.saturating_sub(start.elapsed()));
                let Some(mails) = mail.take(wait) else { break };
                desk.turn(start.elapsed(), mails);
            }
            desk.end(start.elapsed());
        };
        let thread = thread::Builder::new().name("revgate-saver".to_owned()).spawn(run)?;
        let (thread, _watcher) = (Mutex::new(Some(thread)), watcher.map(Mutex::new));
        let owner = SaverThread { inbox: Arc::clone(&inbox), thread, _watcher };
        Ok((Self { storage: kept, is_read_only, inbox, start }, owner))
    }

    /// Whether what is written could not be saved; then where it would be.
    pub fn read_only_place(&self, topic: &TopicName) -> Option<String> {
        let place = || self.storage.upgrade().map(|storage| storage.place(topic));
        self.is_read_only.then(|| place().unwrap_or_default())
    }

    /// A topic that is saved from now on, in the place of one of the same name. Its [`Track`] knows
    /// what is on the disk already.
    pub fn add(&self, subject: Arc<dyn Subject>) {
        self.inbox.push(Mail::Added(subject));
    }

    /// The topic has been written to. Waits for nothing.
    pub fn changed(&self, track: &Track, subject: impl FnOnce() -> Arc<dyn Subject>) {
        if track.mark(self.start.elapsed()) {
            self.inbox.push(Mail::Changed(subject()));
        }
    }

    /// Saves the topic's newest state now, or finds it saved.
    pub fn flush(&self, subject: Arc<dyn Subject>) -> Flush {
        self.ask(subject, false)
    }

    /// As [`Saver::flush`], but in the place of whatever somebody else may have written there.
    pub fn overwrite(&self, subject: Arc<dyn Subject>) -> Flush {
        self.ask(subject, true)
    }

    /// Forgets the topic and what is saved of it. What was asked of it and not done yet ends. If
    /// another of its name has been [added](Saver::add), this changes nothing.
    pub fn remove(&self, subject: Arc<dyn Subject>) {
        self.inbox.push(Mail::Removed(subject));
    }

    fn ask(&self, subject: Arc<dyn Subject>, overwrite: bool) -> Flush {
        let (answer, answered) = oneshot::channel();
        self.inbox.push(Mail::Asked { subject, overwrite, answer });
        Flush(Some(answered))
    }
}

impl SaverThread {
    /// Saves what is still to be saved, except [manually](crate::Save::Manually), and ends. Later
    /// changes are not saved. Returns when all is done and the storage is free for others.
    pub fn close(&self) {
        self.inbox.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the saver panicked");
        }
    }
}

impl Drop for SaverThread {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Saver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saver").field("is_read_only", &self.is_read_only).finish_non_exhaustive()
    }
}

/// Completes when what was to be saved is on the disk. Dropping it changes nothing.
#[derive(Debug)]
#[must_use = "whether it was saved is not known before"]
pub struct Flush(Option<oneshot::Receiver<Result<(), Fault>>>);

impl Flush {
    /// Of a topic that is not saved at all: fails at once.
    pub fn not_persistent() -> Self {
        Self(None)
    }

    /// Blocks the thread until then.
    ///
    /// # Errors
    ///
    /// As of the future.
    pub fn wait(self) -> Result<(), FlushError> {
        pollster::block_on(self)
    }
}

impl Future for Flush {
    type Output = Result<(), FlushError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(answer) = &mut self.0 else { return Poll::Ready(Err(FlushError::NotPersistent)) };
        Poll::Ready(match ready!(Pin::new(answer).poll(context)) {
            Ok(result) => result.map_err(FlushError::NotSaved),
            Err(_) => Err(FlushError::Ended),
        })
    }
}

/// A state is not known to be on the disk.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// It was tried and failed. It is tried again, as long as the app runs.
    #[error("not saved: {0}")]
    NotSaved(Fault),
    /// The app is ending, or the topic has been removed.
    #[error("not saved: the app is ending, or the topic has been removed")]
    Ended,
    /// The topic was registered without a [`Persistence`](crate::Persistence).
    #[error("not saved: the topic is registered without persistence")]
    NotPersistent,
}

/// Runs what is not this crate's own code.
fn guarded<T>(what: &'static str, run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let panicked = |_| Err(CodecError::new(format_args!("{what} panicked")).into());
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(panicked)
}

#[cfg(test)]
mod tests;
