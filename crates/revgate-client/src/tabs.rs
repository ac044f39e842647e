//! Plain browser tabs that share state among themselves: no Tauri, no backend.
//!
//! The same frontend that is a window of a Tauri app runs in tabs: each is a backend to itself, and all
//! work on what the browser keeps for the site. A change is made in one transaction of IndexedDB, on the
//! newest state or not at all, and is then announced over a `BroadcastChannel`. It is checked and
//! refused, and rebased, as the plugin does it, and survives the tabs.
//!
//! What a Tauri app's Rust side does by itself, nobody does here; so there are no families, whose topics
//! that creates.

mod air;
mod life;
mod locks;
mod site;
mod store;
mod topics;
#[cfg(feature = "untyped")]
mod untyped;

use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{Acted, Fetched, Presented};
use revgate::{Action, Presence, Snapshot, Topic, TopicName, Version};

pub use crate::backend::Subscription;

use self::life::Life;
use self::site::Site;
use self::topics::Topics;
use crate::backend::{Feed, Take};
use crate::read;
use crate::{
    Announcement, Batch, Change, Entry, Followed, Interruption, Json, Transport, TransportError,
    WriteError,
};

/// The way of a tab to all tabs of its site, this one among them. Clones are the same tab.
///
/// ```no_run,standalone_crate
/// use revgate::{Topic, TopicName};
/// use revgate_client::tabs::Tabs;
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Player { volume: u8 }
///
/// impl Topic for Player {
///     const NAME: &'static str = "player";
/// }
///
/// let tabs = Tabs::builder("my-app").topic(Player::default()).build();
/// ```
///
/// # What is kept
///
/// Each topic is one text in the database `revgate:NAME`: how new it is, and its state. One that was
/// never set is what the builder was given. One that this page's type cannot read, for its fields are
/// others now, is set aside under `TOPIC (set aside EPOCH)`, of the epoch in which it begins anew, with a
/// warning. Where the person clears it, all tabs begin anew, in a new epoch.
///
/// A browser that keeps nothing for the page, or has no room left, is an error that says so; the change
/// was not made. So it is for a tab that is killed: what it had not been told is made, is not.
///
/// # Who is there
///
/// A tab's label is a random one for each page. What it tells of itself ends with the page: it holds a
/// Web Lock, and the others notice when that is free. Those exist in secure contexts alone, https or
/// localhost; elsewhere what a tab has told of itself stays until another tab tells so.
#[derive(Clone)]
pub struct Tabs {
    site: Rc<Site>,
    _life: Rc<Life>,
}

/// What tabs share, as it is put together.
#[derive(Default)]
#[must_use = "tabs are opened by `build`"]
pub struct Builder {
    name: String,
    topics: Topics,
}

impl Tabs {
    /// Of an app of this name: those of one site that share a name share their topics.
    pub fn builder(name: impl Into<String>) -> Builder {
        Builder { name: name.into(), topics: Topics::default() }
    }

    /// The label of this tab, the key of what it tells of itself: see [`Present`](revgate::Present).
    pub fn label(&self) -> &str {
        self.site.label()
    }

    fn follow_now<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> Result<Subscription, TransportError> {
        self.site.topics().check(topic)?;
        let feed = Feed::Topic(topic.clone());
        Ok(self.site.subscribers().add(feed, false, move |message| {
            news(message.and_then(read::hear).map(read::of_topic));
        }))
    }

    fn change<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Option<Fingerprint>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (site, topic) = (Rc::clone(&self.site), topic.clone());
        async move {
            let (name, new) = (topic.clone(), Arc::clone(&change.new));
            let written = site.change(&topic, move |kept| {
                let kept = kept.changed(&name, &change, ahead)?;
                let written = kept.written(new);
                Ok((kept, written))
            });
            written.await
        }
    }
}

impl Builder {
    /// The topic `T`, which is this until somebody changes it.
    pub fn topic<T: Topic>(mut self, initial: T) -> Self {
        self.topics.add(&initial);
        self
    }

    /// Lets tabs do the actions `A` to their topic.
    pub fn actions<A: Action>(mut self) -> Self {
        self.topics.add_actions::<A>();
        self
    }

    /// Lets tabs tell of themselves: see [`Presence`].
    pub fn presence<P: Presence>(mut self) -> Self {
        self.topics.add_presence::<P>();
        self
    }

    /// Joins the tabs that are there.
    pub fn build(self) -> Tabs {
        let site = Site::new(self.name, self.topics);
        Tabs { _life: Life::begin(&site), site }
    }
}

impl Transport for Tabs {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let (tabs, topic) = (self.clone(), topic.clone());
        async move { tabs.follow_now(&topic, news) }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let (tabs, topic) = (self.clone(), topic.clone());
        async move {
            let subscription = tabs.follow_now(&topic, news)?;
            let kept = tabs.site.adopt(&topic).await?;
            Ok(Followed { subscription, fetched: kept.unless_known(known).ok() })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let (site, topic) = (Rc::clone(&self.site), topic.clone());
        async move { site.read(&topic).await?.unless_known(known) }
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

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let (site, topic) = (Rc::clone(&self.site), topic.clone());
        async move { site.act(&topic, batch).await }
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        let (site, topic) = (Rc::clone(&self.site), topic.clone());
        async move {
            match site.topics().take(&topic, site.label(), entry)? {
                Take::Answer(answer) => Ok(answer),
                Take::Entry(entry) => site.set_entry(&topic, entry).await.map(Presented::Told),
            }
        }
    }
}
