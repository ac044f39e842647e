//! Where a topic's state lives: one writer at a time, and readers that never wait for it.

mod edit;
#[cfg(feature = "upstream")]
mod joint;
#[cfg(not(feature = "upstream"))]
#[path = "store/joint/absent.rs"]
mod joint;

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use revgate::action::{self, Outcome};
use revgate::json::Fingerprint;
use revgate::{Epoch, Invalid, Snapshot, Topic, TopicName, Version};
use tokio::sync::watch;

use crate::editing::Turn;
use crate::error::UpdateError;
use crate::form::Json;
use crate::look::Look;
use crate::pending::{Deeds, Pending};
use crate::spares::{Done, Spares};

pub(crate) use edit::Edit;
#[cfg(feature = "upstream")]
pub(crate) use joint::{Beside, Heard, Joint, Unheard};

/// The actions that windows have asked for.
pub(crate) type Ledger = action::Ledger<Outcome<Json>>;

/// A state and its history's end: the newest version.
pub(crate) struct Store<T> {
    turn: Turn<Kept<T>>,
    /// Its lock is held only to copy or swap what is in it, which is pointers.
    published: watch::Sender<Published<T>>,
    /// What is to be announced of `published`: **they are changed, and read by who announces, under
    /// this lock.** Held as shortly.
    pending: Mutex<Option<Pending<T>>>,
}

/// What is kept from one edit to the next.
pub(crate) struct Kept<T> {
    ledger: Ledger,
    spares: Spares<T>,
    /// Of a topic that other machines write to as well.
    joint: joint::Slot<T>,
}

/// A state as everybody may see it. Cheap to clone.
pub(crate) struct Published<T> {
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    /// At `data`.
    pub(crate) look: Look,
    /// The window that wrote it; `None` for the backend.
    pub(crate) source: Option<Arc<str>>,
    /// The actions that made it of the version before, if nothing else did.
    pub(crate) actions: Option<Arc<[&'static str]>>,
    /// The topic is gone: no other state follows.
    pub(crate) removed: bool,
}

/// A state to be published.
pub(crate) struct Draft<T> {
    pub(crate) data: T,
    pub(crate) look: Look,
}

/// What was done to a copy of the newest state, part by part.
pub(crate) struct Patched {
    /// As JSON.
    pub(crate) patch: String,
    /// Whether it has changed anything.
    pub(crate) is_change: bool,
    /// The most bytes that the state has as JSON now, if that is known.
    pub(crate) most: Option<u64>,
}

/// A draft that is valid, with what is to be done to former states and told of it.
pub(crate) struct Made<T> {
    pub(crate) draft: Draft<T>,
    pub(crate) done: Option<Done<T>>,
    pub(crate) told: Option<Deeds>,
}

/// What a write is based on.
#[derive(Clone, Copy)]
pub(crate) struct Base {
    pub(crate) version: Version,
    /// What another write on that version makes, which this one holds.
    pub(crate) ahead: Option<Fingerprint>,
}

/// A write that was made.
pub(crate) struct Written<T> {
    pub(crate) state: Published<T>,
    /// Whether it changed what can be seen of the state, so that there is a new version.
    pub(crate) is_news: bool,
}

/// Why a write was not made.
pub(crate) enum WriteError<T> {
    /// It was based on another version than the newest, which this is.
    Conflict(Published<T>),
    Update(UpdateError),
}

impl<T: Topic> Store<T> {
    /// # Errors
    ///
    /// If the state cannot be JSON.
    pub(crate) fn new(version: Version, data: Arc<T>) -> Result<Self, Invalid> {
        let look = Look::at(&*data)?;
        let (source, actions) = (None, None);
        let published = Published { version, data, look, source, actions, removed: false };
        let (turn, pending) = (Turn::default(), Mutex::default());
        Ok(Self { turn, published: watch::Sender::new(published), pending })
    }

    /// Begins with another state. To be called before anybody writes.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON.
    pub(crate) fn restore(&self, version: Version, data: Arc<T>) -> Result<(), Invalid> {
        let look = Look::at(&*data)?;
        self.published.send_modify(|published| {
            (published.version, published.data, published.look) = (version, data, look);
        });
        Ok(())
    }

    /// Begins in another epoch. To be called before anybody writes.
    pub(crate) fn begin(&self, epoch: Epoch) {
        self.published.send_modify(|published| published.version.epoch = epoch);
    }

    pub(crate) fn published(&self) -> Published<T> {
        self.published.borrow().clone()
    }

    /// The newest state, and how it has come about since it was taken last: if `may_take` says so of them,
    /// or else nothing is taken.
    pub(crate) fn take_pending(
        &self,
        may_take: impl FnOnce(&Published<T>, Option<&Pending<T>>) -> bool,
    ) -> Option<(Published<T>, Option<Pending<T>>)> {
        let mut pending = self.pending();
        let newest = self.published();
        may_take(&newest, pending.as_ref()).then(|| (newest, pending.take()))
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Published<T>> {
        self.published.subscribe()
    }

    /// Publishes what `draft` makes of the newest state, if `base` is that, or none is given; errors
    /// name the topic.
    ///
    /// **A draft that is the same as JSON makes no version, and wakes nobody**; yet it is the state
    /// from now on, for what serde skips of it may be new.
    pub(crate) fn write(
        &self,
        topic: &TopicName,
        base: Option<Base>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Written<T>, WriteError<T>> {
        let (mut edit, made) = self.make(topic, base, |edit| {
            let data = draft(&edit.current.data)?;
            edit.made(data, None)
        })?;
        Ok(edit.publish(made, source)?)
    }

    /// As [`Store::write`] by the backend, of what `change` makes of a copy of the newest state.
    pub(crate) fn change_copy(
        &self,
        topic: &TopicName,
        change: impl FnOnce(&mut T),
    ) -> Result<Written<T>, WriteError<T>> {
        let (mut edit, made) = self.make(topic, None, |edit| {
            let mut data = edit.copy();
            change(&mut data);
            edit.made(data, None)
        })?;
        Ok(edit.publish(made, None)?)
    }

    /// As [`Store::write`], of what `make` makes of the newest state. `None` if that is nothing: then it
    /// cannot be made so.
    pub(crate) fn try_write(
        &self,
        topic: &TopicName,
        base: Option<Base>,
        source: Option<&str>,
        make: impl FnOnce(&mut Edit<'_, T>) -> Result<Option<Made<T>>, UpdateError>,
    ) -> Result<Option<Written<T>>, WriteError<T>> {
        let (mut edit, made) = self.make(topic, base, make)?;
        Ok(made.map(|made| edit.publish(made, source)).transpose()?)
    }

    /// An edit of the newest state, if `base` is that, or none is given, and what `make` makes of it.
    fn make<'a, M>(
        &'a self,
        topic: &'a TopicName,
        base: Option<Base>,
        make: impl FnOnce(&mut Edit<'_, T>) -> Result<M, UpdateError>,
    ) -> Result<(Edit<'a, T>, M), WriteError<T>> {
        let mut edit = self.edit(topic)?;
        if base.is_some_and(|base| !base.is(&edit.current)) {
            return Err(WriteError::Conflict(edit.current.clone()));
        }
        // A draft that a panic left half-edited is dropped with it.
        let made = catch_unwind(AssertUnwindSafe(|| make(&mut edit)));
        let panicked = |panic: Box<dyn Any + Send>| UpdateError::Panicked {
            topic: topic.clone(),
            message: words(&*panic),
        };
        let made = made.map_err(panicked)??;
        Ok((edit, made))
    }

    /// Begins an edit of the newest state; errors name the topic.
    pub(crate) fn edit<'a>(&'a self, topic: &'a TopicName) -> Result<Edit<'a, T>, UpdateError> {
        let editing = self.turn.begin(topic)?;
        let current = self.published();
        if current.removed {
            return Err(UpdateError::Removed(topic.clone()));
        }
        Ok(Edit { store: self, topic, editing, current, left: Vec::new() })
    }

    /// Ends the topic. Waits for no edit: one that is under way is refused.
    pub(crate) fn remove(&self) {
        self.published.send_if_modified(|published| !mem::replace(&mut published.removed, true));
        let pending = self.pending().take();
        drop(pending);
    }

    /// Publishes `state`, made of `before`, by these deeds if that is known; whether the topic still is one.
    fn set(
        &self,
        state: &Published<T>,
        is_news: bool,
        before: &Published<T>,
        told: Option<Deeds>,
    ) -> bool {
        let mut pending = self.pending();
        let mut stands = false;
        self.published.send_if_modified(|published| {
            stands = !published.removed;
            if stands {
                *published = state.clone();
            }
            stands && is_news
        });
        if stands && is_news {
            match &mut *pending {
                Some(pending) => pending.add(told),
                None => *pending = Some(Pending::new(before.clone(), told)),
            }
        }
        stands
    }

    fn pending(&self) -> MutexGuard<'_, Option<Pending<T>>> {
        // It is whole after every statement, so a panic elsewhere spoils nothing.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a panic said, as far as that is text.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    words.unwrap_or("without words").to_owned()
}

impl Base {
    fn is<T: Topic>(&self, current: &Published<T>) -> bool {
        let is_ahead = || {
            self.version.next() == Ok(current.version)
                && self.ahead.is_some()
                && self.ahead == current.look.print(&*current.data)
        };
        self.version == current.version || is_ahead()
    }
}

impl From<Version> for Base {
    fn from(version: Version) -> Self {
        Self { version, ahead: None }
    }
}

impl<T: Topic> Published<T> {
    /// # Errors
    ///
    /// If it cannot be JSON: an action can have made it so, if it is large.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        self.look.check(&*self.data)
    }

    pub(crate) fn snapshot(&self) -> Snapshot<Arc<T>> {
        Snapshot::new(self.version, Arc::clone(&self.data))
    }
}

impl<T> Clone for Published<T> {
    fn clone(&self) -> Self {
        let Self { version, removed, .. } = *self;
        let (data, look) = (Arc::clone(&self.data), self.look.clone());
        let (source, actions) = (self.source.clone(), self.actions.clone());
        Self { version, data, look, source, actions, removed }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { ledger: Ledger::new(), spares: Spares::default(), joint: joint::Slot::default() }
    }
}

impl<T> From<UpdateError> for WriteError<T> {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

#[cfg(test)]
mod tests;
