//! Topics of families that windows wait for.

use std::collections::BTreeMap;

use revgate::TopicName;
use tauri::ipc::Channel;

use super::Registry;
use crate::erased::ErasedTopic;
use crate::subscribers::{Subscriber, Subscribers};

/// Subscriptions to topics that are not there yet. **Each becomes one of the topic when that is created**, and is
/// told of it at once.
pub(super) type Awaited = BTreeMap<TopicName, Subscribers>;

/// How many topics a window may wait for, so that none can fill the memory.
const MAX_PER_WINDOW: usize = 256;

impl Registry {
    /// Has a window wait for this topic, if it can come to be one of a family. Returns the subscription's id;
    /// `None` if it cannot, is there by now, or the window waits for too many.
    pub(crate) fn wait_for(
        &self,
        topic: &str,
        window: &str,
        news: Channel,
        acts: bool,
    ) -> Option<u32> {
        let name: TopicName = topic.parse().ok()?;
        let mut catalogue = self.write();
        let is_of = |family: &TopicName| {
            name.as_str().strip_prefix(family.as_str()).is_some_and(|key| key.starts_with(':'))
        };
        if catalogue.topics.contains_key(&name) || !catalogue.families.keys().any(is_of) {
            return None;
        }
        let waits = |subscribers: &&Subscribers| subscribers.count_by_window().contains_key(window);
        if catalogue.awaited.values().filter(waits).count() >= MAX_PER_WINDOW {
            return None;
        }
        catalogue.awaited.entry(name).or_default().add(window, news, acts)
    }

    /// Ends such a subscription; `false` if there is none.
    pub(crate) fn stop_waiting(&self, topic: &str, window: &str, id: u32) -> bool {
        let ended = self.end_waiting(|name, subscribers| {
            if name.as_str() == topic { subscribers.end_one(window, id) } else { Vec::new() }
        });
        !ended.is_empty()
    }

    /// The same of all of a window.
    pub(super) fn leave_awaited(&self, window: &str) -> Vec<Subscriber> {
        self.end_waiting(|_, subscribers| subscribers.remove_window(window))
    }

    /// Those that it ended, which are not to be dropped under the lock.
    fn end_waiting(
        &self,
        end: impl Fn(&TopicName, &Subscribers) -> Vec<Subscriber>,
    ) -> Vec<Subscriber> {
        let mut ended = Vec::new();
        self.write().awaited.retain(|name, subscribers| {
            ended.append(&mut end(name, subscribers));
            !subscribers.is_empty()
        });
        ended
    }
}

/// Those who have waited for the topic hear of it from now on. Whether there are any: they are to be told.
pub(super) fn come(awaited: &mut Awaited, name: &TopicName, topic: &dyn ErasedTopic) -> bool {
    let awaiting = awaited.remove(name);
    awaiting.inspect(|awaiting| topic.subscribers().adopt(awaiting)).is_some()
}
