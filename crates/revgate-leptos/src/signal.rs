//! The hook and what it returns.

use std::rc::Rc;

use leptos::prelude::*;
use revgate::{Topic, TopicName, TopicNameError, Version};
use revgate_client::{Pending, Status, SyncError};

use crate::shared::{Shared, Signals, shared};

/// The topic `T`, kept the same as in every other window, for as long as the calling component
/// lives. All components of a window share one subscription.
pub fn use_topic<T: Topic + Default>() -> TopicSignal<T> {
    signal(TopicName::of::<T>())
}

/// One topic of the family `T`, by its key: `doc:42` for the key `42` and [`Topic::NAME`] `doc`.
/// Otherwise as [`use_topic`].
///
/// # Errors
///
/// If the key makes no well-formed name: see [`TopicName`].
pub fn use_topic_of<T: Topic + Default>(key: &str) -> Result<TopicSignal<T>, TopicNameError> {
    TopicName::keyed::<T>(key).map(signal)
}

fn signal<T: Topic + Default>(topic: TopicName) -> TopicSignal<T> {
    let shared = shared::<T>(topic);
    let Signals { state, version, status, error } = shared.signals.clone();
    TopicSignal {
        state: state.into(),
        version: version.into(),
        status: status.into(),
        error: error.into(),
        shared: StoredValue::new_local(shared),
    }
}

/// A topic as a component sees it. `Copy`, so that every closure can have it.
///
/// What says "tracked" wakes the effect or view that reads it when it changes.
pub struct TopicSignal<T: Topic> {
    state: RwSignal<T>,
    version: RwSignal<Option<Version>>,
    status: RwSignal<Status>,
    error: RwSignal<Option<SyncError>>,
    shared: StoredValue<Rc<Shared<T>>, LocalStorage>,
}

impl<T: Topic> TopicSignal<T> {
    /// The state, tracked; `T::default()` until the first snapshot has come.
    pub fn get(&self) -> T {
        self.state.get()
    }

    /// The state, not tracked.
    pub fn get_untracked(&self) -> T {
        self.state.get_untracked()
    }

    /// Reads the state in place, tracked.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        self.state.with(read)
    }

    /// A part of the state, which wakes its readers only when that part changes.
    pub fn select<U>(&self, part: impl Fn(&T) -> U + Send + Sync + 'static) -> Memo<U>
    where
        U: PartialEq + Send + Sync + 'static,
    {
        let state = self.state;
        Memo::new(move |_| state.with(&part))
    }

    /// Changes the state in every window: shown here at once, sent to Rust, taken back if Rust
    /// refuses. Edits made while one is under way are sent together. If another window was first,
    /// `change` is played again on its state, so it may run more than once.
    ///
    /// The result may be dropped: a failure also shows in [`TopicSignal::error`] and the log.
    pub fn update(&self, change: impl Fn(&mut T) + 'static) -> Pending {
        self.shared.with_value(|shared| shared.replica.update(change))
    }

    /// Fetches the state now, and ends when one at least as new as this call is shown, or with
    /// the error. The result may be dropped.
    pub fn refresh(&self) -> Pending {
        self.shared.with_value(|shared| shared.replica.refresh())
    }

    /// How new the state is, tracked; `None` until the first snapshot has come.
    pub fn version(&self) -> Option<Version> {
        self.version.get()
    }

    /// How the synchronisation is doing, tracked.
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// The last failure, tracked; `None` again once a state has arrived after it.
    pub fn error(&self) -> Option<SyncError> {
        self.error.get()
    }
}

impl<T: Topic> Clone for TopicSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Topic> Copy for TopicSignal<T> {}
