//! What a topic has to tell its subscribers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::{Invalidation, Topic, TopicName, Version};
use tauri::ipc::InvokeResponseBody;

use crate::message::{self, Audience, Message};
use crate::options::TopicOptions;
use crate::pace::Pace;
use crate::part::Parts;
use crate::pending::Pending;
use crate::sender::{By, Dirty, Emit, Next, Outgoing, Outlets, Sender};
use crate::store::{Published, Store};
use crate::subscribers::{Subscriber, Subscribers};

/// The subscriptions of one topic, and what they have been told.
pub(crate) struct Outbox {
    options: Arc<TopicOptions>,
    sender: Arc<Sender>,
    dirty: Dirty,
    pub(crate) subscribers: Subscribers,
    /// What windows hear of that have asked for a part alone.
    pub(crate) parts: Parts,
    progress: Mutex<Progress>,
}

struct Progress {
    pace: Pace,
    /// The newest version announced. Only ever grows.
    announced: Version,
    /// When they are to be told the fingerprint of the newest state, if an action has made one since
    /// that was announced that nobody looked at.
    proof: Option<Duration>,
}

/// How long after an action on a large state windows can tell whether they have done the same: its
/// answer has no fingerprint, as to make one costs more than the action.
const PROOF: Duration = Duration::from_secs(1);

impl Outbox {
    pub(crate) fn new(options: Arc<TopicOptions>, sender: Arc<Sender>) -> Self {
        let (pace, announced) = (Pace::new(options.period), Version::default());
        let progress = Progress { pace, announced, proof: None };
        Self {
            options,
            sender,
            dirty: Dirty::new(),
            subscribers: Subscribers::default(),
            parts: Parts::default(),
            progress: Mutex::new(progress),
        }
    }

    pub(crate) fn options(&self) -> &TopicOptions {
        &self.options
    }

    /// The topic that this is the outbox of has news of this writer.
    pub(crate) fn mark(&self, source: Option<&str>, topic: impl FnOnce() -> Arc<dyn Outgoing>) {
        let hurries = self.progress().pace.hear(source);
        if self.dirty.mark() || hurries {
            self.sender.push(topic());
        }
    }

    /// When news that has come now may be announced.
    pub(crate) fn due(&self, now: Duration) -> Duration {
        self.progress().pace.due(now)
    }

    /// Tells every subscriber of the newest state with what has led to it, and has its fingerprint told if
    /// that is due; or says when it will be, if it was not to be told before.
    pub(crate) fn announce<T: Topic>(
        &self,
        now: Duration,
        name: &TopicName,
        store: &Store<T>,
        outlets: &Outlets,
        by: By,
    ) -> Next {
        // Who listens to an event may be of the app's own, and wait for the writer.
        if by == By::Writer && self.options.event.is_some() {
            return Next::Thread;
        }
        if !self.progress().pace.begin(now) {
            return Next::Nothing;
        }
        let delivery = self.options.delivery;
        let may_take = |state: &_, pending: Option<&_>| {
            let is_light = || message::is_light(delivery, state, pending);
            by == By::Thread || is_light() && self.parts.are_light(state, pending)
        };
        let Some((state, pending)) = self.dirty.clear(|| store.take_pending(may_take)) else {
            self.progress().pace.leave();
            // Else another writer has pushed it since.
            return if self.dirty.mark() { Next::Thread } else { Next::Nothing };
        };
        let (is_news, is_proof, next) = {
            let mut progress = self.progress();
            if state.removed {
                return Next::Nothing;
            }
            let is_news = state.version > progress.announced;
            let next = (is_news && state.look.is_unseen() && progress.proof.is_none())
                .then(|| *progress.proof.insert(now + PROOF));
            let is_proof = progress.proof.take_if(|at| *at <= now).is_some();
            if is_news {
                progress.announced = state.version;
                progress.pace.announced(now);
            }
            (is_news, is_proof, next)
        };
        if !self.parts.subscribers.is_empty() {
            let (up_to, inspector) = (delivery.family_up_to(), &self.sender.inspector);
            let invalidation = invalidation(name.clone(), &state);
            self.parts.announce(&state, pending.as_ref(), &invalidation, up_to, inspector);
        }
        let subscribers = self.subscribers.all();
        if is_news {
            self.sender.inspector.published(name, &state);
            self.tell(name, &state, pending, subscribers.clone(), &outlets.emit);
        }
        if is_proof && !subscribers.is_empty() {
            let name = name.clone();
            (outlets.prove)(Box::new(move || prove(&name, &state, subscribers)));
        }
        next.map_or(Next::Nothing, Next::At)
    }

    fn tell<T: Topic>(
        &self,
        name: &TopicName,
        state: &Published<T>,
        pending: Option<Pending<T>>,
        subscribers: Vec<Subscriber>,
        emit: &Emit,
    ) {
        let invalidation = invalidation(name.clone(), state);
        if !subscribers.is_empty() {
            let (delivery, audience) = (self.options.delivery, Audience::of(&subscribers));
            match message::encode(delivery, audience, invalidation.clone(), state, pending) {
                Ok(message) => {
                    let inspector = &self.sender.inspector;
                    let reached = inspector.reach(|| name.to_string(), state.version, subscribers);
                    send(name, &message, reached);
                }
                Err(error) => tracing::error!(topic = %name, %error, "announcement not written"),
            }
        }
        if let Some(event) = &self.options.event
            && let Err(error) = emit(event, invalidation)
        {
            tracing::warn!(topic = %name, event, %error, "event not emitted");
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Announces what was announced before once more, with its fingerprint.
fn prove<T: Topic>(name: &TopicName, state: &Published<T>, subscribers: Vec<Subscriber>) {
    let Some(print) = state.look.print(&*state.data) else { return };
    match message::bare(invalidation(name.clone(), state), print) {
        Ok(message) => send(name, &message, subscribers),
        Err(error) => tracing::error!(topic = %name, %error, "proof not written"),
    }
}

fn invalidation<T>(topic: TopicName, state: &Published<T>) -> Invalidation {
    Invalidation {
        source_id: state.source.as_deref().map(str::to_owned),
        timestamp_ms: unix_ms(),
        ..Invalidation::new(topic, state.version)
    }
}

/// The time of day, in milliseconds since the Unix epoch.
pub(crate) fn unix_ms() -> Option<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    now.and_then(|now| now.as_millis().try_into().ok())
}

pub(crate) fn send(
    topic: &TopicName,
    Message { json, done }: &Message,
    subscribers: Vec<Subscriber>,
) {
    for Subscriber { window, news, acts, .. } in subscribers {
        let json = done.as_ref().filter(|_| acts).unwrap_or(json);
        let body = InvokeResponseBody::Json(json.clone());
        match catch_unwind(AssertUnwindSafe(|| news.send(body))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%topic, %window, %error, "window missed news"),
            Err(_) => tracing::error!(%topic, %window, "window missed news: its channel panicked"),
        }
    }
}
