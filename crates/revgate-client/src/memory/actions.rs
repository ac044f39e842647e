//! Actions, done as the real backend does them.

use revgate::json::fingerprint;
use revgate::wire::{self, Acted, Payload};
use revgate::{Action, Invalidation, Snapshot, Topic, TopicName};

use super::Memory;
use crate::TransportError;
use crate::action::{Batch, Json};
use crate::backend::{Actor, Deeds, Feed, json};

impl Memory {
    /// Lets windows do the actions `A` to their topic, or to each of their family.
    pub fn with_actions<A: Action>(self) -> Self {
        self.inner.actors.borrow_mut().insert(TopicName::of::<A::Topic>(), Actor::of::<A>());
        self
    }

    /// How many actions were done, none of them twice.
    pub fn actions(&self) -> usize {
        self.inner.actions.get()
    }

    /// Announces the newest state of the topic `T` by its fingerprint, as the real backend does within a
    /// second of actions on one that has more than 16 KiB: those are answered without.
    pub fn prove<T: Topic>(&self) {
        let topic = TopicName::of::<T>();
        if let Ok(Snapshot { data, .. }) = self.snapshot::<T>(&topic) {
            let invalidation = Invalidation::new(topic.clone(), self.version(&topic));
            let (payload, fingerprint) = (Payload::<(), (), ()>::None, fingerprint(&data).ok());
            self.tell(&topic, &json(&wire::Announcement { invalidation, payload, fingerprint }));
        }
    }

    /// A backend that starts anew knows nothing of what it did before.
    pub(super) fn forget_actions(&self, topic: &TopicName) {
        if let Some(actor) = self.inner.actors.borrow_mut().get_mut(topic) {
            *actor = actor.anew();
        }
    }

    pub(super) fn do_actions(
        &self,
        topic: &TopicName,
        batch: &Batch,
    ) -> Result<Acted<Json>, TransportError> {
        let before = self.stored(topic)?;
        let mut actors = self.inner.actors.borrow_mut();
        // One of a family has the family's actions, and remembers which were done to itself.
        let of_kin = self.family_of(topic).and_then(|family| Some(actors.get(&family)?.anew()));
        if let Some(actor) = of_kin {
            actors.entry(topic.clone()).or_insert(actor);
        }
        let actor = actors.get_mut(topic).ok_or_else(|| Actor::none(topic))?;
        let Deeds { acted, kept, print, done, told } = actor.act(topic, &before, batch)?;
        drop(actors);
        self.inner.actions.set(self.inner.actions.get() + done);
        let invalidation = Invalidation::new(topic.clone(), kept.version);
        if self.keep(topic, kept) {
            let message = json(&invalidation);
            let done = told.map(|actions| {
                let payload = Payload::<(), (), _>::Actions { base: before.version, actions };
                json(&wire::Announcement { invalidation, payload, fingerprint: print })
            });
            let feed = Feed::Topic(topic.clone());
            self.inner.subscribers.tell(&feed, &message, done.as_ref().unwrap_or(&message));
            self.tell_parts_of(topic);
            self.tell_family_of(topic);
        }
        Ok(acted)
    }
}
