//! How the saving of one topic stands.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use revgate::{TopicName, Version};

use crate::{Fault, Persistence, Save};

/// How the saving of one topic stands: what writers note, and what the saver found.
pub struct Track {
    topic: TopicName,
    persistence: Arc<Persistence>,
    /// There is news that the saver has not read.
    marked: AtomicBool,
    /// The saver has read news, and has not done with it.
    in_work: AtomicBool,
    /// When the last write was made, in nanoseconds since the saver started.
    last_write: AtomicU64,
    /// What is saved could not be read when the topic began.
    unread: AtomicBool,
    saving: Mutex<Saving>,
    tell: Option<Box<Tell>>,
}

/// Is told why the newest state is not saved, when that is another reason than before, or `None`: it is, or
/// will be. Called by the thread that saves.
type Tell = dyn Fn(Option<&Fault>) + Send + Sync;

/// How the saving of a topic stands.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Saving {
    /// The newest version on the disk; `None` if there is none of this session.
    pub saved: Option<Version>,
    /// Why the last attempt to save a newer one failed; `None` if it did not, or none was made.
    pub fault: Option<Fault>,
    /// How many attempts in a row have failed.
    pub attempts: u32,
    /// What is saved cannot be read, or somebody else has written what is unusable: nothing is
    /// saved until that has changed.
    pub is_held: bool,
}

impl Track {
    /// Of a topic of which nothing is saved yet.
    pub fn new(topic: TopicName, persistence: Arc<Persistence>) -> Self {
        Self {
            topic,
            persistence,
            marked: AtomicBool::new(false),
            in_work: AtomicBool::new(false),
            last_write: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            saving: Mutex::default(),
            tell: None,
        }
    }

    /// Has `tell` told of each change of why the newest state is not saved; of none at first.
    #[must_use]
    pub fn telling(self, tell: impl Fn(Option<&Fault>) + Send + Sync + 'static) -> Self {
        Self { tell: Some(Box::new(tell)), ..self }
    }

    /// The topic.
    pub fn topic(&self) -> &TopicName {
        &self.topic
    }

    /// How it is saved.
    pub fn persistence(&self) -> &Persistence {
        &self.persistence
    }

    /// How its saving stands.
    pub fn saving(&self) -> Saving {
        self.lock().clone()
    }

    /// The topic's version `version` is what is saved of it.
    pub fn found_saved(&self, version: Version) {
        self.lock().saved = Some(version);
    }

    /// What is saved of the topic could not be read: nothing is saved until it has been, and is
    /// then taken over as if somebody had just written it.
    pub(super) fn found_unread(&self, fault: Fault) {
        self.unread.store(true, Ordering::Relaxed);
        self.change(|saving| (saving.is_held, saving.fault) = (true, Some(fault)));
    }

    /// Notes how it stands, and tells of what that changes.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Saving) -> R) -> R {
        let mut saving = self.lock();
        let before = saving.fault.as_ref().map(Fault::sign);
        let result = change(&mut saving);
        let fault = saving.fault.clone();
        drop(saving);
        if let Some(tell) = &self.tell
            && fault.as_ref().map(Fault::sign) != before
            && catch_unwind(AssertUnwindSafe(|| tell(fault.as_ref()))).is_err()
        {
            tracing::error!("topic `{}`: who is told how its saving stands panicked", self.topic);
        }
        result
    }

    /// Whether what is saved has not been read since the topic began.
    pub fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// What is saved has been read.
    pub(super) fn read(&self) {
        self.unread.store(false, Ordering::Relaxed);
    }

    /// A write was made at this time. Whether the saver is to be told; else it has been already.
    pub(super) fn mark(&self, now: Duration) -> bool {
        let nanos = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        self.last_write.fetch_max(nanos, Ordering::Relaxed);
        // Of the same order as the closing of the inbox: see there.
        !self.marked.swap(true, Ordering::SeqCst)
    }

    /// Whether a write has been made that the saver has not read.
    pub(super) fn is_marked(&self) -> bool {
        self.marked.load(Ordering::SeqCst)
    }

    /// What is written from now on is marked anew: to be called before the newest state is read.
    pub(super) fn unmark(&self) {
        self.in_work.store(true, Ordering::SeqCst);
        // Not a store: seeing the last mark is what makes the writes before it visible.
        self.marked.swap(false, Ordering::AcqRel);
    }

    /// What was read at the last [`Track::unmark`] is on the disk.
    pub(super) fn done(&self) {
        self.in_work.store(false, Ordering::SeqCst);
    }

    /// Whether the newest state is to be saved by itself, and may not be on the disk.
    pub fn is_unsaved(&self) -> bool {
        let is_manual = self.persistence.save == Save::Manually;
        !is_manual && (self.is_marked() || self.in_work.load(Ordering::SeqCst))
    }

    pub(super) fn last_write(&self) -> Duration {
        Duration::from_nanos(self.last_write.load(Ordering::Relaxed))
    }

    fn lock(&self) -> MutexGuard<'_, Saving> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.saving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, persistence, saving, .. } = self;
        let mut shown = f.debug_struct("Track");
        shown.field("topic", topic).field("persistence", persistence).field("saving", saving);
        shown.finish_non_exhaustive()
    }
}
