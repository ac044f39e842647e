//! Who hears what.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use revgate::TopicName;

use crate::Interruption;

/// Who has subscribed to what.
#[derive(Default)]
pub(crate) struct Subscribers {
    by_id: RefCell<BTreeMap<u64, Subscriber>>,
    last: Cell<u64>,
}

#[derive(Clone)]
struct Subscriber {
    feed: Feed,
    /// Whether it does what others have done itself.
    acts: bool,
    hear: Rc<Hear>,
}

/// What can be subscribed to.
#[derive(Clone, PartialEq)]
pub(crate) enum Feed {
    Topic(TopicName),
    Family(TopicName),
}

/// Takes a message as it came, or the end.
type Hear = dyn Fn(Result<&str, Interruption>);

/// Ends the subscription when dropped.
pub struct Subscription {
    subscribers: Weak<Subscribers>,
    id: u64,
}

impl Subscribers {
    pub(crate) fn add(
        self: &Rc<Self>,
        feed: Feed,
        acts: bool,
        hear: impl Fn(Result<&str, Interruption>) + 'static,
    ) -> Subscription {
        let id = self.last.get() + 1;
        self.last.set(id);
        self.by_id.borrow_mut().insert(id, Subscriber { feed, acts, hear: Rc::new(hear) });
        Subscription { subscribers: Rc::downgrade(self), id }
    }

    /// Sends `done` to whoever does what others have done itself, and `message` to all others.
    pub(crate) fn tell(&self, feed: &Feed, message: &str, done: &str) {
        // Copied, for a listener may subscribe or unsubscribe.
        let subscribers: Vec<_> = self.by_id.borrow().values().cloned().collect();
        for subscriber in subscribers.iter().filter(|subscriber| subscriber.feed == *feed) {
            (subscriber.hear)(Ok(if subscriber.acts { done } else { message }));
        }
    }

    /// The topics that somebody has subscribed to, and the parts of topics.
    pub(crate) fn topics(&self) -> BTreeSet<TopicName> {
        let by_id = self.by_id.borrow();
        let feeds = by_id.values().filter_map(|subscriber| match &subscriber.feed {
            Feed::Topic(topic) => Some(topic.clone()),
            Feed::Family(_) => None,
        });
        feeds.collect()
    }

    /// Ends whatever subscribes to this, and says so.
    pub(crate) fn end(&self, feed: &Feed) {
        let (ended, others): (BTreeMap<_, _>, _) =
            self.by_id.take().into_iter().partition(|(_, subscriber)| subscriber.feed == *feed);
        self.by_id.replace(others);
        for subscriber in ended.into_values() {
            (subscriber.hear)(Err(Interruption::Ended));
        }
    }

    /// Ends all, and tells nobody.
    pub(crate) fn clear(&self) {
        self.by_id.borrow_mut().clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.borrow().len()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(subscribers) = self.subscribers.upgrade() {
            subscribers.by_id.borrow_mut().remove(&self.id);
        }
    }
}
