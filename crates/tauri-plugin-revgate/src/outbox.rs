//! What a topic has to tell its subscribers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use revgate::pacing::Pacer;
use revgate::{Invalidation, Pacing, Topic, TopicName, Version};
use tauri::ipc::InvokeResponseBody;

use crate::message::{self, Audience, Message};
use crate::options::TopicOptions;
use crate::pending::Pending;
use crate::sender::{Dirty, Emit, Outgoing, Queue};
use crate::store::Published;
use crate::subscribers::{Subscriber, Subscribers};

/// The subscriptions of one topic, and what they have been told.
pub(crate) struct Outbox {
    options: Arc<TopicOptions>,
    queue: Arc<Queue>,
    dirty: Dirty,
    pub(crate) subscribers: Subscribers,
    progress: Mutex<Progress>,
}

struct Progress {
    pacer: Pacer,
    /// The newest version announced. Only ever grows.
    announced: Version,
    /// The window that wrote it; `None` for the backend.
    speaker: Option<Arc<str>>,
    /// When they are to be told the fingerprint of the newest state, if an action has made one since
    /// that was announced that nobody looked at.
    proof: Option<Duration>,
}

/// How long after an action on a large state windows can tell whether they have done the same: its
/// answer has no fingerprint, as to make one costs more than the action.
const PROOF: Duration = Duration::from_secs(1);

impl Outbox {
    pub(crate) fn new(options: Arc<TopicOptions>, queue: Arc<Queue>) -> Self {
        let pacer = Pacer::new(Pacing::none().throttle(options.period));
        let progress =
            Progress { pacer, announced: Version::default(), speaker: None, proof: None };
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

    /// Tells every subscriber of the state that `newest` reads with what has led to it, and its
    /// fingerprint if that is due. When it will be, if it was not to be told before.
    pub(crate) fn announce<T: Topic>(
        &self,
        now: Duration,
        name: &TopicName,
        newest: impl FnOnce() -> (Published<T>, Option<Pending<T>>),
        emit: &Emit,
    ) -> Option<Duration> {
        let (state, pending) = self.dirty.clear(newest);
        let (is_news, is_proof, next) = {
            let mut progress = self.progress();
            progress.pacer.delivered(now);
            if state.removed {
                return None;
            }
            let is_news = state.version > progress.announced;
            let next = (is_news && state.look.is_unseen() && progress.proof.is_none())
                .then(|| *progress.proof.insert(now + PROOF));
            let is_proof = progress.proof.take_if(|at| *at <= now).is_some();
            if is_news {
                progress.announced = state.version;
                progress.speaker.clone_from(&state.source);
            }
            (is_news, is_proof, next)
        };
        if !is_news && !is_proof {
            return None;
        }
        let invalidation = invalidation(name.clone(), &state);
        let subscribers = self.subscribers.all();
        if !subscribers.is_empty() {
            let print = if is_proof { state.look.print(&*state.data) } else { None };
            let message = if is_news {
                let audience = Audience::of(&subscribers);
                let delivery = self.options.delivery;
                let invalidation = invalidation.clone();
                message::encode(delivery, audience, invalidation, &state, pending, print)
            } else {
                message::bare(invalidation.clone(), print)
            };
            match message {
                Ok(message) => send(name, &message, subscribers),
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

    fn progress(&self) -> MutexGuard<'_, Progress> {
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
