//! A topic whose type is not known, as the registry keeps it.

use std::any::Any;
use std::sync::Arc;

use revgate::{Epoch, Topic, TopicName, Unsaved};
use revgate_persistence::Saver;

use crate::actions::Actions;
use crate::cell::TopicCell;
use crate::collection::{Collection, Kinship, Member};
use crate::error::RegistryError;
use crate::live::Live;
use crate::part::{PartView, Parts};
use crate::restore::{Disk, Restored};
use crate::upstream::Syncs;
use crate::view::{View, Writable, check_written_by_windows};

/// A [`TopicCell`] of some type.
pub(crate) trait ErasedTopic: View + Syncs {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
    /// See [`TopicCell::remove`].
    fn remove(&self);
    /// Whether it has been removed.
    fn has_ended(&self) -> bool;
    /// Whether it is to be saved.
    fn is_persistent(&self) -> bool;
    /// Whether what is written could be saved, if it is to be.
    fn is_writable(&self) -> bool;
    /// Whether its newest state is to be on the disk, and may not be there.
    fn is_unsaved(&self) -> bool;
    /// Lets windows ask for these, which are the [`Actions`] of its type.
    fn take_actions(&self, actions: &(dyn Any + Send + Sync));
    /// Is one of this family from now on.
    fn join(&self, family: &Arc<Collection>);
    /// Whether it is one of a family.
    fn is_member(&self) -> bool;
    /// Is one of no family any more, by the hand of `writer`: see [`Collection::removed`].
    fn leave_family(&self, writer: Option<&Arc<str>>);
    /// Itself, if it is one of this family.
    fn member_of(&self, family: &Arc<Collection>) -> Option<Arc<dyn Member>>;
    /// The part of this name.
    fn part(self: Arc<Self>, name: TopicName) -> Arc<dyn Writable>;
    /// Those of its parts that windows have asked for.
    fn parts(&self) -> &Parts;
    /// See [`TopicCell::load`].
    fn load(&self, disk: &Disk<'_>) -> Result<Restored, RegistryError>;
    /// See [`TopicCell::begin`].
    fn begin(&self, epoch: Epoch);
    /// See [`TopicCell::save_by`].
    fn save_by(&self, saver: &Saver, unsaved: Option<&Arc<Live<Unsaved>>>, restored: &Restored);
}

impl<T: Topic> ErasedTopic for TopicCell<T> {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }

    fn remove(&self) {
        TopicCell::remove(self);
    }

    fn has_ended(&self) -> bool {
        self.live.store.published().removed
    }

    fn is_persistent(&self) -> bool {
        self.options().persistence.is_some()
    }

    fn is_writable(&self) -> bool {
        check_written_by_windows::<T>(&self.live.name).is_ok() && self.check_writable().is_ok()
    }

    fn is_unsaved(&self) -> bool {
        self.saved.get().is_some_and(|saved| saved.is_unsaved())
    }

    fn take_actions(&self, actions: &(dyn Any + Send + Sync)) {
        if let Some(actions) = actions.downcast_ref::<Actions<T>>() {
            // Once, by whoever creates the topic.
            self.actions.get_or_init(|| actions.clone());
        }
    }

    fn join(&self, family: &Arc<Collection>) {
        // Once, by whoever creates the topic.
        self.live.kinship.get_or_init(|| Kinship::new(family));
    }

    fn is_member(&self) -> bool {
        self.live.kinship.get().is_some()
    }

    fn leave_family(&self, writer: Option<&Arc<str>>) {
        if let Some(family) = self.live.kinship.get().and_then(Kinship::family) {
            family.removed(&*self.live, writer);
        }
    }

    fn member_of(&self, family: &Arc<Collection>) -> Option<Arc<dyn Member>> {
        self.live.kinship.get().filter(|kinship| kinship.is_of(family))?;
        Some(Arc::<Live<T>>::clone(&self.live))
    }

    fn part(self: Arc<Self>, name: TopicName) -> Arc<dyn Writable> {
        let part = self.parts().get(name);
        Arc::new(PartView { cell: self, part })
    }

    fn parts(&self) -> &Parts {
        &self.live.outbox.parts
    }

    fn load(&self, disk: &Disk<'_>) -> Result<Restored, RegistryError> {
        TopicCell::load(self, disk)
    }

    fn begin(&self, epoch: Epoch) {
        TopicCell::begin(self, epoch);
    }

    fn save_by(&self, saver: &Saver, unsaved: Option<&Arc<Live<Unsaved>>>, restored: &Restored) {
        TopicCell::save_by(self, saver, unsaved, restored);
    }
}
