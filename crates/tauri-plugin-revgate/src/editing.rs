//! One edit at a time: of a topic, and of a thread.

use std::cell::Cell;
use std::marker::PhantomData;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use revgate::TopicName;

use crate::error::UpdateError;

/// How long a write waits for another edit of its topic. An edit only computes; one that is not
/// done by then waits for something itself, perhaps for this very write.
pub(crate) const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });

thread_local! {
    static IS_EDITING: Cell<bool> = const { Cell::new(false) };
}

/// Whose turn it is to edit a topic, and what only they may touch.
#[derive(Default)]
pub(crate) struct Turn<M>(Mutex<M>);

/// An edit of a topic, for as long as this lives.
pub(crate) struct Editing<'a, M> {
    /// Let go of after the thread is free for its next edit.
    turn: MutexGuard<'a, M>,
    _this_thread: PhantomData<*const ()>,
}

impl<M> Turn<M> {
    /// Begins an edit when no other thread edits the topic.
    ///
    /// # Errors
    ///
    /// If this thread is within an edit already, be it of another topic: two threads that each
    /// edit within an edit what the other one edits would wait for each other for ever. Or if
    /// another thread's edit does not end.
    pub(crate) fn begin(&self, topic: &TopicName) -> Result<Editing<'_, M>, UpdateError> {
        self.begin_within(PATIENCE, topic)
    }

    /// The same for who waits no longer than this.
    ///
    /// # Errors
    ///
    /// As those of [`Turn::begin`].
    pub(crate) fn begin_within(
        &self,
        patience: Duration,
        topic: &TopicName,
    ) -> Result<Editing<'_, M>, UpdateError> {
        if IS_EDITING.get() {
            return Err(UpdateError::Reentrant(topic.clone()));
        }
        let turn = self.hold_within(patience, topic)?;
        IS_EDITING.set(true);
        Ok(Editing { turn, _this_thread: PhantomData })
    }
}

impl<M> Turn<M> {
    /// Holds on to what may be touched by whoever edits, without an edit: also within one of another topic.
    ///
    /// # Errors
    ///
    /// If another thread's edit does not end.
    #[cfg(feature = "upstream")]
    pub(crate) fn hold(&self, topic: &TopicName) -> Result<MutexGuard<'_, M>, UpdateError> {
        self.hold_within(PATIENCE, topic)
    }

    /// The same for as long as this.
    ///
    /// # Errors
    ///
    /// If another thread's edit does not end.
    pub(crate) fn hold_within(
        &self,
        patience: Duration,
        topic: &TopicName,
    ) -> Result<MutexGuard<'_, M>, UpdateError> {
        let busy = || UpdateError::Busy { topic: topic.clone(), patience };
        self.0.try_lock_for(patience).ok_or_else(busy)
    }

    /// Holds on to it while nobody else can, as the topic is not there for others yet.
    #[cfg(feature = "upstream")]
    pub(crate) fn alone(&self) -> MutexGuard<'_, M> {
        self.0.lock()
    }
}

impl<M> Editing<'_, M> {
    pub(crate) fn kept(&mut self) -> &mut M {
        &mut self.turn
    }
}

impl<M> Drop for Editing<'_, M> {
    fn drop(&mut self) {
        IS_EDITING.set(false);
    }
}
