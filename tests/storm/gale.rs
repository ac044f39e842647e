//! A way to the backend that, besides all that the network does, answers with what is stale or
//! malformed, refuses by whim, and says of writes that were made that the disk has failed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use revgate::wire::{Acted, Fetched, Refusal, Written};
use revgate::{Invalid, Snapshot, Topic, TopicName, Version};
use revgate_client::{
    Announcement, Batch, Change, Followed, Interruption, Json, Transport, TransportError,
    WriteError,
};

use super::ledger::History;
use revgate_client::testing::{Layer, Network, Subscription};

#[derive(Clone)]
pub(crate) struct Gale {
    pub(crate) network: Network,
    pub(crate) history: Rc<History>,
    pub(crate) random: Rc<RefCell<fastrand::Rng>>,
    pub(crate) blows: Rc<Cell<bool>>,
}

impl Gale {
    /// Another window's way.
    pub(crate) fn beside(&self) -> Self {
        Self { network: self.network.beside(), ..self.clone() }
    }

    /// The answer, or half of it, or one that was true a while ago.
    fn age<T: Topic>(&self, answer: Fetched<T>) -> Result<Fetched<T>, TransportError> {
        if self.happens(5) {
            return Err(TransportError::Malformed("half an answer".to_owned()));
        }
        if !self.happens(10) {
            return Ok(answer);
        }
        let steps = self.random.borrow_mut().usize(1..4);
        let (version, ledger) = self.history.before(steps);
        let old = serde_json::to_value(ledger).and_then(serde_json::from_value);
        let old = old.map_err(|error| TransportError::Malformed(error.to_string()))?;
        Ok(Fetched::State(Snapshot::new(version, old)))
    }

    fn happens(&self, in_a_hundred: u32) -> bool {
        self.blows.get() && self.random.borrow_mut().u32(..100) < in_a_hundred
    }
}

impl Layer for Gale {
    type Inner = Network;

    fn inner(&self) -> &Network {
        &self.network
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let (gale, follow) = (self.clone(), self.network.follow(topic, known, news));
        async move {
            let followed = follow.await?;
            let fetched = followed.fetched.map(|fetched| gale.age(fetched)).transpose();
            // What is malformed is fetched alone.
            Ok(Followed {
                subscription: followed.subscription,
                fetched: fetched.unwrap_or_default(),
            })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let (gale, fetch) = (self.clone(), self.network.fetch(topic, known));
        async move { gale.age(fetch.await?) }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (gale, topic) = (self.clone(), topic.clone());
        async move {
            if gale.happens(5) {
                let whim = Refusal::Invalid(Invalid::new("", "not today"));
                return Err(TransportError::Refused(whim).into());
            }
            let answer = gale.network.write(&topic, change).await;
            if gale.happens(3) {
                return Err(TransportError::Malformed("half an answer".to_owned()).into());
            }
            let made = answer?;
            let reason = || "the disk is full".to_owned();
            if gale.happens(5) {
                return Err(WriteError::NotDurable { made, reason: reason() });
            }
            if gale.happens(3) {
                let written = Written::new(made.version(), None);
                let refusal = Refusal::NotDurable { written, reason: reason() };
                return Err(TransportError::Refused(refusal).into());
            }
            Ok(made)
        }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let (gale, topic) = (self.clone(), topic.clone());
        async move {
            if gale.happens(5) {
                let whim = Refusal::Invalid(Invalid::new("", "not today"));
                return Err(TransportError::Refused(whim));
            }
            let answer = gale.network.act(&topic, batch).await;
            if gale.happens(3) {
                return Err(TransportError::Malformed("half an answer".to_owned()));
            }
            let not_durable = gale.happens(5).then(|| "the disk is full".to_owned());
            answer.map(|acted| Acted { not_durable, ..acted })
        }
    }
}
