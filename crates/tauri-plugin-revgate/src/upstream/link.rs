//! The link to the store, which all joined topics share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::{TopicName, Unsynced, Waiting};
use revgate_persistence::{Incident, Tree};
use revgate_upstream::{Asked, Fault, Status, Upstream};
use tauri::async_runtime::JoinHandle;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How a topic stands to the store that other machines write to as well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Syncing {
    /// How it stands.
    pub status: Status,
    /// How many changes of this machine the store is not known to have.
    pub waiting: usize,
    /// When the first of those was made; `None` if there are none.
    pub since: Option<SystemTime>,
}

/// What all joined topics ask of the store, and say of themselves.
pub(crate) struct Link {
    asks: UnboundedSender<Asked>,
    place: String,
    /// Set once the topics have begun.
    report: OnceLock<Box<dyn Fn(Incident) + Send + Sync>>,
    state: Mutex<State>,
    changed: Arc<Notify>,
    /// What does as the topics ask, once it has begun.
    driver: OnceLock<JoinHandle<()>>,
}

/// A store, and what waits to be asked of it.
pub(crate) struct Upstreams {
    pub(crate) upstream: Box<dyn Upstream>,
    pub(crate) asked: UnboundedReceiver<Asked>,
}

struct State {
    /// Why the store cannot be reached; `None` if it can.
    offline: Option<String>,
    topics: BTreeMap<TopicName, Syncing>,
    /// What lies beside the last states of topics that were removed before this run of the app, where those states
    /// cannot be read any more. They are topics again, and gone, once somebody knows a state.
    removed: BTreeMap<TopicName, Tree>,
}

impl Link {
    pub(crate) fn new(upstream: impl Upstream) -> (Self, Upstreams) {
        let (asks, asked) = mpsc::unbounded_channel();
        let place = upstream.place();
        let offline = Some(format!("{place} has not been reached yet"));
        let state =
            Mutex::new(State { offline, topics: BTreeMap::new(), removed: BTreeMap::new() });
        let (report, changed, driver) = (OnceLock::new(), Arc::default(), OnceLock::new());
        let link = Self { asks, place, report, state, changed, driver };
        (link, Upstreams { upstream: Box::new(upstream), asked })
    }

    /// Where the store is, for people.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn report_to(&self, report: impl Fn(Incident) + Send + Sync + 'static) {
        // Once, at the start.
        self.report.get_or_init(|| Box::new(report));
    }

    pub(crate) fn report(&self, incident: Incident) {
        self.report.get().inspect(|report| report(incident));
    }

    pub(crate) fn driven_by(&self, driver: JoinHandle<()>) {
        // Once, at the start.
        self.driver.get_or_init(|| driver);
    }

    /// The app ends: nothing is sent and nothing heard any more. **Who goes on in this process may be the next run of the
    /// same machine**, and would take this one for another with its number.
    pub(crate) fn end(&self) {
        self.driver.get().inspect(|driver| driver.abort());
    }

    pub(crate) fn ask(&self, asked: Asked) {
        // Who would do it has ended with the app.
        let _ended = self.asks.send(asked);
    }

    /// The store can be reached, or not, for this reason.
    pub(crate) fn set(&self, offline: Option<&Fault>) {
        self.state().offline = offline.map(ToString::to_string);
        self.changed.notify_one();
    }

    pub(crate) fn is_up(&self) -> bool {
        self.state().offline.is_none()
    }

    /// How a topic stands from now on; `None` if it is gone.
    pub(crate) fn note(&self, topic: &TopicName, syncing: Option<Syncing>) {
        let topics = &mut self.state().topics;
        let before = match &syncing {
            Some(syncing) => topics.insert(topic.clone(), syncing.clone()),
            None => topics.remove(topic),
        };
        if before != syncing {
            self.changed.notify_one();
        }
    }

    /// Nothing is said any more of topics that are none of these.
    pub(crate) fn keep_only(&self, names: &[TopicName]) {
        let names: BTreeSet<_> = names.iter().collect();
        self.state().topics.retain(|topic, _| names.contains(topic));
        self.changed.notify_one();
    }

    pub(crate) fn syncing(&self, topic: &TopicName) -> Option<Syncing> {
        self.state().topics.get(topic).cloned()
    }

    pub(crate) fn remember(&self, topic: TopicName, beside: Tree) {
        self.state().removed.insert(topic, beside);
    }

    pub(crate) fn remembers(&self, topic: &TopicName) -> bool {
        self.state().removed.contains_key(topic)
    }

    pub(crate) fn recall(&self, topic: &TopicName) -> Option<Tree> {
        self.state().removed.remove(topic)
    }

    /// Is notified when what is [unsynced](Self::unsynced) may have changed, and at the end.
    pub(crate) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    pub(crate) fn unsynced(&self) -> Unsynced {
        let State { offline, topics, .. } = &*self.state();
        let waiting =
            topics.iter().filter_map(|(topic, syncing)| Some((topic.clone(), syncing.waiting()?)));
        Unsynced { offline: offline.clone(), topics: waiting.collect() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whole after every statement, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

impl Syncing {
    /// Of one that this machine does not have, as it cannot use what lies in the store.
    pub(crate) fn refused(why: String) -> Self {
        Self { status: Status::Refused(why), waiting: 0, since: None }
    }

    /// What windows are told of it, unless it is in step.
    pub(crate) fn waiting(&self) -> Option<Waiting> {
        let refused = match &self.status {
            Status::Refused(why) => Some(why.clone()),
            _ => None,
        };
        let is_lacking = matches!(self.status, Status::Waiting | Status::Refused(_));
        (self.waiting > 0 || is_lacking).then(|| {
            let since = self.since.and_then(|since| since.duration_since(UNIX_EPOCH).ok());
            let since_ms = since.as_ref().map_or(0, Duration::as_millis);
            let since_ms = since_ms.try_into().unwrap_or(u64::MAX);
            Waiting { changes: self.waiting.try_into().unwrap_or(u32::MAX), since_ms, refused }
        })
    }
}
