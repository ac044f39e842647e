//! Where a topic's state lives: one writer at a time, and readers that never wait for it.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use revgate::action::{self, Outcome};
use revgate::json::{Fingerprint, fingerprint};
use revgate::{Epoch, Invalid, Snapshot, Topic, TopicName, Version};
use tokio::sync::watch;

use crate::editing::{Editing, Turn};
use crate::error::UpdateError;
use crate::form::Json;

/// The actions that windows have asked for.
pub(crate) type Ledger = action::Ledger<Outcome<Json>>;

/// A state and its history's end: the newest version.
pub(crate) struct Store<T> {
    turn: Turn<Ledger>,
    /// Its lock is held only to copy or swap what is in it, which is pointers.
    published: watch::Sender<Published<T>>,
}

/// A state as everybody may see it. Cheap to clone.
pub(crate) struct Published<T> {
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    /// Of `data`: what the next state is compared with.
    pub(crate) fingerprint: Fingerprint,
    /// The window that wrote it; `None` for the backend.
    pub(crate) source: Option<Arc<str>>,
    /// The actions that made it of the version before, if nothing else did.
    pub(crate) actions: Option<Arc<[&'static str]>>,
    /// The topic is gone: no other state follows.
    pub(crate) removed: bool,
}

/// An edit of the newest state, which nobody else makes meanwhile.
pub(crate) struct Edit<'a, T> {
    store: &'a Store<T>,
    topic: &'a TopicName,
    editing: Editing<'a, Ledger>,
    // It ends after the edit does: dropping the last hold of a large state takes its time.
    /// The newest state.
    pub(crate) current: Published<T>,
}

/// A state to be published.
pub(crate) struct Draft<T> {
    pub(crate) data: Arc<T>,
    pub(crate) fingerprint: Fingerprint,
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
    Conflict(Snapshot<Arc<T>>),
    Update(UpdateError),
}

impl<T: Topic> Store<T> {
    /// # Errors
    ///
    /// If the state cannot be JSON.
    pub(crate) fn new(version: Version, data: Arc<T>) -> Result<Self, Invalid> {
        let fingerprint = fingerprint(&*data)?;
        let (source, actions) = (None, None);
        let published = Published { version, data, fingerprint, source, actions, removed: false };
        Ok(Self { turn: Turn::default(), published: watch::Sender::new(published) })
    }

    /// Begins with another state. To be called before anybody writes.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON.
    pub(crate) fn restore(&self, version: Version, data: Arc<T>) -> Result<(), Invalid> {
        let fingerprint = fingerprint(&*data)?;
        self.published.send_modify(|published| {
            (published.version, published.data) = (version, data);
            published.fingerprint = fingerprint;
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
        let edit = self.edit(topic)?;
        let Edit { current, .. } = &edit;
        if base.is_some_and(|base| !base.is(current)) {
            return Err(WriteError::Conflict(current.snapshot()));
        }
        // A draft that a panic left half-edited is dropped with it.
        let draft = catch_unwind(AssertUnwindSafe(|| {
            let data = draft(&current.data)?;
            data.validate()?;
            let fingerprint = fingerprint(&data)?;
            Ok::<_, UpdateError>(Draft { data: Arc::new(data), fingerprint })
        }))
        .map_err(|panic| UpdateError::Panicked {
            topic: topic.clone(),
            message: words(&*panic),
        })??;
        Ok(edit.publish(draft, source, None)?)
    }

    /// Begins an edit of the newest state; errors name the topic.
    pub(crate) fn edit<'a>(&'a self, topic: &'a TopicName) -> Result<Edit<'a, T>, UpdateError> {
        let editing = self.turn.begin(topic)?;
        let current = self.published();
        if current.removed {
            return Err(UpdateError::Removed(topic.clone()));
        }
        Ok(Edit { store: self, topic, editing, current })
    }

    /// Ends the topic. Waits for no edit: one that is under way is refused.
    pub(crate) fn remove(&self) {
        self.published.send_if_modified(|published| !mem::replace(&mut published.removed, true));
    }
}

impl<T> Edit<'_, T> {
    pub(crate) fn topic(&self) -> &TopicName {
        self.topic
    }

    /// The actions that windows have asked for.
    pub(crate) fn ledger(&mut self) -> &mut Ledger {
        self.editing.kept()
    }

    /// Publishes what the edit has made. See [`Store::write`].
    pub(crate) fn publish(
        &self,
        draft: Draft<T>,
        source: Option<&str>,
        actions: Option<Arc<[&'static str]>>,
    ) -> Result<Written<T>, UpdateError> {
        let Self { store, topic, current, .. } = self;
        let Draft { data, fingerprint } = draft;
        let is_news = fingerprint != current.fingerprint;
        let state = if is_news {
            let version = current.version.next()?;
            let source = source.map(Arc::from);
            Published { version, data, fingerprint, source, actions, removed: false }
        } else {
            Published { data, ..current.clone() }
        };
        let mut stands = false;
        store.published.send_if_modified(|published| {
            stands = !published.removed;
            if stands {
                *published = state.clone();
            }
            stands && is_news
        });
        if stands {
            Ok(Written { state, is_news })
        } else {
            Err(UpdateError::Removed(TopicName::clone(topic)))
        }
    }
}

/// What a panic said, as far as that is text.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    words.unwrap_or("without words").to_owned()
}

impl Base {
    fn is<T>(&self, current: &Published<T>) -> bool {
        let is_ahead = || {
            self.version.next() == Ok(current.version) && self.ahead == Some(current.fingerprint)
        };
        self.version == current.version || is_ahead()
    }
}

impl From<Version> for Base {
    fn from(version: Version) -> Self {
        Self { version, ahead: None }
    }
}

impl<T> Published<T> {
    pub(crate) fn snapshot(&self) -> Snapshot<Arc<T>> {
        Snapshot::new(self.version, Arc::clone(&self.data))
    }
}

impl<T> Clone for Published<T> {
    fn clone(&self) -> Self {
        let Self { version, fingerprint, removed, .. } = *self;
        let (data, source) = (Arc::clone(&self.data), self.source.clone());
        let actions = self.actions.clone();
        Self { version, data, fingerprint, source, actions, removed }
    }
}

impl<T> From<UpdateError> for WriteError<T> {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

#[cfg(test)]
mod tests;
