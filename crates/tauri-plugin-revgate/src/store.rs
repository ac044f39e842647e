//! Where a topic's state lives: one writer at a time, and readers that never wait for it.

use std::cell::Cell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::ReentrantMutex;
use revgate::{Snapshot, Topic, Version};
use tokio::sync::watch;

use crate::error::UpdateError;

/// A state and its history's end: the newest version.
pub(crate) struct Store<T> {
    /// Held while an edit runs, and true meanwhile, so that an edit within an edit is noticed: it
    /// gets the lock, being on the same thread.
    editing: ReentrantMutex<Cell<bool>>,
    /// Its lock is held only to copy or swap what is in it, which is pointers.
    published: watch::Sender<Published<T>>,
}

/// A state as everybody may see it. Cheap to clone.
pub(crate) struct Published<T> {
    pub(crate) version: Version,
    pub(crate) data: Arc<T>,
    /// The window that wrote it; `None` for the backend.
    pub(crate) source: Option<Arc<str>>,
    /// The topic is gone: no other state follows.
    pub(crate) removed: bool,
}

/// Why a write was not made.
pub(crate) enum WriteError<T> {
    /// It was based on another version than the newest, which this is.
    Conflict(Snapshot<Arc<T>>),
    Update(UpdateError),
}

impl<T: Topic> Store<T> {
    pub(crate) fn new(version: Version, data: Arc<T>) -> Self {
        let published = Published { version, data, source: None, removed: false };
        Self { editing: ReentrantMutex::default(), published: watch::Sender::new(published) }
    }

    /// Begins with another state. To be called before anybody writes.
    pub(crate) fn restore(&self, version: Version, data: Arc<T>) {
        self.published.send_modify(|published| {
            (published.version, published.data) = (version, data);
        });
    }

    pub(crate) fn published(&self) -> Published<T> {
        self.published.borrow().clone()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Published<T>> {
        self.published.subscribe()
    }

    /// Publishes what `draft` makes of the newest state, if that is at version `base` or no base
    /// is given.
    pub(crate) fn write(
        &self,
        base: Option<Version>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Published<T>, WriteError<T>> {
        // It ends after the lock does: dropping the last hold of a large state takes its time.
        let current;
        let editing = self.editing.lock();
        if editing.get() {
            return Err(UpdateError::Reentrant.into());
        }
        let _end = Editing::begin(&editing);
        current = self.published();
        if current.removed {
            return Err(UpdateError::Removed.into());
        }
        if base.is_some_and(|base| base != current.version) {
            return Err(WriteError::Conflict(current.snapshot()));
        }
        let version = current.version.next().map_err(UpdateError::from)?;
        // A draft that a panic left half-edited is dropped with it.
        let data = catch_unwind(AssertUnwindSafe(|| {
            let data = draft(&current.data)?;
            data.validate()?;
            Ok::<_, UpdateError>(Arc::new(data))
        }))
        .map_err(|_| UpdateError::Panicked)??;
        let source = source.map(Arc::from);
        let next = Published { version, data, source, removed: false };
        let stands = self.published.send_if_modified(|published| {
            let remains = !published.removed;
            if remains {
                *published = next.clone();
            }
            remains
        });
        if stands { Ok(next) } else { Err(UpdateError::Removed.into()) }
    }

    /// Ends the topic. Waits for no edit: one that is under way is refused.
    pub(crate) fn remove(&self) {
        self.published.send_if_modified(|published| !mem::replace(&mut published.removed, true));
    }
}

impl<T> Published<T> {
    pub(crate) fn snapshot(&self) -> Snapshot<Arc<T>> {
        Snapshot::new(self.version, Arc::clone(&self.data))
    }
}

impl<T> Clone for Published<T> {
    fn clone(&self) -> Self {
        let Self { version, removed, .. } = *self;
        Self { version, data: Arc::clone(&self.data), source: self.source.clone(), removed }
    }
}

impl<T> From<UpdateError> for WriteError<T> {
    fn from(error: UpdateError) -> Self {
        Self::Update(error)
    }
}

/// Says that an edit runs, for as long as it lives.
struct Editing<'a>(&'a Cell<bool>);

impl<'a> Editing<'a> {
    fn begin(editing: &'a Cell<bool>) -> Self {
        editing.set(true);
        Self(editing)
    }
}

impl Drop for Editing<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use revgate::settings::Settings;
    use revgate::{Epoch, Revision};

    #[test]
    fn the_last_revision_stands_until_a_new_epoch() {
        let last = Version::new(Epoch::new(3), Revision::new(u64::MAX));
        let store = Store::new(last, Arc::new(Settings::default()));
        let written = store.write(None, None, |settings| Ok(settings.clone()));
        assert!(matches!(written, Err(WriteError::Update(UpdateError::Exhausted(_)))));
        assert_eq!(store.published().version, last);
    }

    #[test]
    fn a_write_on_an_older_version_gets_the_newest() {
        let store = Store::new(Version::default(), Arc::new(Settings::default()));
        let edit = |settings: &Settings| Ok(Settings { font_size: 20, ..settings.clone() });
        assert!(store.write(Some(Version::default()), Some("main"), edit).is_ok());
        assert_eq!(store.published().source.as_deref(), Some("main"));
        let Err(WriteError::Conflict(newest)) = store.write(Some(Version::default()), None, edit)
        else {
            panic!("the base is not the newest")
        };
        assert_eq!((newest.revision, newest.data.font_size), (Revision::FIRST, 20));
    }
}
