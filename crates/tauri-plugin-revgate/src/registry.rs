//! All topics of the app, by name, with their types erased for the commands.

use std::any::{Any, type_name};
use std::collections::BTreeMap;

use revgate::{Topic, TopicName, UnknownTopic, Version, wire::Refusal};
use serde_json::Value;

use crate::error::RegistryError;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::subscribers::Subscribers;

/// The topics that the app registered.
#[derive(Default)]
pub(crate) struct Registry {
    topics: BTreeMap<TopicName, Box<dyn ErasedTopic>>,
}

/// A topic as windows see it: JSON in, JSON out.
pub(crate) trait ErasedTopic: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn version(&self) -> Version;
    fn subscribers(&self) -> &Subscribers;
    /// The snapshot as JSON.
    fn snapshot(&self) -> Result<String, Refusal<Value>>;
    /// Replaces the state and returns the new snapshot as JSON.
    fn replace(
        &self,
        data: Value,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>>;
    /// Patches the state and returns what was `Written` as JSON.
    fn patch(
        &self,
        operations: Vec<Value>,
        base: Option<Version>,
        source: &str,
    ) -> Result<String, Refusal<Value>>;
}

impl Registry {
    pub(crate) fn register<T: Topic>(
        &mut self,
        initial: T,
        options: TopicOptions,
    ) -> Result<(), RegistryError> {
        let topic = TopicName::of::<T>();
        if self.topics.contains_key(&topic) {
            return Err(RegistryError::Duplicate(topic));
        }
        if let Err(invalid) = initial.validate() {
            return Err(RegistryError::InvalidInitial { topic, invalid });
        }
        self.topics.insert(topic.clone(), Box::new(TopicHandle::new(topic, initial, options)));
        Ok(())
    }

    pub(crate) fn handle<T: Topic>(&self) -> Result<TopicHandle<T>, RegistryError> {
        match self.find(T::NAME)?.as_any().downcast_ref::<TopicHandle<T>>() {
            Some(handle) => Ok(handle.clone()),
            None => Err(RegistryError::OtherType {
                topic: TopicName::of::<T>(),
                asked: type_name::<T>(),
            }),
        }
    }

    pub(crate) fn find(&self, topic: &str) -> Result<&dyn ErasedTopic, UnknownTopic> {
        // Text that cannot name a topic names none of those that exist.
        let found = topic.parse().ok().and_then(|name: TopicName| self.topics.get(&name));
        let known = || self.topics.keys().cloned().collect();
        found
            .map(Box::as_ref)
            .ok_or_else(|| UnknownTopic { topic: topic.to_owned(), known: known() })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&TopicName, &dyn ErasedTopic)> {
        self.topics.iter().map(|(name, topic)| (name, topic.as_ref()))
    }

    /// Ends every subscription of a window that is gone.
    pub(crate) fn drop_window(&self, window: &str) {
        for topic in self.topics.values() {
            topic.subscribers().remove_window(window);
        }
    }
}
