//! What a topic has to tell its subscribers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::json::Fingerprint;
use revgate::pacing::Pacer;
use revgate::{Invalidation, Pacing, Topic, TopicName, Version};
use tauri::ipc::{Channel, InvokeResponseBody};

use crate::message::{self, Base, Message};
use crate::options::TopicOptions;
use crate::sender::{Dirty, Emit, Outgoing, Queue};
use crate::store::Published;
use crate::subscribers::{Subscriber, Subscribers};

/// The subscriptions of one topic, and what they have been told.
pub(crate) struct Outbox<T> {
    options: Arc<TopicOptions>,
    queue: Arc<Queue>,
    dirty: Dirty,
    pub(crate) subscribers: Subscribers,
    progress: Mutex<Progress<T>>,
}

struct Progress<T> {
    pacer: Pacer,
    /// The newest version announced. Only ever grows.
    announced: Version,
    /// The window that wrote it; `None` for the backend.
    speaker: Option<Arc<str>>,
    /// What the subscribers are known to have, if patches may be made from it.
    base: Option<Base<T>>,
    /// When they are to be told the fingerprint of the newest state, if an action has made one since
    /// that was announced that nobody looked at.
    proof: Option<Duration>,
}

/// How long after an action on a large state windows can tell whether they have done the same: its
/// answer has no fingerprint, as to make one costs more than the action.
const PROOF: Duration = Duration::from_secs(1);

impl<T: Topic> Outbox<T> {
    pub(crate) fn new(options: Arc<TopicOptions>, queue: Arc<Queue>) -> Self {
        let pacer = Pacer::new(Pacing::none().throttle(options.period));
        let progress = Progress {
            pacer,
            announced: Version::default(),
            speaker: None,
            base: None,
            proof: None,
        };
        Self {
            options,
            queue,
            dirty: Dirty::new(),
            subscribers: Subscribers::default(),
            progress: Mutex::new(progress),
        }
    }

    pub(crate) fn options(&self) -> &TopicOptions {
        &self.options
    }

    /// Adds a subscription of a window, which is about to fetch the state `newest`; `None` if the
    /// window has too many.
    pub(crate) fn subscribe(
        &self,
        window: &str,
        news: Channel,
        newest: impl FnOnce() -> Published<T>,
    ) -> Option<u32> {
        let id = self.subscribers.add(window, news)?;
        if self.options.delivery.makes_patches() {
            self.progress().base.get_or_insert_with(|| Base::State(newest()));
        }
        Some(id)
    }

    /// The topic that this is the outbox of has news.
    pub(crate) fn mark(&self, topic: impl FnOnce() -> Arc<dyn Outgoing>) {
        if self.dirty.mark() {
            self.queue.push(topic());
        }
    }

    /// When news that has come now, of this writer, may be announced: at once if somebody else
    /// wrote what was announced last. Windows that answer each other would wait for a period at
    /// every turn, and none of them can write a second time before it is answered.
    pub(crate) fn due(&self, now: Duration, source: Option<&str>) -> Duration {
        let Progress { pacer, speaker, .. } = &mut *self.progress();
        pacer.event(now);
        if speaker.as_deref() == source { pacer.deadline().unwrap_or(now) } else { now }
    }

    /// Tells every subscriber of the state that `newest` reads, and its fingerprint if that is due.
    /// When it will be, if it was not to be told before.
    pub(crate) fn announce(
        &self,
        now: Duration,
        name: &TopicName,
        newest: impl FnOnce() -> Published<T>,
        emit: &Emit,
    ) -> Option<Duration> {
        let state = self.dirty.clear(newest);
        let (base, is_proof, next) = {
            let mut progress = self.progress();
            progress.pacer.delivered(now);
            if state.removed {
                return None;
            }
            let is_news = state.version > progress.announced;
            let next = (is_news && state.look.is_unseen() && progress.proof.is_none())
                .then(|| *progress.proof.insert(now + PROOF));
            let is_proof = progress.proof.take_if(|at| *at <= now).is_some();
            let base = is_news.then(|| {
                progress.announced = state.version;
                progress.speaker.clone_from(&state.source);
                progress.base.take()
            });
            (base, is_proof, next)
        };
        if base.is_none() && !is_proof {
            return None;
        }
        let invalidation = invalidation(name.clone(), &state);
        let is_news = base.is_some();
        let subscribers = self.subscribers.all();
        if !subscribers.is_empty() {
            let print = if is_proof { state.look.print(&*state.data) } else { None };
            match self.message(invalidation.clone(), &state, base, print) {
                Ok(json) => send(name, &json, subscribers),
                Err(error) => tracing::error!(topic = %name, %error, "announcement not written"),
            }
        }
        if is_news
            && let Some(event) = &self.options.event
            && let Err(error) = emit(event, invalidation)
        {
            tracing::warn!(topic = %name, event, %error, "event not emitted");
        }
        next
    }

    /// The announcement, with its news if there is a `base` to make them from, or none but that.
    fn message(
        &self,
        invalidation: Invalidation,
        state: &Published<T>,
        base: Option<Option<Base<T>>>,
        print: Option<Fingerprint>,
    ) -> serde_json::Result<String> {
        let Some(base) = base else { return message::bare(invalidation, print) };
        let delivery = self.options.delivery;
        let Message { json, base } = message::encode(delivery, invalidation, state, base, print)?;
        self.progress().base = base;
        Ok(json)
    }

    fn progress(&self) -> MutexGuard<'_, Progress<T>> {
        // Each field is whole by itself, so a panic elsewhere spoils nothing.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
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

pub(crate) fn send(topic: &TopicName, json: &str, subscribers: Vec<Subscriber>) {
    for Subscriber { window, news, .. } in subscribers {
        let body = InvokeResponseBody::Json(json.to_owned());
        match catch_unwind(AssertUnwindSafe(|| news.send(body))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%topic, %window, %error, "window missed news"),
            Err(_) => tracing::error!(%topic, %window, "window missed news: its channel panicked"),
        }
    }
}
