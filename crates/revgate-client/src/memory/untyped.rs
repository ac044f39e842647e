//! Topics without a Rust type, told as the plugin tells of them by default.

use revgate::json::diff;
use revgate::wire::{Announcement, Payload};
use revgate::{Invalidation, TopicName, Version};
use serde_json::value::RawValue;

use super::{Memory, Subscription, family::SMALL, news::MOST};
use crate::Interruption;
use crate::backend::{self, Actor, Feed, Kept, json};
use crate::untyped::{Refused, Shape, batch, feed, known_version, malformed, name};

impl Memory {
    /// Registers a topic of this shape at revision 1 of epoch 0, or sets it back to that.
    pub fn with_untyped(self, topic: TopicName, shape: Shape) -> Self {
        let version = Version::new(Default::default(), revgate::Revision::FIRST);
        let state = (version, Some(shape.initial()));
        self.inner.topics.borrow_mut().insert(topic.clone(), state);
        self.shape(topic, shape);
        self
    }

    /// Registers a family whose members have this shape, without members.
    pub fn with_untyped_family(self, family: TopicName, shape: Shape) -> Self {
        self.add_family(family.clone());
        self.shape(family, shape);
        self
    }

    fn shape(&self, name: TopicName, shape: Shape) {
        if let Some(actor) = Actor::of_shape(&shape) {
            self.inner.actors.borrow_mut().insert(name.clone(), actor);
        }
        self.inner.shapes.borrow_mut().insert(name, shape);
    }

    /// The state of a topic as JSON, if it is there.
    pub fn untyped_state(&self, topic: &str) -> Option<String> {
        self.stored(&topic.parse().ok()?).ok().map(|kept| kept.json)
    }

    /// The version of a topic, as JSON.
    pub fn untyped_version(&self, topic: &str) -> Result<String, Refused> {
        Ok(self.stored(&name(topic)?)?.answer())
    }

    /// Sets the state as the backend itself would, and announces it; one of a family may be new.
    pub fn set_untyped(&self, topic: &str, state: &str) -> Result<String, Refused> {
        let topic = name(topic)?;
        self.shape_of(&topic)?.check(state).map_err(backend::invalid)?;
        let before = self.stored(&topic).ok();
        let version = match self.family_of(&topic) {
            Some(_) => self.put(&topic, Ok(state.to_owned())),
            None => self.write(&topic, Ok(state.to_owned())),
        };
        let kept = self.stored(&topic)?;
        if before.as_ref().is_none_or(|before| before.version != version) {
            self.tell_untyped(&topic, before.as_ref(), &kept);
        }
        Ok(kept.answer())
    }

    /// Removes a topic, and ends its subscriptions; whether it was there.
    pub fn remove_untyped(&self, topic: &str) -> Result<bool, Refused> {
        let topic = name(topic)?;
        if let Some(family) = self.family_of(&topic) {
            return Ok(self.remove_of(&family, topic));
        }
        let was_there = self.stored(&topic).is_ok();
        self.end_topic(topic);
        Ok(was_there)
    }

    /// Forgets a topic, as a backend does that restarts without a file: back to its first state, in a new
    /// epoch. Announces it.
    pub fn restart_untyped(&self, topic: &str) -> Result<String, Refused> {
        let topic = name(topic)?;
        let initial = self.shape_of(&topic)?.initial();
        let version = self.begin_anew(&topic, initial);
        self.tell_version(&topic, version);
        Ok(json(&version))
    }

    /// Has a topic go on in another epoch, as a backend does that has kept the state, and not what it did.
    /// Tells nobody.
    pub fn renew_untyped(&self, topic: &str, epoch: &str) -> Result<(), Refused> {
        let topic = name(topic)?;
        let Kept { version, json } = self.stored(&topic)?;
        let epoch = epoch.parse().map_err(|error| malformed("an epoch", error))?;
        self.forget_actions(&topic);
        let version = Version::new(epoch, version.revision);
        self.inner.topics.borrow_mut().insert(topic, (version, Some(Ok(json))));
        Ok(())
    }

    /// As the plugin's command `subscribe`: `hear` is given each announcement, or why none follows. What
    /// comes with it is the state.
    pub fn subscribe_untyped(
        &self,
        topic: &str,
        known: Option<&str>,
        hear: impl Fn(Result<&str, Interruption>) + 'static,
    ) -> Result<(Subscription, String), Refused> {
        self.count_call();
        let fetched = self.fetch_feed(topic, known)?;
        let feed = match feed(topic)? {
            (family, true) => Feed::Family(family),
            (topic, false) => Feed::Topic(topic),
        };
        Ok((self.inner.subscribers.add(feed, false, hear), fetched))
    }

    /// As the plugin's command `snapshot`.
    pub fn fetch_untyped(&self, topic: &str, known: Option<&str>) -> Result<String, Refused> {
        self.count_call();
        self.fetch_feed(topic, known)
    }

    fn fetch_feed(&self, topic: &str, known: Option<&str>) -> Result<String, Refused> {
        self.inner.fetches.set(self.inner.fetches.get() + 1);
        match feed(topic)? {
            (family, true) => Ok(self.family_json(&family, known_version(known)?)?),
            (topic, false) => self.stored(&topic)?.fetched(known),
        }
    }

    /// As the plugin's commands `patch` and `replace`.
    pub fn write_untyped(&self, topic: &str, change: &str) -> Result<String, Refused> {
        self.count_call();
        self.inner.writes.set(self.inner.writes.get() + 1);
        let topic = name(topic)?;
        let before = self.stored(&topic)?;
        let shape = self.shape_of(&topic)?;
        let check = |state: &str| shape.check(state).map_err(backend::invalid);
        let kept = before.rewritten(&topic, check, change)?;
        if self.keep(&topic, kept.clone()) {
            self.tell_untyped(&topic, Some(&before), &kept);
        }
        Ok(kept.answer())
    }

    /// As the plugin's command `create`.
    pub fn create_untyped(&self, topic: &str, state: &str) -> Result<String, Refused> {
        self.count_call();
        let topic = name(topic)?;
        self.shape_of(&topic)?.check(state).map_err(backend::invalid)?;
        self.create_member(&topic, state.to_owned())?;
        let kept = self.stored(&topic)?;
        self.tell_untyped(&topic, None, &kept);
        Ok(kept.answer())
    }

    /// As the plugin's command `remove`.
    pub fn end_untyped(&self, topic: &str) -> Result<bool, Refused> {
        self.count_call();
        Ok(self.end_member(name(topic)?)?)
    }

    /// As the plugin's command `act`.
    pub fn act_untyped(&self, topic: &str, actions: &str) -> Result<String, Refused> {
        self.count_call();
        Ok(json(&self.do_actions(&name(topic)?, &batch(actions)?)?))
    }

    /// Of the topic, or of its family.
    fn shape_of(&self, topic: &TopicName) -> Result<Shape, Refused> {
        let family = self.family_of(topic);
        let shapes = self.inner.shapes.borrow();
        let shape = shapes.get(topic).or_else(|| shapes.get(family.as_ref()?));
        let unknown = || backend::unknown(topic.as_str(), shapes.keys());
        Ok(shape.ok_or_else(unknown)?.clone())
    }

    fn tell_untyped(&self, topic: &TopicName, before: Option<&Kept>, kept: &Kept) {
        let raw = |json: String| RawValue::from_string(json).ok();
        let patch = |before: &Kept| {
            let patch = diff(&before.json, &kept.json, MOST)?;
            Some(Payload::Patch { base: before.version, patch: raw(patch.json)? })
        };
        let payload = match kept.json.len() {
            0..=SMALL => raw(kept.json.clone()).map(Payload::State),
            _ => before.and_then(patch),
        };
        let payload = payload.unwrap_or(Payload::None);
        let invalidation = Invalidation::new(topic.clone(), kept.version);
        let news: Announcement<_, _, ()> =
            Announcement { invalidation, payload, fingerprint: None };
        self.tell(topic, &json(&news));
        self.tell_family_of(topic);
    }
}
