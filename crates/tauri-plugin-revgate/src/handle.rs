//! A topic from Rust: its state, its version, and how both change.

use std::any::Any;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use revgate::wire::{Refusal, Written};
use revgate::{Epoch, Revision, Snapshot, Topic, TopicName, Version, bytes};
use revgate_persistence::saver::{Flush, Saving};
use revgate_persistence::{Saver, session};
use serde_json::Value;
use tauri::ipc::Channel;

use crate::decode::{decode, size, unwritable, within};
use crate::error::{RegistryError, UpdateError};
use crate::options::TopicOptions;
use crate::outbox::Outbox;
use crate::patch::{Patch, is_same};
use crate::registry::ErasedTopic;
use crate::restore::{Disk, Restored};
use crate::saving::Saved;
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

pub(crate) struct Inner<T> {
    name: TopicName,
    initial: Arc<T>,
    pub(crate) store: Store<T>,
    outbox: Outbox<T>,
    /// Set before anybody can write, if the topic is saved at all.
    saved: OnceLock<Arc<Saved<T>>>,
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
        let saved = OnceLock::new();
        Self { inner: Arc::new(Inner { name, initial, store, outbox, saved }) }
    }

    /// The topic's name.
    pub fn name(&self) -> &TopicName {
        &self.inner.name
    }

    /// The state now, and how new it is. Neither copies the state nor waits for an edit; within
    /// an edit, it is the state before.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # fn example(player: TopicHandle<Player>) -> Result<(), tauri_plugin_revgate::UpdateError> {
    /// let now = player.snapshot();
    /// println!("volume {} at version {}", now.data.volume, now.version());
    /// # Ok(())
    /// # }
    /// ```
    pub fn snapshot(&self) -> Snapshot<Arc<T>> {
        self.inner.store.published().snapshot()
    }

    /// Changes the state and tells every window. Returns the new version.
    ///
    /// `edit` works on a copy, while other writers wait and readers do not. Every edit makes a
    /// version, even one that changes nothing: states need not be comparable.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # fn example(player: TopicHandle<Player>) -> Result<(), tauri_plugin_revgate::UpdateError> {
    /// let before = player.snapshot().version();
    /// assert!(player.update(|player| player.volume += 1)? > before);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the result is invalid, something panics, `edit` itself writes this topic, the topic has
    /// been removed, revisions have run out, or another instance of the app saves the topic. The
    /// state is then what it was. Of a [durable](crate::persistence::Persistence::durable) topic,
    /// also if it could not be saved.
    pub fn update(&self, edit: impl FnOnce(&mut T)) -> Result<Version, UpdateError> {
        self.write(|data| {
            let mut draft = data.clone();
            edit(&mut draft);
            Ok(draft)
        })
    }

    /// Sets the state and tells every window. Returns the new version.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # fn example(player: TopicHandle<Player>) -> Result<(), tauri_plugin_revgate::UpdateError> {
    /// let version = player.replace(Player { volume: 3 })?;
    /// assert_eq!(player.snapshot().version(), version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TopicHandle::update`].
    pub fn replace(&self, data: T) -> Result<Version, UpdateError> {
        self.write(|_| Ok(data))
    }

    /// Sets the state that the topic was registered with, and tells every window. Returns the new
    /// version. One of a family that was saved before the app started has forgotten what it was
    /// created with, and goes back to what it was loaded with.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # fn example(player: TopicHandle<Player>) -> Result<(), tauri_plugin_revgate::UpdateError> {
    /// player.update(|player| player.volume = 11)?;
    /// player.reset()?;
    /// assert_eq!(player.snapshot().data.volume, 0);
    /// # Ok(())
    /// # }
    /// ```
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

    /// Saves the newest state now. Completes when it is on the disk; calls that come at the same
    /// time, for this topic and others, share one turn of the disk.
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # async fn set(player: TopicHandle<Player>) -> Result<(), Box<dyn std::error::Error>> {
    /// player.update(|player| player.volume = 11)?;
    /// player.flush().await?; // or, in a thread: player.flush().wait()?
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The future yields one if the topic is not saved at all, or if it could not be now.
    pub fn flush(&self) -> Flush {
        self.inner.saved.get().map_or_else(Flush::not_persistent, Saved::flush)
    }

    /// As [`TopicHandle::flush`], but in the place of whatever another program may have written
    /// there: ends the pause after an [unusable edit](crate::persistence::Incident::Edited).
    ///
    /// ```no_run
    /// # use revgate::Topic;
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Default, Serialize, Deserialize)]
    /// # struct Player { volume: u8 }
    /// # impl Topic for Player { const NAME: &'static str = "player"; }
    /// # use tauri_plugin_revgate::TopicHandle;
    /// # fn example(player: TopicHandle<Player>) -> Result<(), Box<dyn std::error::Error>> {
    /// if player.saving().is_some_and(|saving| saving.is_held) {
    ///     player.overwrite().wait()?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`TopicHandle::flush`].
    pub fn overwrite(&self) -> Flush {
        self.inner.saved.get().map_or_else(Flush::not_persistent, Saved::overwrite)
    }

    /// How its saving stands; `None` if it is not saved at all.
    pub fn saving(&self) -> Option<Saving> {
        self.inner.saved.get().map(|saved| saved.saving())
    }

    fn write(
        &self,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Version, UpdateError> {
        let version = match self.inner.write(None, None, draft) {
            Ok(written) => written.version,
            Err(WriteError::Update(error)) => return Err(error),
            Err(WriteError::Conflict(_)) => unreachable!("a write without a base has no conflict"),
        };
        match self.inner.flush_if_durable().map(Flush::wait) {
            Some(Err(error)) => Err(UpdateError::NotDurable { version, error }),
            Some(Ok(())) | None => Ok(version),
        }
    }

    /// Begins the topic's saving, with what of it is `on_disk`.
    pub(crate) fn save_by(&self, saver: &Saver, on_disk: Option<Published<T>>) {
        let inner = &self.inner;
        let Some(persistence) = &inner.outbox.options().persistence else { return };
        let (name, persistence) = (inner.name.clone(), Arc::clone(persistence));
        let saved = Saved::new(saver.clone(), name, persistence, Arc::downgrade(inner), on_disk);
        // Once, by whoever creates the topic.
        inner.saved.get_or_init(|| saved);
    }

    /// Begins with what was loaded.
    pub(crate) fn restore(
        &self,
        data: Arc<T>,
        version: Option<Version>,
        is_saved: bool,
    ) -> Restored {
        let version = version.unwrap_or_else(|| self.inner.store.published().version);
        self.inner.store.restore(version, data);
        Restored { is_loaded: true, is_saved, session: session::session(version.epoch) }
    }

    /// Has the topic saved though it has not been written to.
    pub(crate) fn save(&self) {
        self.inner.saved.get().inspect(|saved| saved.changed());
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
        if let Some(saved) = self.saved.get() {
            saved.check_writable()?;
        }
        let written = self.store.write(base, source, draft)?;
        self.tell();
        if let Some(saved) = self.saved.get() {
            saved.changed();
        }
        Ok(written)
    }

    /// Every window is to hear of the newest state.
    pub(crate) fn tell(self: &Arc<Self>) {
        self.outbox.mark(|| Arc::<Self>::clone(self));
    }

    /// The end of a write that is not answered before it is on the disk.
    fn flush_if_durable(&self) -> Option<Flush> {
        self.saved.get().filter(|saved| saved.is_durable()).map(Saved::flush)
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
        self.inner.saved.get().inspect(|saved| saved.remove());
    }

    fn is_persistent(&self) -> bool {
        self.inner.outbox.options().persistence.is_some()
    }

    fn load(&self, disk: &Disk<'_>) -> Result<Restored, RegistryError> {
        let Inner { name, initial, outbox, .. } = &*self.inner;
        let Some(persistence) = &outbox.options().persistence else {
            return Ok(Restored::default());
        };
        let loaded = disk.load(name, persistence, Some(&**initial))?;
        Ok(loaded.map_or_else(Restored::default, |loaded| {
            self.restore(Arc::new(loaded.data), loaded.version, loaded.is_saved)
        }))
    }

    fn begin(&self, epoch: Epoch) {
        let Published { version, data, .. } = self.inner.store.published();
        self.inner.store.restore(Version::new(epoch, version.revision), data);
    }

    fn save_by(&self, saver: &Saver, restored: &Restored) {
        let on_disk = restored.is_saved.then(|| self.inner.store.published());
        TopicHandle::save_by(self, saver, on_disk);
        if restored.is_loaded && !restored.is_saved {
            self.save();
        }
    }

    fn saving(&self) -> Option<Saving> {
        TopicHandle::saving(self)
    }

    fn flush_if_durable(&self) -> Option<Flush> {
        self.inner.flush_if_durable()
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
