//! The one thread that saves.
//!
//! Writers only say which topic has changed; encoding and the disk are this thread's. A topic's
//! saves come one after the other, each of its newest state, so an older one never lands after a
//! newer. What falls due at the same time is saved together, and whoever waits for the disk waits
//! for one turn of it with all others.

mod desk;
pub(crate) mod edits;
mod end;
mod inbox;
mod pending;
mod track;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use revgate::{TopicName, Version};
use tokio::sync::oneshot;

pub use track::{Saving, Track};

use crate::{CodecError, Fault, Incident, Save, Storage, Watcher};
use desk::Desk;
use end::End;
use inbox::{Inbox, Mail};

/// What the saver needs of a topic.
pub trait Subject: Send + Sync {
    /// How its saving stands.
    fn track(&self) -> &Track;

    /// Its newest state. `is_saved` says that what [`Subject::saved`] was last told of is on the disk, or what it
    /// began with: then the bytes are `None` if it is the same to whoever loads it, as only what is not saved
    /// has changed.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded.
    fn encode(&self, is_saved: bool) -> Result<Encoded, CodecError>;

    /// What [`Subject::encode`] returned last is on the disk.
    fn saved(&self);

    /// Somebody else has written `bytes` in the place of what was saved last: makes a state of it. Whether that is
    /// to be saved, though it has been written so.
    ///
    /// # Errors
    ///
    /// If it is unusable. The topic stays as it is.
    fn edited(&self, bytes: &[u8]) -> Result<bool, Fault>;
}

/// A state as it goes to the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Its version.
    pub version: Version,
    /// Its record; `None` if that need not be saved.
    pub bytes: Option<Vec<u8>>,
    /// Whether it is to be saved though this version is on the disk, as what lies
    /// [beside](crate::Record::beside) the state is another.
    pub is_beside_new: bool,
}

/// Where to ask for what is to be saved. Cheap to clone.
#[derive(Clone)]
pub struct Saver {
    /// The thread's, which lets go of it at its end: then another process may have it.
    storage: Weak<dyn Storage>,
    is_read_only: bool,
    inbox: Arc<Inbox>,
    end: Arc<End>,
    report: Report,
    /// Origin of the times that writers note.
    start: Instant,
}

/// How long the end of an app waits for the disk, unless told otherwise: long enough for a slow
/// one to answer, and for a failing one to be [tried again](Saver::settle); short enough for
/// systems that end what does not end itself.
pub const END_LIMIT: Duration = Duration::from_secs(5);

/// The thread that saves. Dropping it [closes](SaverThread::close) it.
#[must_use = "dropping it ends the saving"]
pub struct SaverThread {
    inbox: Arc<Inbox>,
    end: Arc<End>,
    thread: Mutex<Option<Running>>,
    _watcher: Option<Mutex<Box<dyn Watcher>>>,
}

struct Running {
    thread: JoinHandle<()>,
    /// Brings nothing, and closes with the thread.
    ended: Receiver<()>,
}

/// Is told of what went wrong. Called by the thread that saves: **it must not wait for anybody who
/// may wait for that thread**, such as a main thread that is [closing](SaverThread::close) it.
pub type Report = Arc<dyn Fn(Incident) + Send + Sync>;

impl Saver {
    /// Starts the thread, whose end waits for the disk for [`END_LIMIT`].
    ///
    /// # Errors
    ///
    /// If the system has no thread left.
    pub fn start(storage: Arc<dyn Storage>, report: Report) -> io::Result<(Self, SaverThread)> {
        Self::start_with(storage, report, END_LIMIT)
    }

    /// Starts the thread, whose end waits for the disk for `end_limit`.
    ///
    /// # Errors
    ///
    /// If the system has no thread left.
    pub fn start_with(
        storage: Arc<dyn Storage>,
        report: Report,
        end_limit: Duration,
    ) -> io::Result<(Self, SaverThread)> {
        let inbox = Arc::new(Inbox::default());
        let mail = Arc::clone(&inbox);
        let edited = move |topic| {
            mail.push(Mail::Edited(topic));
        };
        let watcher = storage.watch(Box::new(edited));
        let watcher = watcher.unwrap_or_else(|error| {
            report(Incident::NotWatched { fault: error.into() });
            None
        });
        let start = Instant::now();
        let (is_read_only, kept) = (storage.is_read_only(), Arc::downgrade(&storage));
        let mut desk = Desk::new(storage, Arc::clone(&report));
        let mail = Arc::clone(&inbox);
        let (ends, ended) = mpsc::channel();
        let run = move || {
            let _ends: mpsc::Sender<()> = ends;
            loop {
                let wait = desk.next().map(|at| at.saturating_sub(start.elapsed()));
                let Some(mails) = mail.take(wait) else { break };
                desk.turn(start.elapsed(), mails);
            }
            desk.settle(start.elapsed(), None);
            while let Some(at) = desk.next_of_the_end() {
                thread::sleep(at.saturating_sub(start.elapsed()));
                desk.turn(start.elapsed(), Vec::new());
            }
            desk.end();
        };
        let thread = thread::Builder::new().name("revgate-saver".to_owned()).spawn(run)?;
        let (thread, _watcher) = (Running { thread, ended }, watcher.map(Mutex::new));
        let end = Arc::new(End::new(end_limit));
        let saver = Self {
            storage: kept,
            is_read_only,
            inbox: Arc::clone(&inbox),
            end: Arc::clone(&end),
            report,
            start,
        };
        Ok((saver, SaverThread { inbox, end, thread: Mutex::new(Some(thread)), _watcher }))
    }

    /// Whether it takes in changes: not after its thread was [closed](SaverThread::close).
    pub fn is_open(&self) -> bool {
        self.inbox.is_open()
    }

    /// Whether what is written could not be saved; then where it would be.
    pub fn read_only_place(&self, topic: &TopicName) -> Option<String> {
        self.is_read_only.then(|| self.place(topic))
    }

    /// Where the topic is saved, for people.
    pub fn place(&self, topic: &TopicName) -> String {
        self.storage.upgrade().map(|storage| storage.place(topic)).unwrap_or_default()
    }

    /// Tells of what went wrong.
    pub fn report(&self, incident: Incident) {
        (self.report)(incident);
    }

    /// A topic that is saved from now on, in the place of one of the same name. Its [`Track`] knows
    /// what is on the disk already.
    pub fn add(&self, subject: Arc<dyn Subject>) {
        self.inbox.push(Mail::Added(subject));
    }

    /// The topic has been written to. Waits for nothing. Whether it will be saved: not if this
    /// comes after the [end](SaverThread::close).
    #[must_use = "a write that will not be saved must not be answered as if it were"]
    pub fn changed(&self, track: &Track, subject: impl FnOnce() -> Arc<dyn Subject>) -> bool {
        match track.mark(self.start.elapsed()) {
            true => self.inbox.push(Mail::Changed(subject())),
            // The mail of an earlier write may still be on its way, and come too late: but what
            // is marked before the end is saved by it.
            false => self.inbox.is_open(),
        }
    }

    /// To be asked after [`Saver::changed`] and before the write is answered: returns at once, but
    /// once the end [is near](Saver::end_is_near), when the topic is saved, for nobody knows how
    /// long the process still lives. Waits for no longer than an end does.
    ///
    /// # Errors
    ///
    /// If the end is near, and this version is not known to be on the disk.
    pub fn confirm(&self, track: &Track, version: Version) -> Result<(), FlushError> {
        let is_wanted = self.end.is_near() && track.persistence().save != Save::Manually;
        if !is_wanted {
            return Ok(());
        }
        self.settle();
        let Saving { saved, fault, .. } = track.saving();
        if saved >= Some(version) {
            return Ok(());
        }
        let storage = self.storage.upgrade();
        let reason = fault.zip(storage).map_or(FlushError::Ended, |(fault, storage)| {
            FlushError::NotSaved { place: storage.place(track.topic()), fault: fault.into() }
        });
        Err(reason)
    }

    /// Saves now what is still to be saved, except [manually](Save::Manually), as the app may end;
    /// and goes on. What fails is tried again for a second. Waits for no longer than the limit of
    /// an end, and not at all for a disk that has let it wait in vain before. Whether that was
    /// enough.
    pub fn settle(&self) -> bool {
        let (answer, answered) = mpsc::channel();
        // Taken in by nobody, it is answered at once: what could be done has been.
        self.inbox.push(Mail::Settle(answer));
        self.end.wait(answered)
    }

    /// As [`Saver::settle`], as the app is about to end: from now on, each write is
    /// [confirmed](Saver::confirm) when it is on the disk.
    pub fn end_is_near(&self) -> bool {
        self.end.come_near();
        self.settle()
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
    /// another of its name has been [added](Saver::add), this changes nothing. Whether it will be
    /// done: not after the [end](SaverThread::close).
    pub fn remove(&self, subject: Arc<dyn Subject>) -> bool {
        self.inbox.push(Mail::Removed(subject))
    }

    /// What `run` makes of the storage, in its turn: for what may write to it otherwise than by
    /// saving a topic. Waits for it, however long that takes; if it panics, so does this. `None`
    /// after the [end](SaverThread::close).
    pub fn run<R: Send + 'static>(
        &self,
        run: impl FnOnce(&dyn Storage) -> R + Send + 'static,
    ) -> Option<R> {
        let (answer, answered) = mpsc::channel();
        let run = move |storage: &dyn Storage| {
            let result = catch_unwind(AssertUnwindSafe(|| run(storage)));
            // Whoever asked waits for it.
            let _ = answer.send(result);
        };
        self.inbox.push(Mail::Run(Box::new(run)));
        let result = answered.recv().ok()?;
        Some(result.unwrap_or_else(|panic| resume_unwind(panic)))
    }

    fn ask(&self, subject: Arc<dyn Subject>, overwrite: bool) -> Flush {
        let (answer, answered) = oneshot::channel();
        self.inbox.push(Mail::Asked { subject, overwrite, answer });
        Flush(Some(answered))
    }
}

impl SaverThread {
    /// As [`Saver::settle`], and ends: later changes are not saved, as [`Saver::changed`] says.
    /// When that was enough, the storage is free for others.
    pub fn close(&self) -> bool {
        self.inbox.close();
        let mut running = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { thread, ended }) = running.take() else { return self.end.is_in_time() };
        let in_time = self.end.wait(ended);
        if in_time && thread.join().is_err() {
            tracing::error!("the saver panicked");
        }
        in_time
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
pub struct Flush(Option<oneshot::Receiver<Result<(), FlushError>>>);

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
        Poll::Ready(ready!(Pin::new(answer).poll(context)).unwrap_or(Err(FlushError::Ended)))
    }
}

/// A state is not known to be on the disk.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FlushError {
    /// It was tried and failed. It is tried again, as long as the app runs.
    #[error("not saved in {place}: {fault}")]
    NotSaved {
        /// Where it should be.
        place: String,
        /// Why it is not there.
        fault: Box<Fault>,
    },
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
