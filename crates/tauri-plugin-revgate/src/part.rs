//! Parts of topics, which are to windows as topics of their own.
//!
//! A part's version is the topic's at which somebody has found it to be another one: so it needs no counter,
//! and grows only when the part changes. **What a part was is known by its fingerprint**, so that none is
//! held twice. To find out costs reading that part; where it is known what was done to a large state, it is
//! seen by the paths whether that is needed.

mod view;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use revgate::json::{Fingerprint, part};
use revgate::wire::{Announcement, Payload};
use revgate::{Invalid, Invalidation, Topic, TopicName, Version};
use serde_json::value::RawValue;

use crate::form::Json;
use crate::inspector::Inspector;
use crate::look::no_json;
use crate::message::Message;
use crate::outbox::send;
use crate::pending::{Deeds, Pending};
use crate::store::Published;
use crate::subscribers::{Subscriber, Subscribers};

pub(crate) use view::PartView;

/// The parts of a topic that windows have asked for.
#[derive(Default)]
pub(crate) struct Parts {
    /// Those of all parts.
    pub(crate) subscribers: Subscribers,
    known: Mutex<BTreeMap<TopicName, Arc<Part>>>,
}

/// A part of a topic.
pub(crate) struct Part {
    /// Its own, which ends with its pointer.
    name: TopicName,
    known: Mutex<Option<Known>>,
}

/// What is known of a part.
struct Known {
    /// The newest version of the topic of which that is known.
    at: Version,
    /// What it is, or why it is no JSON.
    print: Result<Fingerprint, Invalid>,
    /// The topic's, when it was found to be that.
    version: Version,
    /// The version that it had before.
    before: Option<Version>,
    /// The newest version that was announced.
    announced: Version,
}

/// How many parts are remembered that nobody is subscribed to: a window that goes may still send what it has
/// edited, which is based on a version that should count then.
const MOST_REMEMBERED: usize = 256;

type News = Payload<Json, Json, Json>;

/// The topic that a window means, if it names a part of one.
pub(crate) fn whole(name: &str) -> &str {
    name.split_once('#').map_or(name, |(topic, _)| topic)
}

impl Parts {
    pub(crate) fn get(&self, name: TopicName) -> Arc<Part> {
        // They are whole after every statement, so a panic elsewhere spoils nothing.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = known.get(&name) {
            return Arc::clone(part);
        }
        if known.len() >= MOST_REMEMBERED {
            known.retain(|_, part| Arc::strong_count(part) > 1);
        }
        let part = Arc::new(Part { name: name.clone(), known: Mutex::new(None) });
        known.insert(name, Arc::clone(&part));
        part
    }

    /// Whether it takes no way through a part of a large state to find out what has changed.
    pub(crate) fn are_light<T>(&self, state: &Published<T>, pending: Option<&Pending<T>>) -> bool {
        if !state.look.is_large() || self.subscribers.is_empty() {
            return true;
        }
        let Some(patch) = patch_of(pending) else { return false };
        let subscribers = self.subscribers.all();
        let mut parts = subscribers.iter().filter_map(|subscriber| subscriber.part.as_ref());
        parts.all(|of| !part::is_touched(patch, of.pointer()))
    }

    /// Tells the subscribers of each part that has changed. What is `pending` leads to the newest `state`.
    pub(crate) fn announce<T: Topic>(
        &self,
        state: &Published<T>,
        pending: Option<&Pending<T>>,
        invalidation: &Invalidation,
        up_to: usize,
        inspector: &Inspector,
    ) {
        let subscribers = self.subscribers.all();
        let mut by_part: BTreeMap<&TopicName, (&Part, Vec<Subscriber>)> = BTreeMap::new();
        for subscriber in &subscribers {
            if let Some(part) = &subscriber.part {
                let (_, all) = by_part.entry(&part.name).or_insert((part, Vec::new()));
                all.push(subscriber.clone());
            }
        }
        for (part, subscribers) in by_part.into_values() {
            if let Some((version, payload)) = part.news(state, pending, up_to) {
                let Version { epoch, revision } = version;
                let topic = part.name.clone();
                let invalidation = Invalidation { topic, epoch, revision, ..invalidation.clone() };
                part.tell(payload, invalidation, subscribers, inspector);
            }
        }
    }
}

impl Part {
    fn pointer(&self) -> &str {
        self.name.as_part().map(|(_, pointer)| pointer).unwrap_or_default()
    }

    /// What is told of it, if it has changed since it was announced.
    fn news<T: Topic>(
        &self,
        state: &Published<T>,
        pending: Option<&Pending<T>>,
        up_to: usize,
    ) -> Option<(Version, News)> {
        let mut known = self.known();
        if let Some(known) = &mut *known
            && let (Some(pending), Some(patch)) = (pending, patch_of(pending))
            && known.at >= pending.before.version
            && !part::is_touched(patch, self.pointer())
        {
            known.at = known.at.max(state.version);
        }
        let known = self.look(&mut known, state);
        // Of a newer state than this one, the next announcement tells.
        if known.version <= known.announced || known.at > state.version {
            return None;
        }
        known.announced = known.version;
        let is_json = known.print.is_ok();
        // Whoever fetches it gets the error.
        let json = is_json.then(|| self.json(state).ok()).flatten();
        let json = json.filter(|json| json.get().len() <= up_to);
        Some((known.version, json.map_or(News::None, News::State)))
    }

    fn tell(
        &self,
        payload: News,
        invalidation: Invalidation,
        subscribers: Vec<Subscriber>,
        inspector: &Inspector,
    ) {
        let version = invalidation.version();
        match serde_json::to_string(&Announcement { invalidation, payload, fingerprint: None }) {
            Ok(json) => {
                let reached = inspector.reach(|| self.name.to_string(), version, subscribers);
                send(&self.name, &Message { json, done: None }, reached);
            }
            Err(error) => tracing::error!(topic = %self.name, %error, "announcement not written"),
        }
    }

    /// As it travels.
    fn json<T: Topic>(&self, state: &Published<T>) -> Result<Json, Invalid> {
        let text = guarded(|| part::text(&*state.data, self.pointer()))?;
        RawValue::from_string(text).map_err(no_json)
    }

    /// Looks at it in this state, unless a newer one is known already.
    fn look<'a, T: Topic>(
        &self,
        known: &'a mut Option<Known>,
        state: &Published<T>,
    ) -> &'a mut Known {
        let print = || guarded(|| part::fingerprint(&*state.data, self.pointer()));
        match known {
            Some(known) if known.at >= state.version => {}
            Some(known) => {
                let print = print();
                if print != known.print {
                    known.before = Some(known.version);
                    (known.version, known.print) = (state.version, print);
                }
                known.at = state.version;
            }
            None => {}
        }
        known.get_or_insert_with(|| Known {
            at: state.version,
            print: print(),
            version: state.version,
            before: None,
            announced: Version::default(),
        })
    }

    /// Looks at it in a state that a window has made, which is told the version. `true` if it is another one
    /// again already, as which it was known before: then that is news to the window.
    fn made<T: Topic>(&self, made: &Published<T>) -> (Version, bool) {
        let mut known = self.known();
        let known = self.look(&mut known, made);
        if known.at == made.version {
            return (known.version, false);
        }
        let is_back = known.version < made.version
            && guarded(|| part::fingerprint(&*made.data, self.pointer())) != known.print;
        if is_back {
            known.before = Some(made.version);
            known.version = known.at;
        }
        (known.version.min(made.version), is_back)
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        // What the state's own code does is caught, so it is whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was done to a state, if that is known as a patch.
fn patch_of<'a, T: 'a>(pending: impl Into<Option<&'a Pending<T>>>) -> Option<&'a str> {
    match &pending.into()?.deeds {
        Some(Deeds::Patch(patch)) => Some(patch),
        _ => None,
    }
}

/// Runs the `Serialize` of a state.
fn guarded<R>(write: impl FnOnce() -> Result<R, Invalid>) -> Result<R, Invalid> {
    let panicked = |_| Err(Invalid::new("", "its `Serialize` panicked"));
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(panicked)
}
