//! Who hears of a topic's changes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use revgate::Invalidation;
use tauri::ipc::Channel;

/// How many subscriptions a window may have to one topic, so that none can fill the memory.
pub(crate) const MAX_PER_WINDOW: u32 = 64;

/// The subscriptions of one topic, and the one sender that serves them.
#[derive(Default)]
pub(crate) struct Subscribers {
    list: Mutex<List>,
    /// Writes that no announcement has covered yet; whoever raises it from 0 is the sender.
    unannounced: AtomicUsize,
}

#[derive(Default)]
struct List {
    last_id: u32,
    entries: Vec<Subscriber>,
}

#[derive(Clone)]
struct Subscriber {
    id: u32,
    window: String,
    news: Channel<Invalidation>,
}

impl Subscribers {
    /// Adds a subscription and returns its id, unique within the topic; `None` if the window has
    /// [`MAX_PER_WINDOW`] already.
    pub(crate) fn add(&self, window: &str, news: Channel<Invalidation>) -> Option<u32> {
        let mut list = self.lock();
        let own = list.entries.iter().filter(|entry| entry.window == window).count();
        if own >= MAX_PER_WINDOW as usize {
            return None;
        }
        list.last_id = list.last_id.wrapping_add(1);
        let id = list.last_id;
        list.entries.push(Subscriber { id, window: window.to_owned(), news });
        Some(id)
    }

    /// Ends a subscription of this window; `false` if it has none of this id.
    pub(crate) fn remove(&self, window: &str, id: u32) -> bool {
        let mut list = self.lock();
        let before = list.entries.len();
        list.entries.retain(|entry| !(entry.id == id && entry.window == window));
        list.entries.len() < before
    }

    /// Ends every subscription of a window.
    pub(crate) fn remove_window(&self, window: &str) {
        self.lock().entries.retain(|entry| entry.window != window);
    }

    /// How many subscriptions each window has.
    pub(crate) fn count_by_window(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.lock().entries {
            *counts.entry(entry.window.clone()).or_default() += 1;
        }
        counts
    }

    /// Tells every subscriber of the newest state, which `newest` reads when it is sent: writes
    /// that come meanwhile are covered by one message more, not by one each. No lock is held
    /// while a message is sent, and no message is older than the one before it.
    pub(crate) fn announce(&self, newest: impl Fn() -> Invalidation) {
        if self.unannounced.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        loop {
            let covered = self.unannounced.load(Ordering::Acquire);
            let news = newest();
            let entries = self.lock().entries.clone();
            for Subscriber { window, news: channel, .. } in entries {
                if let Err(error) = channel.send(news.clone()) {
                    log::warn!("topic `{}`: window `{window}` missed news: {error}", news.topic);
                }
            }
            if self.unannounced.fetch_sub(covered, Ordering::AcqRel) == covered {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        // The list is whole after every statement, so a panic elsewhere spoils nothing.
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use revgate::{Epoch, Revision, TopicName, Version};
    use tauri::ipc::InvokeResponseBody;

    fn news(number: u64) -> Invalidation {
        let topic: TopicName = "t".parse().expect("well-formed");
        Invalidation::new(topic, Version::new(Epoch::default(), Revision::new(number)))
    }

    fn recording() -> (Channel<Invalidation>, Arc<Mutex<Vec<u64>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let channel = Channel::new(move |body| {
            let InvokeResponseBody::Json(json) = body else { panic!("announcements are JSON") };
            let news: Invalidation = serde_json::from_str(&json).expect("an announcement");
            sink.lock().expect("not poisoned").push(news.revision.number());
            Ok(())
        });
        (channel, seen)
    }

    #[test]
    fn writers_on_many_threads_leave_every_subscriber_at_the_newest() {
        let subscribers = Subscribers::default();
        let (channel, seen) = recording();
        subscribers.add("main", channel);
        let newest = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        newest.fetch_add(1, Ordering::SeqCst);
                        subscribers.announce(|| news(newest.load(Ordering::SeqCst)));
                    }
                });
            }
        });
        let seen = seen.lock().expect("not poisoned");
        assert_eq!(seen.last(), Some(&8_000));
        assert!(seen.is_sorted(), "no message is older than the one before it");
    }

    #[test]
    fn a_window_takes_its_subscriptions_with_it() {
        let subscribers = Subscribers::default();
        let first = subscribers.add("main", recording().0).expect("room");
        subscribers.add("main", recording().0);
        subscribers.add("settings", recording().0);
        assert!(!subscribers.remove("settings", first), "not that window's subscription");
        assert!(subscribers.remove("main", first));
        assert!(!subscribers.remove("main", first), "gone already");
        subscribers.remove_window("settings");
        assert_eq!(subscribers.count_by_window(), BTreeMap::from([("main".to_owned(), 1)]));
    }
}
