//! The way of a member to the backend: news come from the collection, all else goes as ever.

use std::any::Any;
use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{Acted, Fetched, Presented};
use revgate::{Snapshot, Topic, TopicName, Version};

use super::Inner;
use super::rows::Key;
use crate::{
    Announcement, Batch, Change, Entry, Followed, Host, Interruption, Json, Transport,
    TransportError, WriteError,
};

/// The way of one topic to the backend: beside a [`Collection`](super::Collection) that holds its
/// state, without a subscription of its own; else as `X` alone.
///
/// What the collection knows by its version alone, as it is large, is subscribed to by `X`, which
/// brings patches; so is what it does not have.
pub struct Way<T: Topic, X: Transport, H: Host> {
    far: X,
    home: Weak<Inner<T, X, H>>,
    key: Key,
    /// Whether news are enough, and the state is fetched: nobody edits it here.
    is_reading: bool,
    /// The next fetch is answered by the collection: nothing was missed since it has the listener.
    is_near: Rc<Cell<bool>>,
}

/// A subscription by one way, or both; dropping it ends it.
pub struct WaySubscription<S> {
    /// To the collection.
    _near: Option<Listening>,
    /// To the backend.
    _far: Option<S>,
}

/// Ends when it is dropped.
pub(super) struct Listening(Option<Box<dyn FnOnce()>>);

/// Takes what is told of a topic.
pub(super) type Hear<T> = dyn Fn(Result<Announcement<T>, Interruption>);

impl<T: Topic, X: Transport, H: Host> Way<T, X, H> {
    /// The way `far` alone.
    pub fn alone(far: X) -> Self {
        Self::new(far, Weak::new(), Key::from(""), false)
    }

    pub(super) fn new(far: X, home: Weak<Inner<T, X, H>>, key: Key, is_reading: bool) -> Self {
        Self { far, home, key, is_reading, is_near: Rc::default() }
    }

    /// Subscribes, and fetches the state by who knows the version `wanted`, if it is.
    async fn open<U: Topic>(
        self,
        topic: TopicName,
        wanted: Option<Option<Version>>,
        news: impl Fn(Result<Announcement<U>, Interruption>) + 'static,
    ) -> Result<Followed<WaySubscription<X::Subscription>, U>, TransportError> {
        let hear: Rc<Hear<U>> = Rc::new(news);
        // What it does not have yet it may have soon.
        let started = self.home.upgrade().map(|home| home.driver.started());
        if let Some(started) = started {
            drop(started.await);
        }
        // Also beside a subscription of its own: it is never behind what the collection shows.
        let home = self.home.upgrade();
        let near = home.as_ref().and_then(|home| {
            let hear = same::<Rc<Hear<U>>, Rc<Hear<T>>>(Rc::clone(&hear))?;
            home.listen(&self.key, hear)
        });
        let is_near = near.is_some()
            && home.as_ref().is_some_and(|home| home.is_told_of(&self.key, self.is_reading));
        drop(home);
        if is_near {
            let snapshot = wanted.and_then(|known| Some(self.snapshot()?.unless_known(known)));
            self.is_near.set(snapshot.is_none());
            let subscription = WaySubscription { _near: near, _far: None };
            return Ok(Followed { subscription, fetched: snapshot });
        }
        self.is_near.set(false);
        let hear = move |news| hear(news);
        let (far, fetched) = match wanted {
            Some(known) => {
                let Followed { subscription, fetched } =
                    self.far.follow::<U>(&topic, known, hear).await?;
                (subscription, fetched.map(|fetched| self.newest(fetched, known)))
            }
            None => (self.far.subscribe::<U>(&topic, hear).await?, None),
        };
        let subscription = WaySubscription { _near: near, _far: Some(far) };
        Ok(Followed { subscription, fetched })
    }

    /// What was fetched, or what the collection has, if that is newer: the answer may have been on its
    /// way for long.
    fn newest<U: Topic>(&self, fetched: Fetched<U>, known: Option<Version>) -> Fetched<U> {
        match self.snapshot::<U>().filter(|snapshot| snapshot.version() > fetched.version()) {
            Some(newer) => newer.unless_known(known),
            None => fetched,
        }
    }

    /// The state that the collection has.
    fn snapshot<U: Topic>(&self) -> Option<Snapshot<U>> {
        same(self.home.upgrade()?.snapshot(&self.key)?)
    }
}

impl Listening {
    pub(super) fn new(end: impl FnOnce() + 'static) -> Self {
        Self(Some(Box::new(end)))
    }
}

impl<T: Topic, X: Transport, H: Host> Transport for Way<T, X, H> {
    type Subscription = WaySubscription<X::Subscription>;

    /// What the collection has: an edit is made on it, and shown, as soon as it is asked for.
    fn preloaded<U: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<U>>> + 'static {
        let near = self.snapshot::<U>();
        let far = near.is_none().then(|| self.far.preloaded::<U>(topic));
        async move {
            match far {
                Some(far) => far.await,
                None => near,
            }
        }
    }

    fn subscribe<U: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<U>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static {
        let (way, topic) = (self.clone(), topic.clone());
        async move { Ok(way.open(topic, None, news).await?.subscription) }
    }

    fn follow<U: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<U>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Self::Subscription, U>, TransportError>> + 'static
    {
        self.clone().open(topic.clone(), Some(known), news)
    }

    fn fetch<U: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<U>, TransportError>> + 'static {
        let (way, topic) = (self.clone(), topic.clone());
        async move {
            if way.is_near.take()
                && let Some(snapshot) = way.snapshot::<U>()
            {
                return Ok(snapshot.unless_known(known));
            }
            Ok(way.newest(way.far.fetch::<U>(&topic, known).await?, known))
        }
    }

    fn write<U: Topic>(
        &self,
        topic: &TopicName,
        change: Change<U>,
    ) -> impl Future<Output = Result<Snapshot<Arc<U>>, WriteError<U>>> + 'static {
        self.far.write(topic, change)
    }

    fn write_behind<U: Topic>(
        &self,
        topic: &TopicName,
        change: Change<U>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<U>>, WriteError<U>>> + 'static {
        self.far.write_behind(topic, change, ahead)
    }

    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        self.far.can_write(topic)
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        self.far.act(topic, batch)
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        self.far.present(topic, entry)
    }
}

impl<T: Topic, X: Transport, H: Host> Clone for Way<T, X, H> {
    fn clone(&self) -> Self {
        let Self { far, home, key, is_reading, is_near } = self;
        Self {
            far: far.clone(),
            home: Weak::clone(home),
            key: Key::clone(key),
            is_reading: *is_reading,
            is_near: Rc::clone(is_near),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|end| end());
    }
}

/// The same value, if the types are one and the same: a replica asks for the states of its own type
/// alone, which the compiler cannot know.
fn same<A: 'static, B: 'static>(value: A) -> Option<B> {
    let mut value = Some(value);
    (&mut value as &mut dyn Any).downcast_mut::<Option<B>>().and_then(Option::take)
}
