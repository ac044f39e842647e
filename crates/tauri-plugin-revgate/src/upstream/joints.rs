//! All joined topics, as the store tells of them.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use revgate::TopicName;
use revgate_persistence::Saver;
use revgate_upstream::{Fault, Told, Topics};

use super::Link;
use crate::erased::ErasedTopic;
use crate::registry::WeakRegistry;

/// What the registry keeps of joined topics.
#[derive(Default)]
pub(crate) struct Joints {
    /// Set while the app is built, if there is a store.
    link: OnceLock<Arc<Link>>,
    /// Topics that are gone, as long as it is to be told of their end, and longer, also on the disk: a store that is
    /// restored from a backup may have them once more.
    departed: Mutex<BTreeMap<TopicName, Arc<dyn ErasedTopic>>>,
}

/// The most topics that are kept when they are gone, unless others are yet to be told.
const MOST_DEPARTED: usize = 1024;

impl Joints {
    /// Whether this is the first store.
    pub(crate) fn set_link(&self, link: Arc<Link>) -> bool {
        self.link.set(link).is_ok()
    }

    pub(crate) fn link(&self) -> Option<&Arc<Link>> {
        self.link.get()
    }

    /// The same, unless another instance of the app saves the topic: this one follows that.
    pub(crate) fn link_of(&self, topic: &TopicName, saver: &Saver) -> Option<&Arc<Link>> {
        self.link().filter(|_| saver.read_only_place(topic).is_none())
    }

    /// The topic is gone, and kept.
    pub(crate) fn keep(&self, name: TopicName, topic: Arc<dyn ErasedTopic>) {
        let mut departed = self.lock();
        if departed.len() >= MOST_DEPARTED {
            let told = departed.iter().find(|(_, topic)| topic.is_in_step());
            let told = told.map(|(name, _)| name.clone());
            if let Some(name) = told {
                departed.remove(&name).inspect(|topic| topic.forget_removal());
                self.link().inspect(|link| link.note(&name, None));
            }
        }
        departed.insert(name, topic);
    }

    /// The one of this name that is gone and kept, which it is no longer.
    pub(crate) fn take(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        self.lock().remove(name)
    }

    pub(crate) fn find(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        self.lock().get(name).cloned()
    }

    /// Those that are gone and kept.
    pub(crate) fn departed(&self) -> Vec<(TopicName, Arc<dyn ErasedTopic>)> {
        let departed = self.lock();
        departed.iter().map(|(name, topic)| (name.clone(), Arc::clone(topic))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicName, Arc<dyn ErasedTopic>>> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.departed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Topics for WeakRegistry {
    fn link(&self, fault: Option<&Fault>) -> Vec<TopicName> {
        self.upgrade().map(|registry| registry.linked(fault)).unwrap_or_default()
    }

    fn tell(&self, topic: &TopicName, told: Told) {
        let Some(registry) = self.upgrade() else { return };
        // Types of the app's are read and copied here, and the other topics have to go on.
        if catch_unwind(AssertUnwindSafe(|| registry.hear(topic, told))).is_err() {
            tracing::error!(%topic, "what other machines have made of it makes the app panic");
        }
    }
}
