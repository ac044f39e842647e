//! All topics of the app, by name, with their types erased for the commands.

use std::any::{Any, TypeId, type_name};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use revgate::{Epoch, Topic, TopicName, UnknownTopic, Version, wire::Refusal};
use revgate_persistence::saver::{Flush, SaverThread, Saving};
use revgate_persistence::{Saver, session};
use serde_json::Value;
use tauri::ipc::Channel;

use crate::error::RegistryError;
use crate::family::Family;
use crate::handle::TopicHandle;
use crate::options::TopicOptions;
use crate::restore::{Disk, Persist, Restored};
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
    /// If any topic is saved. Ends before the topics do.
    saving: OnceLock<(Saver, SaverThread)>,
}

#[derive(Default)]
struct Catalogue {
    topics: BTreeMap<TopicName, Arc<dyn ErasedTopic>>,
    /// By [`Topic::NAME`].
    families: BTreeMap<TopicName, Kin>,
    /// The number of the storage's session; 0 without one.
    session: u64,
    /// How many topics have been removed. Those created next are of another epoch, so that none
    /// begins below a version that one of the same name had before.
    removals: u64,
}

/// What the topics of a family have in common.
#[derive(Clone)]
struct Kin {
    id: TypeId,
    options: Arc<TopicOptions>,
    /// Adds the topic of this name, if it was saved.
    restore:
        fn(&Registry, TopicName, Arc<TopicOptions>, &Disk<'_>) -> Result<Restored, RegistryError>,
}

/// A topic as windows see it: JSON in, JSON out.
pub(crate) trait ErasedTopic: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn version(&self) -> Version;
    fn subscribers(&self) -> &Subscribers;
    /// Sends a window every announcement from now on. Returns the subscription's id; `None` if the
    /// window has too many.
    fn subscribe(&self, window: &str, news: Channel) -> Option<u32>;
    /// Ends the topic: its subscriptions, its watches, all writing, and what is saved of it.
    fn remove(&self);
    /// Whether it is to be saved.
    fn is_persistent(&self) -> bool;
    /// Begins with what was saved. To be called before anybody writes.
    fn load(&self, disk: &Disk<'_>) -> Result<Restored, RegistryError>;
    /// Begins in this epoch. To be called before anybody writes.
    fn begin(&self, epoch: Epoch);
    /// Is saved from now on.
    fn save_by(&self, saver: &Saver, restored: &Restored);
    /// How its saving stands; `None` if it is not saved.
    fn saving(&self) -> Option<Saving>;
    /// What a write has to wait for before it is answered.
    fn flush_if_durable(&self) -> Option<Flush>;
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
        check(&name, &options)?;
        let families = &mut self.write().families;
        if families.contains_key(&name) {
            return Err(RegistryError::Duplicate(name));
        }
        let (id, options) = (TypeId::of::<T>(), Arc::new(options));
        families.insert(name, Kin { id, options, restore: restore::<T> });
        Ok(())
    }

    /// Whether any topic is to be saved.
    pub(crate) fn is_persistent(&self) -> bool {
        let Catalogue { topics, families, .. } = &*self.read();
        let is_persistent = |kin: &Kin| kin.options.persistence.is_some();
        topics.values().any(|topic| topic.is_persistent()) || families.values().any(is_persistent)
    }

    /// Begins with what was saved, and saves from now on. To be called before anybody writes.
    ///
    /// # Errors
    ///
    /// If the storage cannot be opened, or what is in it must not be passed over.
    pub(crate) fn restore(&self, persist: Persist, folder: &Path) -> Result<(), RegistryError> {
        let mut restored = BTreeMap::new();
        let (session, saver, thread) = persist.begin(folder, |disk| {
            for (name, topic) in
                self.list("").into_iter().filter(|(_, topic)| topic.is_persistent())
            {
                restored.insert(name, topic.load(disk)?);
            }
            for name in disk.storage.topics()? {
                if let Some(kin) = self.kin(&name).filter(|_| !restored.contains_key(&name)) {
                    let of_kin = (kin.restore)(self, name.clone(), kin.options, disk)?;
                    restored.insert(name, of_kin);
                }
            }
            Ok(restored.values().map(|restored| restored.session).max().unwrap_or_default())
        })?;
        self.write().session = session;
        for (name, topic) in self.list("") {
            topic.begin(session::epoch(session, 0));
            topic.save_by(&saver, &restored.get(&name).copied().unwrap_or_default());
        }
        // Once, at the start.
        self.shared.saving.get_or_init(|| (saver, thread));
        Ok(())
    }

    /// Saves what is still to be saved, and ends the thread that does so.
    pub(crate) fn end_saving(&self) {
        self.shared.saving.get().inspect(|(_, thread)| thread.close());
    }

    /// What the topic of this name has in common with others, if those are saved.
    fn kin(&self, topic: &TopicName) -> Option<Kin> {
        let catalogue = self.read();
        let is_named = |(family, _): &(&TopicName, &Kin)| {
            let key = topic.as_str().strip_prefix(family.as_str());
            key.is_some_and(|key| key.starts_with(':'))
        };
        // Of two families, the one with the longer name; it comes later.
        let (_, kin) = catalogue.families.iter().rev().find(is_named)?;
        kin.options.persistence.is_some().then(|| kin.clone())
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
        check(&topic, &options)?;
        let mut catalogue = self.write();
        if catalogue.topics.contains_key(&topic) {
            return Err(RegistryError::Duplicate(topic));
        }
        let epoch = session::epoch(catalogue.session, catalogue.removals);
        let queue = Arc::clone(self.queue());
        let handle = TopicHandle::new(topic.clone(), epoch, initial, options, queue);
        if let Some((saver, _)) = self.shared.saving.get() {
            handle.save_by(saver, None);
            // It is there from now on, changed or not.
            handle.save();
        }
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
            Some(kin) if kin.id == TypeId::of::<T>() => {
                Ok(Family::new(self.clone(), Arc::clone(&kin.options)))
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
        let (catalogue, queue, saving) =
            (RwLock::default(), Arc::new(Queue::new()), OnceLock::new());
        Self { shared: Arc::new(Shared { catalogue, queue, saving }) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
        if let Some((_, thread)) = self.saving.get() {
            thread.close();
        }
    }
}

/// Refuses options that make no sense.
fn check(topic: &TopicName, options: &TopicOptions) -> Result<(), RegistryError> {
    let checked = options.persistence.as_ref().map_or(Ok(()), |persistence| persistence.check());
    checked.map_err(|error| RegistryError::Persistence { topic: topic.clone(), error })
}

/// Adds the topic of this name, if it was saved.
fn restore<T: Topic>(
    registry: &Registry,
    topic: TopicName,
    options: Arc<TopicOptions>,
    disk: &Disk<'_>,
) -> Result<Restored, RegistryError> {
    let Some(persistence) = &options.persistence else { return Ok(Restored::default()) };
    let Some(loaded) = disk.load::<T>(&topic, persistence, None)? else {
        return Ok(Restored::default());
    };
    let handle = registry.create(topic, loaded.data, options)?;
    // Its initial state is what was loaded: one and the same.
    Ok(handle.restore(handle.snapshot().data, loaded.version, loaded.is_saved))
}
