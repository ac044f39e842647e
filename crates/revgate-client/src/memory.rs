//! A backend within the process, for tests and demonstrations: it speaks the same JSON as the
//! real one, and does to its windows what the real one never should.

mod actions;
mod family;
mod news;
mod parts;
mod presence;
#[cfg(feature = "untyped")]
mod untyped;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::presence::Attendance;
use revgate::wire::{Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented};
use revgate::{Epoch, Invalid, Invalidation, Revision, Snapshot, Topic, TopicName, Version};
use serde_json::Value;

use self::family::Kin;
use self::parts::{Parts, Rewrite, rewritten};
use crate::action::{Batch, Json};
use crate::backend::{self, Actor, Feed, Kept, Subscribers, json, state};
use crate::read::{self, read};
use crate::transport::{fetched, fetched_family};
use crate::{
    Announcement, Change, Entry, Followed, FollowedFamily, Interruption, Transport, TransportError,
    WriteError,
};

pub use crate::backend::Subscription;

/// The backend and a window's transport to it; clones are the same backend and window.
///
/// ```ignore-wasm32,standalone_crate
/// use revgate_settings::{Settings, Theme};
/// use revgate_client::memory::Memory;
///
/// let backend = Memory::new().with_topic(&Settings::default());
/// backend.set(&Settings { theme: Theme::Dark, ..Settings::default() });
/// assert_eq!(backend.state::<Settings>().expect("it is there")["theme"], "dark");
/// ```
#[derive(Clone)]
pub struct Memory {
    inner: Rc<Inner>,
    /// Its label.
    window: Rc<str>,
}

#[derive(Default)]
struct Inner {
    /// A topic that was removed has no state, and keeps its version.
    topics: RefCell<BTreeMap<TopicName, (Version, Option<State>)>>,
    subscribers: Rc<Subscribers>,
    /// Answers that the next fetches get instead of the true one.
    answers: RefCell<VecDeque<Result<Value, TransportError>>>,
    calls: Cell<usize>,
    fetches: Cell<usize>,
    writes: Cell<usize>,
    actors: RefCell<BTreeMap<TopicName, Actor>>,
    actions: Cell<usize>,
    attendance: RefCell<BTreeMap<TopicName, Attendance>>,
    presented: Cell<usize>,
    families: RefCell<BTreeMap<TopicName, Kin>>,
    tells_patches: Cell<bool>,
    parts: RefCell<Parts>,
    rewrites: RefCell<BTreeMap<TopicName, Rewrite>>,
    #[cfg(feature = "untyped")]
    shapes: RefCell<BTreeMap<TopicName, crate::untyped::Shape>>,
}

/// A state as JSON, or why it is none.
type State = Result<String, Invalid>;

impl Memory {
    /// A backend without topics.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers the topic `T` at revision 1 of epoch 0, or sets it back to that.
    pub fn with_topic<T: Topic>(self, initial: &T) -> Self {
        let version = Version::new(Epoch::default(), Revision::FIRST);
        self.inner
            .topics
            .borrow_mut()
            .insert(TopicName::of::<T>(), (version, Some(state(initial))));
        self.inner.rewrites.borrow_mut().insert(TopicName::of::<T>(), rewritten::<T>);
        self
    }

    /// Sets the state of the topic `T` as the backend itself would, and announces it. Returns the
    /// new version; that of the state as it is, if it is no other one. A state that cannot be JSON,
    /// which the real backend would not take, is refused to whoever fetches it.
    pub fn set<T: Topic>(&self, state: &T) -> Version {
        let topic = TopicName::of::<T>();
        let (base, before) = (self.version(&topic), self.stored(&topic).ok());
        let version = self.set_silently(state);
        if version != base {
            let before = before.map(|stored| stored.json);
            self.tell_change(&topic, (base, before), (version, state));
        }
        version
    }

    /// As [`Memory::set`], but the announcement is lost.
    pub fn set_silently<T: Topic>(&self, state: &T) -> Version {
        self.write(&TopicName::of::<T>(), self::state(state))
    }

    /// Ends every subscription, and tells nobody: so it is for a page that the browser has put aside.
    pub fn end_subscriptions_silently(&self) {
        self.inner.subscribers.clear();
    }

    /// Removes the topic `T` and ends its subscriptions. [`Memory::restart`] registers it again.
    pub fn remove<T: Topic>(&self) {
        self.end_topic(TopicName::of::<T>());
    }

    fn end_topic(&self, topic: TopicName) {
        if let Some((_, state)) = self.inner.topics.borrow_mut().get_mut(&topic) {
            *state = None;
        }
        self.end_parts_of(&topic);
        self.inner.subscribers.end(&Feed::Topic(topic));
    }

    /// Forgets the topic `T`, as a backend does that restarts without a file: back to revision 1
    /// with this state, in a new epoch. Announces it and returns the version.
    pub fn restart<T: Topic>(&self, initial: &T) -> Version {
        let topic = TopicName::of::<T>();
        let version = self.begin_anew(&topic, state(initial));
        self.announce_version::<T>(version);
        version
    }

    /// The topic is this, in a new epoch.
    fn begin_anew(&self, topic: &TopicName, state: State) -> Version {
        let epoch = self.version(topic).epoch.number();
        let version = Version::new(Epoch::new(epoch.saturating_add(1)), Revision::FIRST);
        self.forget_actions(topic);
        self.forget_attendance(topic);
        self.inner.topics.borrow_mut().insert(topic.clone(), (version, Some(state)));
        version
    }

    /// Announces `version` of the topic `T`, true or not.
    pub fn announce_version<T: Topic>(&self, version: Version) {
        let topic = TopicName::of::<T>();
        self.tell(&topic, &json(&Invalidation::new(topic.clone(), version)));
    }

    /// Sends `message` as it is, well-formed or not, to the subscribers of `topic`.
    pub fn announce(&self, message: &Value, topic: &TopicName) {
        self.tell(topic, &json(message));
    }

    fn tell(&self, topic: &TopicName, message: &str) {
        self.inner.subscribers.tell(&Feed::Topic(topic.clone()), message, message);
        self.tell_parts_of(topic);
    }

    /// Has whoever listens hear that there is a new version of the topic, and of its family.
    fn tell_version(&self, topic: &TopicName, version: Version) {
        self.tell(topic, &json(&Invalidation::new(topic.clone(), version)));
        self.tell_family_of(topic);
    }

    /// Answers one fetch to come with this message, or error, instead of the truth. Until then, no state
    /// comes with a subscription.
    pub fn answer_next_fetch(&self, answer: Result<Value, TransportError>) {
        self.inner.answers.borrow_mut().push_back(answer);
    }

    /// The state of the topic `T` as JSON, if it is registered.
    pub fn state<T: Topic>(&self) -> Option<Value> {
        let topics = self.inner.topics.borrow();
        let state = topics.get(&TopicName::of::<T>())?.1.as_ref()?.as_ref();
        state.ok().and_then(|json| serde_json::from_str(json).ok())
    }

    /// How many subscriptions stand.
    pub fn subscriptions(&self) -> usize {
        self.inner.subscribers.len()
    }

    /// How many messages windows have sent.
    pub fn calls(&self) -> usize {
        self.inner.calls.get()
    }

    /// How often the state was asked for: by a fetch, or together with a subscription.
    pub fn fetches(&self) -> usize {
        self.inner.fetches.get()
    }

    /// How many writes were made, refused ones among them.
    pub fn writes(&self) -> usize {
        self.inner.writes.get()
    }

    fn version(&self, topic: &TopicName) -> Version {
        self.inner.topics.borrow().get(topic).map(|(version, _)| *version).unwrap_or_default()
    }

    fn write(&self, topic: &TopicName, state: State) -> Version {
        let version = self.version(topic);
        let is_same = match self.inner.topics.borrow().get(topic) {
            Some((_, Some(current))) => *current == state,
            _ => false,
        };
        if is_same {
            return version;
        }
        // A counter at its end stays there; the real backend refuses the write instead.
        let version = version.next().unwrap_or(version);
        self.inner.topics.borrow_mut().insert(topic.clone(), (version, Some(state)));
        self.record(topic);
        version
    }

    fn stored(&self, topic: &TopicName) -> Result<Kept, TransportError> {
        if topic.as_part().is_some() {
            return self.stored_part(topic);
        }
        let topics = self.inner.topics.borrow();
        match topics.get(topic) {
            Some((version, Some(Ok(json)))) => Ok(Kept { version: *version, json: json.clone() }),
            Some((_, Some(Err(invalid)))) => Err(backend::invalid(invalid.clone())),
            Some((_, None)) | None => {
                let known = topics.iter().filter(|(_, (_, state))| state.is_some());
                Err(backend::unknown(topic.as_str(), known.map(|(name, _)| name)))
            }
        }
    }

    /// Keeps this of a topic that is there; whether it is another state.
    fn keep(&self, topic: &TopicName, Kept { version, json }: Kept) -> bool {
        let is_new = self.version(topic) != version;
        if is_new {
            self.inner.topics.borrow_mut().insert(topic.clone(), (version, Some(Ok(json))));
            self.record(topic);
        }
        is_new
    }

    fn snapshot<T: Topic>(&self, topic: &TopicName) -> Result<Snapshot<T>, TransportError> {
        self.stored(topic)?.snapshot()
    }

    fn count_call(&self) {
        self.inner.calls.set(self.inner.calls.get() + 1);
    }

    /// What a window is told that asks for the state.
    fn answer_fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> Result<Fetched<T>, TransportError> {
        self.inner.fetches.set(self.inner.fetches.get() + 1);
        let planned = self.inner.answers.borrow_mut().pop_front();
        let answer = match planned {
            Some(answer) => read(&json(&answer?)).map_err(TransportError::Malformed)?,
            None => self.stored(topic)?.unless_known(known)?,
        };
        fetched(answer, known)
    }

    /// As [`Memory::answer_fetch`], of a family.
    fn fetch_now<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> Result<FetchedFamily<T>, TransportError> {
        self.inner.fetches.set(self.inner.fetches.get() + 1);
        let planned = self.inner.answers.borrow_mut().pop_front();
        let answer = match planned {
            Some(answer) => json(&answer?),
            None => self.family_json(family, known)?,
        };
        fetched_family(read(&answer).map_err(TransportError::Malformed)?, known)
    }

    fn add<T: Topic>(
        &self,
        topic: TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> Result<Subscription, TransportError> {
        if topic.as_part().is_some() {
            self.begin_part(&topic)?
        } else {
            drop(self.stored(&topic)?)
        }
        let acts = T::ACTIONS.is_some();
        Ok(self.inner.subscribers.add(Feed::Topic(topic), acts, move |message| {
            news(message.and_then(read::hear).map(read::of_topic));
        }))
    }

    fn change<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Option<Fingerprint>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        self.inner.writes.set(self.inner.writes.get() + 1);
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move {
            if topic.as_part().is_some() {
                return backend.change_part(&topic, &change, ahead);
            }
            let stored = backend.stored(&topic)?;
            let before = (stored.version, Some(stored.json.clone()));
            let kept = stored.changed(&topic, &change, ahead)?;
            let written = kept.written(change.new);
            if backend.keep(&topic, kept) {
                backend.tell_change(&topic, before, (written.version(), &*written.data));
                backend.tell_family_of(&topic);
            }
            Ok(written)
        }
    }
}

impl Transport for Memory {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move { backend.add(topic, news) }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move {
            let subscription = backend.add(topic.clone(), news)?;
            let is_planned = !backend.inner.answers.borrow().is_empty();
            let fetched = if is_planned { None } else { backend.answer_fetch(&topic, known).ok() };
            Ok(Followed { subscription, fetched })
        }
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Subscription, T>, TransportError>> + 'static
    {
        self.count_call();
        let (backend, family) = (self.clone(), family.clone());
        async move {
            backend.check_family(&family)?;
            let feed = Feed::Family(family.clone());
            let subscription = backend.inner.subscribers.add(feed, false, move |message| {
                news(message.and_then(read::hear).map(read::of_family));
            });
            let is_planned = !backend.inner.answers.borrow().is_empty();
            let fetched = if is_planned { None } else { backend.fetch_now(&family, known).ok() };
            Ok((subscription, fetched))
        }
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        self.count_call();
        let (backend, family) = (self.clone(), family.clone());
        async move { backend.fetch_now(&family, known) }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move { backend.answer_fetch(&topic, known) }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        self.change(topic, change, None)
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        self.change(topic, change, Some(ahead))
    }

    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move {
            initial.validate().map_err(backend::invalid)?;
            let state = backend::state(&*initial).map_err(backend::invalid)?;
            let version = backend.create_member(&topic, state)?;
            backend.tell_version(&topic, version);
            Ok(version)
        }
    }

    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move { backend.end_member(topic) }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move { backend.do_actions(&topic, &batch) }
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        self.count_call();
        let (backend, topic) = (self.clone(), topic.clone());
        async move { backend.take_entry(&topic, entry) }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self { inner: Rc::default(), window: "main".into() }
    }
}
