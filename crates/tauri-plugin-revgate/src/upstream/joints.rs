//! All joined topics, as the store tells of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use revgate::TopicName;
use revgate_persistence::{Saver, Tree};

use super::Link;
use crate::erased::ErasedTopic;
use crate::incidents::Incidents;

/// What the registry keeps of joined topics.
#[derive(Default)]
pub(crate) struct Joints {
    /// Set while the app is built, if there is a store.
    link: OnceLock<Arc<Link>>,
    /// Topics that are gone, as long as it is to be told of their end, and longer, also on the disk: a store that is
    /// restored from a backup may have them once more.
    departed: Mutex<Departed>,
}

/// By name, each with how many had departed before it in this run of the app.
#[derive(Default)]
struct Departed {
    topics: BTreeMap<TopicName, (u64, Arc<dyn ErasedTopic>)>,
    count: u64,
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

    /// Has said what people are to know.
    pub(crate) fn report_to(&self, incidents: &Incidents) {
        if let Some(link) = self.link() {
            let incidents = incidents.clone();
            link.report_to(move |incident| incidents.soon(incident));
        }
    }

    /// The app ends.
    pub(crate) fn end(&self) {
        self.link().inspect(|link| link.end());
    }

    /// The same, unless another instance of the app saves the topic: this one follows that.
    pub(crate) fn link_of(&self, topic: &TopicName, saver: &Saver) -> Option<&Arc<Link>> {
        self.link().filter(|_| saver.read_only_place(topic).is_none())
    }

    /// The topic is gone, and kept.
    pub(crate) fn keep(&self, name: TopicName, topic: Arc<dyn ErasedTopic>) {
        let mut departed = self.lock();
        while departed.topics.len() >= MOST_DEPARTED {
            let mut oldest: Vec<_> = departed.topics.iter().collect();
            oldest.sort_unstable_by_key(|(_, (count, _))| *count);
            let told = oldest.into_iter().find(|(_, (_, topic))| topic.is_in_step());
            let Some(name) = told.map(|(name, _)| name.clone()) else { break };
            departed.topics.remove(&name).inspect(|(_, topic)| topic.forget_removal());
            self.link().inspect(|link| link.note(&name, None));
        }
        let count = departed.count;
        departed.count += 1;
        departed.topics.insert(name, (count, topic));
    }

    /// The topic was removed before this run of the app, and its last state cannot be read any more; only what lies
    /// beside that.
    pub(crate) fn remember(&self, name: TopicName, beside: Tree) {
        self.link().inspect(|link| link.remember(name, beside));
    }

    /// The one of this name that is gone and kept, which it is no longer.
    pub(crate) fn take(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        self.lock().topics.remove(name).map(|(_, topic)| topic)
    }

    pub(crate) fn find(&self, name: &TopicName) -> Option<Arc<dyn ErasedTopic>> {
        self.lock().topics.get(name).map(|(_, topic)| Arc::clone(topic))
    }

    /// Those that are gone and kept.
    pub(crate) fn departed(&self) -> Vec<(TopicName, Arc<dyn ErasedTopic>)> {
        let departed = self.lock();
        let topics = departed.topics.iter();
        topics.map(|(name, (_, topic))| (name.clone(), Arc::clone(topic))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Departed> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.departed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
