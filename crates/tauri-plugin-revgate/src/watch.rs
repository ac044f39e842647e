//! Follows a topic from Rust.

use std::sync::Arc;

use revgate::{Topic, Version};
use tauri::async_runtime;
use tokio::sync::watch::Receiver;

use crate::store::Published;

/// The changes of a topic from the moment that [`TopicHandle::watch`](crate::TopicHandle::watch)
/// was called. Ends when dropped.
///
/// A reader that is slower than the writers gets the newest change only, so nothing piles up; the
/// changes that it gets are contiguous: the `old` of each is the `new` of the one before.
///
/// ```no_run
/// # use revgate::Topic;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Default, Serialize, Deserialize)]
/// # struct Player { volume: u8 }
/// # impl Topic for Player { const NAME: &'static str = "player"; }
/// use tauri_plugin_revgate::{RegistryError, RevgateExt};
///
/// # fn set_volume(_: u8) {}
/// fn follow(app: &tauri::AppHandle) -> Result<(), RegistryError> {
///     let mut watch = app.topic::<Player>()?.watch();
///     tauri::async_runtime::spawn(async move {
///         while let Some(change) = watch.changed().await {
///             if change.old.volume != change.new.volume {
///                 set_volume(change.new.volume);
///             }
///         }
///     });
///     Ok(())
/// }
/// ```
#[must_use]
pub struct Watch<T> {
    receiver: Receiver<Published<T>>,
    seen: Published<T>,
}

/// One state of a topic and the next that the watch has seen.
#[derive(Debug)]
#[non_exhaustive]
pub struct Change<T> {
    /// The state that the watch saw last.
    pub old: Arc<T>,
    /// The newest state.
    pub new: Arc<T>,
    /// The version of `new`.
    pub version: Version,
    /// Who wrote `new`: a window's label, `None` for the backend.
    pub source: Option<Arc<str>>,
    /// The names of the [actions](revgate::Action::name) that made `new` of `old`, in their order;
    /// `None` if anything else was written in between, or the watch has missed a version.
    pub actions: Option<Arc<[&'static str]>>,
}

impl<T: Topic> Watch<T> {
    pub(crate) fn new(mut receiver: Receiver<Published<T>>) -> Self {
        let seen = receiver.borrow_and_update().clone();
        Self { receiver, seen }
    }

    /// Waits until the topic is newer than the watch has seen. `None` when the topic is gone: it
    /// was removed, or the app and every [`TopicHandle`](crate::TopicHandle) of it have ended.
    ///
    /// Dropping the future loses no change.
    pub async fn changed(&mut self) -> Option<Change<T>> {
        loop {
            let newest = self.receiver.borrow_and_update().clone();
            if newest.version > self.seen.version {
                return Some(self.see(newest));
            }
            if newest.removed {
                return None;
            }
            self.receiver.changed().await.ok()?;
        }
    }

    /// As [`Watch::changed`], but blocks the thread.
    ///
    /// # Panics
    ///
    /// Within an async task, whose other work it would block.
    pub fn blocking_changed(&mut self) -> Option<Change<T>> {
        async_runtime::block_on(self.changed())
    }

    fn see(&mut self, newest: Published<T>) -> Change<T> {
        let Published { version, data: new, source, actions, .. } = newest.clone();
        let seen = std::mem::replace(&mut self.seen, newest);
        let actions = actions.filter(|_| seen.version.next() == Ok(version));
        Change { old: seen.data, new, version, source, actions }
    }
}

#[cfg(test)]
mod tests;
