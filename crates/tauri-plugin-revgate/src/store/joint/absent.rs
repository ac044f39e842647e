//! Stands in for what joins a topic to a store, where that feature is off: none is joined.

use std::marker::PhantomData;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::{Invalid, Topic, TopicName};
use revgate_persistence::Tree;

use super::{Draft, Edit, Published, Store, Written};
use crate::error::UpdateError;
use crate::pending::Actions;

pub(crate) type Beside = Box<dyn FnOnce() -> Option<Tree> + Send>;
pub(super) type Slot<T> = PhantomData<fn(T)>;

impl<T> Edit<'_, T> {
    #[expect(clippy::unused_self, reason = "as where the feature is on")]
    pub(crate) fn is_joined(&mut self) -> bool {
        false
    }

    #[expect(clippy::unused_self, reason = "as where the feature is on")]
    #[expect(clippy::unnecessary_wraps, reason = "as where the feature is on")]
    pub(super) fn joint_print(&mut self, _: &Draft<T>) -> Result<Option<Fingerprint>, Invalid> {
        Ok(None)
    }

    #[expect(clippy::unused_self, reason = "as where the feature is on")]
    pub(super) fn tell_joint(&mut self, _: &Arc<T>, _: Fingerprint, _: Option<Actions>) {}
}

impl<T: Topic> Store<T> {
    #[expect(clippy::unnecessary_wraps, reason = "as where the feature is on")]
    pub(crate) fn newest(
        &self,
        _: &TopicName,
    ) -> Result<(Published<T>, Option<Beside>), UpdateError> {
        Ok((self.published(), None))
    }

    #[expect(clippy::unused_self, reason = "as where the feature is on")]
    pub(crate) fn completed(&self, _: &TopicName) {}

    #[expect(clippy::unused_self, reason = "as where the feature is on")]
    #[expect(clippy::unnecessary_wraps, reason = "as where the feature is on")]
    pub(crate) fn found(
        &self,
        _: &TopicName,
        _: &Tree,
        _: &T,
    ) -> Result<Option<Option<Written<T>>>, UpdateError> {
        Ok(None)
    }
}
