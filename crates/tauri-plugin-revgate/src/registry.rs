//! All topics of the app, by name, with their types erased for the commands.

use std::any::{Any, TypeId, type_name};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use revgate::{Epoch, Topic, TopicName, UnknownTopic, Version, wire::Refusal};
use serde_json::Value;
use tauri::ipc::Channel;

use crate::error::RegistryError;
use crate::family::Family;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::sender::Queue;
use crate::subscribers::Subscribers;

/// The topics of the app, those registered and those created since.
#[derive(Clone)]
pub(crate) struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    catalogue: RwLock<Catalogue>,
    /// The topics that have news; closed with the registry, which ends the sender.
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Catalogue {
    topics: BTreeMap<TopicName, Arc<dyn ErasedTopic>>,
    /// By [`Topic::NAME`], with the type.
    families: BTreeMap<TopicName, (TypeId, Arc<TopicOptions>)>,
    /// How many topics have been removed. It is the epoch of those created next, so that none
    /// begins below a version that one of the same name had before.
    removals: u64,
}

/// A topic as windows see it: JSON in, JSON out.
pub(crate) trait ErasedTopic: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn version(&self) -> Version;
    fn subscribers(&self) -> &Subscribers;
    /// Sends a window every announcement from now on. Returns the subscription's id; `None` if the
    /// window has too many.
    fn subscribe(&self, window: &str, news: Channel) -> Option<u32>;
    /// Ends the topic: its subscriptions, its watches, and all writing.
    fn remove(&self);
    /// The snapshot as JSON.
    fn snapshot(&self) -> Result<String, Refusal<Value>>;
    /// The snapshot as bytes of this layout.
    fn snapshot_bytes(&self, layout: u32) -> Result<Vec<u8>, Refusal<Value>>;
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
    /// The topics that have news to announce.
    pub(crate) fn queue(&self) -> &Arc<Queue> {
        &self.shared.queue
    }

    /// Adds a topic of the name [`Topic::NAME`].
    pub(crate) fn register<T: Topic>(
        &self,
        initial: T,
        options: TopicOptions,
    ) -> Result<(), RegistryError> {
        self.create(TopicName::of::<T>(), initial, Arc::new(options)).map(drop)
    }

    pub(crate) fn register_family<T: Topic>(
        &self,
        options: TopicOptions,
    ) -> Result<(), RegistryError> {
        let name = TopicName::of::<T>();
        let families = &mut self.write().families;
        if families.contains_key(&name) {
            return Err(RegistryError::Duplicate(name));
        }
        families.insert(name, (TypeId::of::<T>(), Arc::new(options)));
        Ok(())
    }

    /// Adds a topic of any name.
    pub(crate) fn create<T: Topic>(
        &self,
        topic: TopicName,
        initial: T,
        options: Arc<TopicOptions>,
    ) -> Result<TopicHandle<T>, RegistryError> {
        if let Err(invalid) = initial.validate() {
            return Err(RegistryError::InvalidInitial { topic, invalid });
        }
        let mut catalogue = self.write();
        if catalogue.topics.contains_key(&topic) {
            return Err(RegistryError::Duplicate(topic));
        }
        let epoch = Epoch::new(catalogue.removals);
        let queue = Arc::clone(self.queue());
        let handle = TopicHandle::new(topic.clone(), epoch, initial, options, queue);
        catalogue.topics.insert(topic, Arc::new(handle.clone()));
        Ok(handle)
    }

    /// Ends the topic of this name, if there is one.
    pub(crate) fn remove(&self, topic: &TopicName) -> bool {
        let removed = {
            let mut catalogue = self.write();
            let removed = catalogue.topics.remove(topic);
            catalogue.removals += u64::from(removed.is_some());
            removed
        };
        removed.inspect(|topic| topic.remove()).is_some()
    }

    pub(crate) fn handle<T: Topic>(&self) -> Result<TopicHandle<T>, RegistryError> {
        let topic = self.find(T::NAME)?;
        topic.as_any().downcast_ref().cloned().ok_or_else(|| RegistryError::OtherType {
            topic: TopicName::of::<T>(),
            asked: type_name::<T>(),
        })
    }

    pub(crate) fn family<T: Topic>(&self) -> Result<Family<T>, RegistryError> {
        let catalogue = self.read();
        let name = TopicName::of::<T>();
        match catalogue.families.get(&name) {
            Some((id, options)) if *id == TypeId::of::<T>() => {
                Ok(Family::new(self.clone(), Arc::clone(options)))
            }
            Some(_) => Err(RegistryError::OtherType { topic: name, asked: type_name::<T>() }),
            None => Err(RegistryError::UnknownFamily(name)),
        }
    }

    pub(crate) fn find(&self, topic: &str) -> Result<Arc<dyn ErasedTopic>, UnknownTopic> {
        let topics = &self.read().topics;
        // Text that cannot name a topic names none of those that exist.
        let found = topic.parse().ok().and_then(|name: TopicName| topics.get(&name));
        found.cloned().ok_or_else(|| UnknownTopic::new(topic, topics.keys()))
    }

    /// All topics whose name begins with `prefix`, in the order of their names.
    pub(crate) fn list(&self, prefix: &str) -> Vec<(TopicName, Arc<dyn ErasedTopic>)> {
        let catalogue = self.read();
        let topics = catalogue.topics.iter().filter(|(name, _)| name.as_str().starts_with(prefix));
        topics.map(|(name, topic)| (name.clone(), Arc::clone(topic))).collect()
    }

    /// Ends every subscription of a window that is gone.
    pub(crate) fn drop_window(&self, window: &str) {
        for (_, topic) in self.list("") {
            topic.subscribers().remove_window(window);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Catalogue> {
        // The catalogue is whole after every statement, so a panic elsewhere spoils nothing.
        self.shared.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.shared.catalogue.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Registry {
    fn default() -> Self {
        let catalogue = RwLock::default();
        Self { shared: Arc::new(Shared { catalogue, queue: Arc::new(Queue::new()) }) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}
