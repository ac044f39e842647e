//! A topic from Rust: its state, its version, and how both change.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use revgate::wire::{Refusal, Written};
use revgate::{Epoch, Revision, Snapshot, Topic, TopicName, Version, bytes};
use serde_json::Value;
use tauri::ipc::Channel;

use crate::decode::{decode, size, unwritable, within};
use crate::error::UpdateError;
use crate::options::TopicOptions;
use crate::outbox::Outbox;
use crate::patch::{Patch, is_same};
use crate::registry::ErasedTopic;
use crate::sender::{Emit, Outgoing, Queue};
use crate::store::{Published, Store, WriteError};
use crate::subscribers::Subscribers;
use crate::watch::Watch;

/// How often a patch without a base is applied anew because others write faster than that takes.
const PATCH_ATTEMPTS: usize = 16;

/// The one true state of a topic. Cheap to clone; usable from any thread, from `setup` and from
/// commands, before any window exists and after all have closed.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use tauri_plugin_revgate::RevgateExt;
///
/// fn louder(app: &tauri::AppHandle) -> Result<(), Box<dyn std::error::Error>> {
///     let player = app.topic::<Player>()?;
///     if player.snapshot().data.volume < 11 {
///         player.update(|player| player.volume += 1)?;
///     }
///     Ok(())
/// }
/// ```
pub struct TopicHandle<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    name: TopicName,
    initial: Arc<T>,
    store: Store<T>,
    outbox: Outbox<T>,
}

impl<T: Topic> TopicHandle<T> {
    /// The first revision of the epoch `epoch`.
    pub(crate) fn new(
        name: TopicName,
        epoch: Epoch,
        initial: T,
        options: Arc<TopicOptions>,
        queue: Arc<Queue>,
    ) -> Self {
        let initial = Arc::new(initial);
        let store = Store::new(Version::new(epoch, Revision::FIRST), Arc::clone(&initial));
        let outbox = Outbox::new(options, queue);
        Self { inner: Arc::new(Inner { name, initial, store, outbox }) }
    }

    /// The topic's name.
    pub fn name(&self) -> &TopicName {
        &self.inner.name
    }

    /// The state now, and how new it is. Neither copies the state nor waits for an edit; within
    /// an edit, it is the state before.
    pub fn snapshot(&self) -> Snapshot<Arc<T>> {
        self.inner.store.published().snapshot()
    }

    /// Changes the state and tells every window. Returns the new version.
    ///
    /// `edit` works on a copy, while other writers wait and readers do not. Every edit makes a
    /// version, even one that changes nothing: states need not be comparable.
    ///
    /// # Errors
    ///
    /// If the result is invalid, something panics, `edit` itself writes this topic, the topic has
    /// been removed, or revisions have run out. The state is then what it was.
    pub fn update(&self, edit: impl FnOnce(&mut T)) -> Result<Version, UpdateError> {
        self.write(|data| {
            let mut draft = data.clone();
            edit(&mut draft);
            Ok(draft)
        })
    }

    /// Sets the state and tells every window. Returns the new version.
    ///
    /// # Errors
    ///
    /// As [`TopicHandle::update`].
    pub fn replace(&self, data: T) -> Result<Version, UpdateError> {
        self.write(|_| Ok(data))
    }

    /// Sets the state that the topic was registered with, and tells every window. Returns the new
    /// version.
    ///
    /// # Errors
    ///
    /// As [`TopicHandle::update`].
    pub fn reset(&self) -> Result<Version, UpdateError> {
        self.write(|_| Ok(T::clone(&self.inner.initial)))
    }

    /// Follows the changes from now on, whoever makes them.
    pub fn watch(&self) -> Watch<T> {
        Watch::new(self.inner.store.watch())
    }

    fn write(
        &self,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Version, UpdateError> {
        match self.inner.write(None, None, draft) {
            Ok(written) => Ok(written.version),
            Err(WriteError::Update(error)) => Err(error),
            Err(WriteError::Conflict(_)) => unreachable!("a write without a base has no conflict"),
        }
    }
}

impl<T> Clone for TopicHandle<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T: Topic> Inner<T> {
    fn write(
        self: &Arc<Self>,
        base: Option<Version>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Published<T>, WriteError<T>> {
        let written = self.store.write(base, source, draft)?;
        self.outbox.mark(|| Arc::<Self>::clone(self));
        Ok(written)
    }
}

impl<T: Topic> Outgoing for Inner<T> {
    fn due(&self, now: Duration) -> Duration {
        self.outbox.due(now)
    }

    fn announce(&self, now: Duration, emit: &Emit) {
        self.outbox.announce(now, &self.name, || self.store.published(), emit);
    }
}

impl<T: Topic> ErasedTopic for TopicHandle<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn version(&self) -> Version {
        self.inner.store.published().version
    }

    fn subscribers(&self) -> &Subscribers {
        &self.inner.outbox.subscribers
    }

    fn subscribe(&self, window: &str, news: Channel) -> Option<u32> {
        self.inner.outbox.subscribe(window, news, || self.inner.store.published())
    }

    fn remove(&self) {
        self.inner.store.remove();
        self.inner.outbox.subscribers.clear();
    }

    fn snapshot(&self) -> Result<String, Refusal<Value>> {
        to_json(&self.inner.store.published())
    }

    fn snapshot_bytes(&self, layout: u32) -> Result<Vec<u8>, Refusal<Value>> {
        if T::LAYOUT != Some(layout) {
            return Err(Refusal::OtherLayout { layout: T::LAYOUT });
        }
        let state = self.inner.store.published();
        bytes::encode(state.version, &*state.data)
            .map_err(|error| Refusal::Failed { reason: error.to_string() })
    }

    fn replace(
        &self,
        data: Value,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.inner.outbox.options();
        within(options.max_bytes, size(&data)?)?;
        let data = decode(&data, options)?;
        match self.inner.write(base, Some(source), |_| Ok(data)) {
            Ok(written) => to_json(&written),
            Err(error) => Err(refusal(error)),
        }
    }

    fn patch(
        &self,
        operations: Vec<Value>,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>> {
        let options = self.inner.outbox.options();
        let patch = Patch::parse(operations, options.max_bytes)?;
        // Patched outside the lock, and written only if nobody else has written meanwhile.
        for _ in 0..PATCH_ATTEMPTS {
            let current = self.inner.store.published();
            if base.is_some_and(|base| base != current.version) {
                return Err(refusal(WriteError::Conflict(current.snapshot())));
            }
            let state = serde_json::to_value(&*current.data).map_err(|error| unwritable(&error))?;
            let patched = patch.apply(state, options.max_bytes)?;
            let data: T = decode(&patched, options)?;
            let written = match self.inner.write(Some(current.version), Some(source), |_| Ok(data))
            {
                Ok(written) => written,
                Err(WriteError::Conflict(_)) if base.is_none() => continue,
                Err(error) => return Err(refusal(error)),
            };
            let state = serde_json::to_value(&*written.data).map_err(|error| unwritable(&error))?;
            let is_known = base.is_some() && is_same(&state, &patched);
            let answer = Written::new(written.version, (!is_known).then_some(state));
            return serde_json::to_string(&answer).map_err(|error| unwritable(&error));
        }
        Err(refusal(WriteError::Conflict(self.inner.store.published().snapshot())))
    }
}

fn refusal<T: Topic>(error: WriteError<T>) -> Refusal<Value> {
    match error {
        WriteError::Conflict(current) => match serde_json::to_value(&*current.data) {
            Ok(data) => Refusal::Conflict(Snapshot::new(current.version(), data)),
            Err(error) => unwritable(&error),
        },
        WriteError::Update(UpdateError::Invalid(invalid)) => Refusal::Invalid(invalid),
        WriteError::Update(error) => Refusal::Failed { reason: error.to_string() },
    }
}

fn to_json<T: Topic>(state: &Published<T>) -> Result<String, Refusal<Value>> {
    let snapshot = Snapshot::new(state.version, &*state.data);
    serde_json::to_string(&snapshot).map_err(|error| unwritable(&error))
}

#[cfg(test)]
mod tests;
