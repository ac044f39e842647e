//! What a topic does that other machines write to as well.

use std::any::Any;
use std::sync::Arc;

use revgate::{Topic, TopicName};
use revgate_persistence::saver::Flush;
use revgate_upstream::Told;

use super::{Begun, Joined, Link};
use crate::cell::TopicCell;
use crate::erased::ErasedTopic;
use crate::error::UpdateError;
use crate::registry::Origin;
use crate::saving::Saved;
use crate::store::{Heard, Unheard};

/// What becomes of a topic by what was heard of it.
pub(crate) enum Became {
    /// It is still there, or still is not.
    Same,
    /// It was removed on another machine.
    Removed,
    /// It was created anew there, in this state, an `Arc<T>`.
    Created(Box<dyn Any + Send>),
}

/// A topic of some type, as one that other machines may write to as well.
pub(crate) trait Syncs {
    /// Whether they are to.
    fn is_joined(&self) -> bool;
    /// Whether they do: not where another instance of the app does it for this one.
    fn is_linked(&self) -> bool;
    /// Is joined from now on: by what has joined one of the same name before, if there was one. To be called
    /// before anybody writes.
    fn link(&self, link: &Arc<Link>, origin: &Origin, before: Option<Arc<dyn ErasedTopic>>);
    /// Does what was heard of the topic.
    ///
    /// # Errors
    ///
    /// If it has not heard it.
    fn hear(&self, told: Told) -> Result<Became, Unheard>;
    /// Ends it, also for other machines, whether it was there.
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end.
    fn depart(&self) -> Result<bool, UpdateError>;
    /// What is left to be done for a topic that other machines are told of the end of, or have ended.
    fn departed(&self);
    /// Nothing is kept any more of a topic that is gone.
    fn forget_removal(&self);
    /// Has what waits on the disk, if anything does.
    fn flush_waiting(&self) -> Option<Flush>;
    /// Whether other machines are known to have all that was done here.
    fn is_in_step(&self) -> bool;
}

impl<T: Topic> Syncs for TopicCell<T> {
    fn is_joined(&self) -> bool {
        self.options().joined
    }

    fn is_linked(&self) -> bool {
        self.link.get().is_some()
    }

    fn link(&self, link: &Arc<Link>, origin: &Origin, before: Option<Arc<dyn ErasedTopic>>) {
        let Some(persistence) =
            self.options().persistence.as_ref().filter(|_| self.options().joined)
        else {
            return;
        };
        let name = &self.live.name;
        let before = before.and_then(|before| before.into_any().downcast::<Self>().ok());
        let before = before.and_then(|before| before.live.store.part(name).ok().flatten());
        let published = self.published();
        let is_before = before.is_some();
        let removed = link.recall(name);
        let is_again = is_before || removed.is_some();
        let mut joint = before.unwrap_or_else(|| {
            let begun = match (removed, origin) {
                (Some(beside), _) => Begun::Saved(beside),
                // Under the number of what was saved last it would number what that has numbered.
                (None, Origin::Disk(restored)) if restored.is_unread => Begun::Known,
                (None, Origin::Disk(restored)) => match restored.on_disk.beside() {
                    Some(beside) => Begun::Saved(beside.clone()),
                    None if restored.is_loaded => Begun::New,
                    None => Begun::Known,
                },
                (None, Origin::Here) => Begun::New,
                (None, Origin::Store) => Begun::Known,
            };
            let initial = (*name == TopicName::of::<T>()).then_some(&self.initial);
            Box::new(Joined::new(name, link, persistence, begun, &published.data, initial))
        });
        if is_again && matches!(origin, Origin::Here) {
            let begun = joint.created(&published.data);
            // It is JSON, as it has just been.
            let _begun = self.live.store.restore(published.version, begun);
        }
        if !is_before && link.is_up() && !matches!(origin, Origin::Store) {
            // Whatever lies there: a write that expects nothing finds out.
            let _shown = joint.hear(Told::Linked(None), &published.data);
        }
        self.link.get_or_init(|| Arc::clone(link));
        self.live.store.join(joint);
    }

    fn hear(&self, told: Told) -> Result<Became, Unheard> {
        let (heard, is_settled) = self.live.store.hear(&self.live.name, told)?;
        match heard {
            Heard::Nothing if !is_settled => {}
            Heard::Nothing => drop(self.save()),
            Heard::Changed(written) => {
                self.live.tell(&written);
                self.save();
            }
            Heard::Removed => return Ok(Became::Removed),
            Heard::Created(state) => return Ok(Became::Created(Box::new(state))),
        }
        Ok(Became::Same)
    }

    fn depart(&self) -> Result<bool, UpdateError> {
        self.live.store.depart(&self.live.name)
    }

    fn departed(&self) {
        self.live.outbox.subscribers.clear();
        self.live.outbox.parts.subscribers.clear();
        // Whatever becomes of the app and of the store, the others are to hear of it.
        self.saved.get().inspect(|saved| drop(saved.flush()));
    }

    fn forget_removal(&self) {
        self.saved.get().inspect(|saved| saved.remove());
    }

    fn flush_waiting(&self) -> Option<Flush> {
        let waits = self.live.store.waits(&self.live.name);
        self.saved.get().filter(|_| waits).map(Saved::flush)
    }

    fn is_in_step(&self) -> bool {
        self.live.store.is_in_step(&self.live.name)
    }
}
