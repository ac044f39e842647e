//! A backend that has no state, and tells one window what another has done.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use revgate::action::Told;
use revgate::json::diff;
use revgate::wire::{Acted, Asked, Fetched};
use revgate::{Epoch, Invalidation, Revision, Snapshot, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::{
    Announcement, Batch, Change, Host, Interruption, Json, Transport, TransportError, WriteError,
};
use serde_json::{Value, json};

#[derive(Clone)]
pub(crate) struct Teller {
    shared: Rc<Shared>,
    number: usize,
}

struct Shared {
    time: VirtualTime,
    /// The first state.
    first: Rc<dyn Fn() -> String>,
    newest: Cell<Version>,
    windows: Cell<usize>,
    hear: RefCell<BTreeMap<usize, Hear>>,
}

/// Takes a message.
type Hear = Rc<dyn Fn(Value)>;

impl Teller {
    pub(crate) fn new(time: &VirtualTime, first: Rc<dyn Fn() -> String>) -> Self {
        let newest = Cell::new(Version::new(Epoch::default(), Revision::FIRST));
        let (windows, hear, time) = (Cell::new(0), RefCell::default(), time.clone());
        Self { shared: Rc::new(Shared { time, first, newest, windows, hear }), number: 0 }
    }

    /// Another window's.
    pub(crate) fn beside(&self) -> Self {
        self.shared.windows.set(self.shared.windows.get() + 1);
        Self { shared: Rc::clone(&self.shared), number: self.shared.windows.get() }
    }

    /// Makes the next version of `base`, and tells the others what `news` are in it.
    fn next(&self, topic: &TopicName, base: Version, name: &str, news: Value) -> Version {
        let version = base.next().expect("there are many");
        self.shared.newest.set(version);
        let mut message =
            serde_json::to_value(Invalidation::new(topic.clone(), version)).expect("JSON");
        message["base"] = json!({"revision": base.revision.to_string()});
        message[name] = news;
        let others: Vec<_> = self.shared.hear.borrow().clone().into_iter().collect();
        for (_, hear) in others.into_iter().filter(|(number, _)| *number != self.number) {
            let message = message.clone();
            self.shared.time.spawn(async move { hear(message) });
        }
        version
    }
}

impl Transport for Teller {
    type Subscription = ();

    fn subscribe<T: Topic>(
        &self,
        _: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<(), TransportError>> + 'static {
        let hear = move |message: Value| {
            let message = message.to_string();
            news(
                serde_json::from_str(&message)
                    .map_err(|error| Interruption::Malformed(error.to_string())),
            );
        };
        self.shared.hear.borrow_mut().insert(self.number, Rc::new(hear));
        async { Ok(()) }
    }

    fn fetch<T: Topic>(
        &self,
        _: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let newest = self.shared.newest.get();
        assert!(known.is_none() || known == Some(newest), "all news are told");
        let first = (self.shared.first)();
        async move {
            let state = serde_json::from_str(&first);
            let state = state.map_err(|error| TransportError::Malformed(error.to_string()))?;
            Ok(Fetched::State(Snapshot::new(newest, state)))
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let text = |state: &T| serde_json::to_string(state).expect("JSON");
        let (old, new) = (text(&change.old), text(&change.new));
        let patch = diff(&old, &new, 10_000).expect("a small change").json;
        let patch = serde_json::from_str(&patch).expect("JSON");
        let version = self.next(topic, change.base, "patch", patch);
        async move { Ok(Snapshot::new(version, change.new)) }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let base = self.shared.newest.get();
        let told = |asked: &Asked<Json>| {
            serde_json::to_value(Told::new(asked.context(batch.source), asked.action.clone()))
        };
        let told: Result<Vec<_>, _> = batch.actions.iter().map(told).collect();
        let version = self.next(topic, base, "actions", told.expect("JSON").into());
        async move { Ok(Acted::new(version, Some(base))) }
    }
}
