//! Who hears of a topic's changes.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tauri::ipc::Channel;

use crate::part::Part;

/// How many subscriptions a window may have to one topic, and as many to parts of it, so that none can fill
/// the memory.
pub(crate) const MAX_PER_WINDOW: u32 = 64;

/// The subscriptions of one topic.
#[derive(Default)]
pub(crate) struct Subscribers {
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    last_id: u32,
    entries: Vec<Subscriber>,
}

/// One subscription. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Subscriber {
    id: u32,
    pub(crate) window: Arc<str>,
    pub(crate) news: Channel,
    /// Whether it is to be told of actions, and does them itself.
    pub(crate) acts: bool,
    /// What it hears of, if that is a part of the topic.
    pub(crate) part: Option<Arc<Part>>,
}

impl Subscribers {
    /// Adds a subscription and returns its id, unique within the topic; `None` if the window has
    /// [`MAX_PER_WINDOW`] already.
    pub(crate) fn add(&self, window: &str, news: Channel, acts: bool) -> Option<u32> {
        self.add_to(None, window, news, acts)
    }

    /// As [`Subscribers::add`], to a part of the topic.
    pub(crate) fn add_to(
        &self,
        part: Option<Arc<Part>>,
        window: &str,
        news: Channel,
        acts: bool,
    ) -> Option<u32> {
        let mut list = self.lock();
        let own = list.entries.iter().filter(|entry| *entry.window == *window).count();
        if own >= MAX_PER_WINDOW as usize {
            return None;
        }
        list.last_id = list.last_id.wrapping_add(1);
        let id = list.last_id;
        list.entries.push(Subscriber { id, window: window.into(), news, acts, part });
        Some(id)
    }

    /// Ends a subscription of this window; `false` if it has none of this id.
    pub(crate) fn remove(&self, window: &str, id: u32) -> bool {
        !self.end_one(window, id).is_empty()
    }

    /// The same, and gives it.
    pub(crate) fn end_one(&self, window: &str, id: u32) -> Vec<Subscriber> {
        self.end(|entry| entry.id == id && *entry.window == *window)
    }

    /// Ends every subscription of a window and gives them: a channel tells its window of its end
    /// when dropped.
    pub(crate) fn remove_window(&self, window: &str) -> Vec<Subscriber> {
        self.end(|entry| *entry.window == *window)
    }

    /// Takes over what windows have asked for before there was the topic.
    pub(crate) fn adopt(&self, awaiting: &Self) {
        *self.lock() = mem::take(&mut *awaiting.lock());
    }

    /// Ends every subscription.
    pub(crate) fn clear(&self) {
        self.end(|_| true);
    }

    /// Whether there is no subscription.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// All subscriptions now.
    pub(crate) fn all(&self) -> Vec<Subscriber> {
        self.lock().entries.clone()
    }

    /// How many subscriptions each window has.
    pub(crate) fn count_by_window(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.lock().entries {
            *counts.entry(entry.window.to_string()).or_default() += 1;
        }
        counts
    }

    /// Those that it ended, which are not to be dropped under the lock.
    fn end(&self, ends: impl Fn(&Subscriber) -> bool) -> Vec<Subscriber> {
        self.lock().entries.extract_if(.., |entry| ends(entry)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        // The list is whole after every statement, so a panic elsewhere spoils nothing.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_its_subscriptions_with_it() {
        let subscribers = Subscribers::default();
        let channel = || Channel::new(|_| Ok(()));
        let first = subscribers.add("main", channel(), false).expect("room for one");
        subscribers.add("main", channel(), false);
        subscribers.add("settings", channel(), true);
        assert!(!subscribers.remove("settings", first), "not that window's subscription");
        assert!(subscribers.remove("main", first));
        assert!(!subscribers.remove("main", first), "gone already");
        subscribers.remove_window("settings");
        assert_eq!(subscribers.count_by_window(), BTreeMap::from([("main".to_owned(), 1)]));
        subscribers.clear();
        assert!(subscribers.all().is_empty());
    }
}
