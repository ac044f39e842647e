//! Families, told as the real backend tells of them, but of each change at once.

use std::collections::BTreeMap;

use revgate::family::{History, Record, Since};
use revgate::wire::{Changes, FamilyAnnouncement, FetchedFamily, Payload, Refusal, Written};
use revgate::{Epoch, Invalidation, Revision, Topic, TopicName, Version};
use serde_json::value::{RawValue, Value};

use super::Memory;
use super::parts::rewritten;
use crate::TransportError;
use crate::action::Json;
use crate::backend::{self, Feed, json};

/// A family: what has changed of it, and what was announced.
pub(super) struct Kin {
    history: History<TopicName>,
    /// Where the history has the members.
    places: BTreeMap<TopicName, Revision>,
    announced: Version,
}

/// The largest state that is told among those of others, and the largest announcement, in bytes of
/// JSON. What the plugin has by default.
pub(super) const SMALL: usize = 6 * 1024;

impl Memory {
    /// Registers the family `T`, without members.
    pub fn with_family<T: Topic>(self) -> Self {
        self.add_family(TopicName::of::<T>());
        self.inner.rewrites.borrow_mut().insert(TopicName::of::<T>(), rewritten::<T>);
        self
    }

    pub(super) fn add_family(&self, family: TopicName) {
        self.inner.families.borrow_mut().insert(family, Kin::new(Epoch::default()));
    }

    /// Sets the state of the topic of this key, or creates it, as the backend itself would, and
    /// announces it. Returns its version. Of what names no topic, or is no JSON, nothing is created.
    pub fn set_member<T: Topic>(&self, key: &str, state: &T) -> Version {
        let version = self.put_member(key, state);
        if let Ok(topic) = TopicName::keyed::<T>(key) {
            self.tell_version(&topic, version);
        }
        version
    }

    /// As [`Memory::set_member`], but the announcement is lost.
    pub fn set_member_silently<T: Topic>(&self, key: &str, state: &T) -> Version {
        let version = self.put_member(key, state);
        if let Some(kin) = self.inner.families.borrow_mut().get_mut(&TopicName::of::<T>()) {
            kin.announced = kin.history.version();
        }
        version
    }

    fn put_member<T: Topic>(&self, key: &str, state: &T) -> Version {
        let Ok(topic) = TopicName::keyed::<T>(key) else { return Version::default() };
        self.put(&topic, backend::state(state))
    }

    /// Sets the state of a member, or creates it.
    pub(super) fn put(&self, topic: &TopicName, state: super::State) -> Version {
        let is_there = |(_, state): &(Version, Option<_>)| state.is_some();
        let before = self.inner.topics.borrow().get(topic).map(|it| (is_there(it), it.0));
        let version = match before {
            Some((true, _)) => return self.write(topic, state),
            Some((false, last)) => {
                Version::new(Epoch::new(last.epoch.number() + 1), Revision::FIRST)
            }
            None => Version::new(Epoch::default(), Revision::FIRST),
        };
        self.forget_actions(topic);
        self.inner.topics.borrow_mut().insert(topic.clone(), (version, Some(state)));
        self.record(topic);
        version
    }

    /// Removes the topic of this key, ends its subscriptions, and announces it; `false` if there is
    /// none.
    pub fn remove_member<T: Topic>(&self, key: &str) -> bool {
        TopicName::keyed::<T>(key).is_ok_and(|topic| self.remove_of(&TopicName::of::<T>(), topic))
    }

    pub(super) fn remove_of(&self, family: &TopicName, topic: TopicName) -> bool {
        let removed = self.inner.families.borrow_mut().get_mut(family).and_then(|kin| {
            let place = kin.places.remove(&topic)?;
            kin.history.removed(place, key_in(family, &topic)?.to_owned());
            Some(())
        });
        if removed.is_some() {
            self.end_topic(topic.clone());
            self.tell_family_of(&topic);
        }
        removed.is_some()
    }

    /// Creates the topic for a window. What is there stays as it is.
    pub(super) fn create_member(
        &self,
        topic: &TopicName,
        state: String,
    ) -> Result<Version, TransportError> {
        self.kin_of(topic)?;
        if self.stored(topic).is_ok() {
            let topic = topic.to_string();
            return Err(TransportError::Refused(Refusal::Exists { topic }));
        }
        Ok(self.put(topic, Ok(state)))
    }

    /// Removes the topic for a window; whether it was there.
    pub(super) fn end_member(&self, topic: TopicName) -> Result<bool, TransportError> {
        Ok(self.remove_of(&self.kin_of(&topic)?, topic))
    }

    fn kin_of(&self, topic: &TopicName) -> Result<TopicName, TransportError> {
        let unknown = || backend::unknown(topic.as_str(), self.inner.families.borrow().keys());
        self.family_of(topic).ok_or_else(unknown)
    }

    /// The family `T` begins anew, as when the backend restarts: with the same members, in another
    /// epoch, and nothing known of what has changed. Announces it and returns the version.
    pub fn restart_family<T: Topic>(&self) -> Version {
        let family = TopicName::of::<T>();
        let version = self.inner.families.borrow_mut().get_mut(&family).map(|kin| {
            let epoch = Epoch::new(kin.history.version().epoch.number() + 1);
            let members = std::mem::replace(kin, Kin::new(epoch)).places;
            members.into_keys().for_each(|topic| kin.changed(topic));
            kin.announced = kin.history.version();
            kin.announced
        });
        let version = version.unwrap_or_default();
        let invalidation = Invalidation::new(family.clone(), version);
        self.tell_family(family, &json(&invalidation));
        version
    }

    /// Sends `message` as it is, well-formed or not, to the subscribers of the family as a whole.
    pub fn announce_to_family(&self, message: &Value, family: &TopicName) {
        self.tell_family(family.clone(), &json(message));
    }

    /// The version of the family `T`.
    pub fn family_version<T: Topic>(&self) -> Version {
        let families = self.inner.families.borrow();
        families.get(&TopicName::of::<T>()).map(|kin| kin.history.version()).unwrap_or_default()
    }

    /// The state of the topic of this key, if there is one.
    pub fn member<T: Topic>(&self, key: &str) -> Option<T> {
        self.snapshot(&TopicName::keyed::<T>(key).ok()?).ok().map(|snapshot| snapshot.data)
    }

    /// The topics of the family `T`: their keys and versions, sorted.
    pub fn members<T: Topic>(&self) -> Vec<(String, Version)> {
        let (families, topics) = (self.inner.families.borrow(), self.inner.topics.borrow());
        let places = families.get(&TopicName::of::<T>()).map(|kin| &kin.places);
        let members = places.into_iter().flatten().filter_map(|(topic, _)| {
            let (version, _) = topics.get(topic)?;
            Some((key::<T>(topic).to_owned(), *version))
        });
        members.collect()
    }

    pub(super) fn check_family(&self, family: &TopicName) -> Result<(), TransportError> {
        let families = self.inner.families.borrow();
        if families.contains_key(family) {
            return Ok(());
        }
        Err(backend::unknown(format!("{family}:*"), families.keys()))
    }

    /// The topic has changed, or is new.
    pub(super) fn record(&self, topic: &TopicName) {
        if let Some(family) = self.family_of(topic)
            && let Some(kin) = self.inner.families.borrow_mut().get_mut(&family)
        {
            kin.changed(topic.clone());
        }
    }

    /// Announces what has changed of the family of this topic, if it is one of a family.
    pub(super) fn tell_family_of(&self, topic: &TopicName) {
        let Some(family) = self.family_of(topic) else { return };
        let told = self.inner.families.borrow_mut().get_mut(&family).map(|kin| {
            let version = kin.history.version();
            let base = std::mem::replace(&mut kin.announced, version);
            (version, base, kin.history.few_since(base, SMALL))
        });
        let Some((version, base, few)) = told.filter(|(version, base, _)| version > base) else {
            return;
        };
        let patch = few.map(|few| self.told(&family, few).1);
        let payload = match patch {
            Some(patch) if json(&patch).len() <= SMALL => Payload::Patch { base, patch },
            _ => Payload::None,
        };
        let invalidation = Invalidation::new(family.clone(), version);
        let news: FamilyAnnouncement<Json> =
            FamilyAnnouncement { invalidation, payload, fingerprint: None };
        self.tell_family(family, &json(&news));
    }

    fn tell_family(&self, family: TopicName, message: &str) {
        self.inner.subscribers.tell(&Feed::Family(family), message, message);
    }

    /// The answer to who knows this version.
    pub(super) fn family_json(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> Result<String, TransportError> {
        self.check_family(family)?;
        let since = self.inner.families.borrow().get(family).map(|kin| kin.history.since(known));
        let Some(since) = since else { return Err(TransportError::NoBackend) };
        let version = since.version;
        Ok(json(&match self.told(family, since) {
            _ if known >= Some(version) => FetchedFamily::NotNewer(version),
            (Some(base), changes) => FetchedFamily::Changes { version, base, changes },
            (None, all) => {
                let members = all.into_iter().filter_map(|(key, told)| Some((key, told?)));
                FetchedFamily::All { version, members: members.collect() }
            }
        }))
    }

    fn told(
        &self,
        family: &TopicName,
        since: Since<TopicName>,
    ) -> (Option<Version>, Changes<Json>) {
        let topics = self.inner.topics.borrow();
        let told = since.records.into_iter().filter_map(|record| match record {
            Record::Gone(key) => Some((key, None)),
            Record::Member(topic) => {
                let (version, state) = topics.get(&topic)?;
                let state = state.as_ref()?.as_ref().ok().filter(|state| state.len() <= SMALL);
                let data = state.and_then(|state| RawValue::from_string(state.clone()).ok());
                let key = key_in(family, &topic)?;
                Some((key.to_owned(), Some(Written::new(*version, data))))
            }
        });
        (since.base, told.collect())
    }

    /// Of two families, the one with the longer name.
    pub(super) fn family_of(&self, topic: &TopicName) -> Option<TopicName> {
        let families = self.inner.families.borrow();
        let is_of = |family: &&TopicName| {
            let key = topic.as_str().strip_prefix(family.as_str());
            key.is_some_and(|key| key.starts_with(':'))
        };
        families.keys().rev().find(is_of).cloned()
    }
}

impl Kin {
    fn new(epoch: Epoch) -> Self {
        let history = History::new(epoch);
        Self { announced: history.version(), history, places: BTreeMap::new() }
    }

    fn changed(&mut self, topic: TopicName) {
        let before = self.places.get(&topic).copied();
        let place = self.history.changed(before, topic.clone());
        self.places.insert(topic, place);
    }
}

/// The key of a family's topic.
fn key_in<'a>(family: &TopicName, topic: &'a TopicName) -> Option<&'a str> {
    topic.as_str().get(family.as_str().len() + 1..)
}

fn key<T: Topic>(topic: &TopicName) -> &str {
    topic.as_str().get(T::NAME.len() + 1..).unwrap_or_default()
}
