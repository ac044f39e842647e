//! A topic from Rust: its state, its version, and how both change.

use std::sync::Arc;

use revgate::{Action, Snapshot, Topic, TopicName, Version};
use revgate_persistence::saver::{Flush, Saving};

use crate::actions;
use crate::cell::TopicCell;
use crate::error::{ActError, RegistryError, UpdateError};
use crate::registry::Registry;
use crate::saving::Saved;
use crate::store::{Published, WriteError};
#[cfg(feature = "upstream")]
use crate::upstream::Syncing;
use crate::watch::Watch;

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
    pub(crate) cell: Arc<TopicCell<T>>,
}

impl<T: Topic> TopicHandle<T> {
    pub(crate) fn new(cell: Arc<TopicCell<T>>) -> Self {
        Self { cell }
    }

    /// The handle of a registered topic.
    pub(crate) fn find(registry: &Registry) -> Result<Self, RegistryError> {
        registry.topic().map(Self::new)
    }

    /// The topic's name.
    pub fn name(&self) -> &TopicName {
        &self.cell.live.name
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
        self.cell.published().snapshot()
    }

    /// Changes the state and tells every window. Returns the new version.
    ///
    /// `edit` works on a copy, while other writers wait and readers do not. An edit that changes
    /// nothing, as JSON sees it, makes no version, tells nobody, saves nothing and answers with
    /// the version that there is. What serde skips of the state is changed all the same.
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
    /// If the result is invalid or cannot be JSON, something panics, this is called within an edit
    /// of this topic or another, another edit of the topic does not end, the topic has been
    /// removed, revisions have run out, another instance of the app saves the topic, or it would
    /// not be saved, as the app is [ending](crate::persistence::Save). The state is then what it
    /// was. Of a [durable](crate::persistence::Persistence::durable) topic, also if it could not be
    /// saved: then it has changed all the same, as [`UpdateError::NotDurable`] says.
    pub fn update(&self, edit: impl FnOnce(&mut T)) -> Result<Version, UpdateError> {
        self.written(self.cell.change_copy(edit))
    }

    /// Sets the state and tells every window. Returns the new version, or the one that there is if
    /// the state is the same already: see [`TopicHandle::update`].
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

    /// Sets the state that the topic was registered with, as [`TopicHandle::replace`] does. One of
    /// a family that was saved before the app started has forgotten what it was created with, and
    /// goes back to what it was loaded with.
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
        self.write(|_| Ok(T::clone(&self.cell.initial)))
    }

    /// Does an action to the state and tells every window. Returns the new version, or the one that
    /// there is if nothing changes: see [`TopicHandle::update`].
    ///
    /// The time is that of the clock, the seed another one for each call.
    ///
    /// **It costs what the action does, whatever the size of the state**, and the topic's
    /// [validation](Topic::validate), which is done after each. For that, the topic keeps the state
    /// before, and one more while that is read, and does to it what it has missed: so an action is
    /// done twice or three times, and a large topic that has been acted upon takes up to three times
    /// its memory, until it is written in another way. The state is copied only for the first
    /// action, for the next after one that has failed, and for those after which somebody still
    /// holds former states, a [`Watch`] that has not gone on for example.
    ///
    /// Nor is a state of more than about 16 KiB of JSON looked at. So a large one has a new version
    /// even if nothing changes; and one that the action has made no JSON, of a NaN for example, is
    /// found out later, by whoever is to write it: the log says so, windows are told of the version
    /// and refused the state, and it is not saved, until a write puts it right. Whatever can come to
    /// that belongs into the action's or the topic's own checks.
    ///
    /// # Errors
    ///
    /// The action's own; or as [`TopicHandle::update`].
    pub fn act<A: Action<Topic = T>>(&self, action: A) -> Result<Version, ActError<A::Error>> {
        Ok(self.durably(actions::act(&self.cell, action)?)?)
    }

    /// Follows the changes from now on, whoever makes them.
    pub fn watch(&self) -> Watch<T> {
        Watch::new(self.cell.live.store.watch())
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
        self.cell.saved.get().map_or_else(Flush::not_persistent, Saved::flush)
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
        self.cell.saved.get().map_or_else(Flush::not_persistent, Saved::overwrite)
    }

    /// How its saving stands; `None` if it is not saved at all.
    pub fn saving(&self) -> Option<Saving> {
        self.cell.saved.get().map(|saved| saved.saving())
    }

    /// How it stands to the [store](crate::Builder::upstream) that other machines write to as well; `None` if it
    /// is not joined to one.
    #[cfg(feature = "upstream")]
    pub fn syncing(&self) -> Option<Syncing> {
        self.cell.link.get()?.syncing(self.name())
    }

    fn write(
        &self,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Version, UpdateError> {
        self.written(self.cell.write(None, None, draft))
    }

    fn written(
        &self,
        written: Result<Published<T>, WriteError<T>>,
    ) -> Result<Version, UpdateError> {
        let version = match written {
            Ok(written) => written.version,
            Err(WriteError::Update(error)) => return Err(error),
            Err(WriteError::Conflict(_)) => unreachable!("a write without a base has no conflict"),
        };
        self.durably(version)
    }

    /// Waits until this version is on the disk, if the topic is one of those.
    fn durably(&self, version: Version) -> Result<Version, UpdateError> {
        match self.cell.flush_if_durable().map(Flush::wait) {
            Some(Err(error)) => Err(self.cell.not_durable(version, error)),
            Some(Ok(())) | None => Ok(version),
        }
    }
}

impl<T> Clone for TopicHandle<T> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell) }
    }
}

#[cfg(test)]
mod tests;
