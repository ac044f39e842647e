//! A way to the backend that does something of its own, and hands all else on.

use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented};
use revgate::{Snapshot, Topic, TopicName, Version};

use crate::{
    Announcement, Batch, Change, Entry, Followed, FollowedFamily, Interruption, Json, Transport,
    TransportError, WriteError,
};

/// A [`Transport`] that hands each call on to another, but for those that it says itself: one that
/// refuses every write, say.
///
/// ```
/// use std::sync::Arc;
///
/// use revgate::{Snapshot, Topic, TopicName};
/// use revgate_client::memory::Memory;
/// use revgate_client::testing::Layer;
/// use revgate_client::{Change, TransportError, WriteError};
///
/// #[derive(Clone)]
/// struct ReadOnly(Memory);
///
/// impl Layer for ReadOnly {
///     type Inner = Memory;
///
///     fn inner(&self) -> &Memory {
///         &self.0
///     }
///
///     fn write<T: Topic>(
///         &self,
///         _: &TopicName,
///         _: Change<T>,
///     ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
///         async { Err(TransportError::Rejected("it may only be read".to_owned()).into()) }
///     }
/// }
/// ```
pub trait Layer: Clone + 'static {
    /// What it hands all else on to.
    type Inner: Transport;

    /// What it hands all else on to.
    fn inner(&self) -> &Self::Inner;

    /// As [`Transport::preloaded`].
    fn preloaded<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        self.inner().preloaded(topic)
    }

    /// As [`Transport::subscribe`].
    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<<Self::Inner as Transport>::Subscription, TransportError>> + 'static
    {
        self.inner().subscribe(topic, news)
    }

    /// As [`Transport::follow`].
    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<
        Output = Result<Followed<<Self::Inner as Transport>::Subscription, T>, TransportError>,
    > + 'static {
        self.inner().follow(topic, known, news)
    }

    /// As [`Transport::fetch`].
    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.inner().fetch(topic, known)
    }

    /// As [`Transport::follow_family`].
    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<
        Output = Result<
            FollowedFamily<<Self::Inner as Transport>::Subscription, T>,
            TransportError,
        >,
    > + 'static {
        self.inner().follow_family(family, known, news)
    }

    /// As [`Transport::fetch_family`].
    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        self.inner().fetch_family(family, known)
    }

    /// As [`Transport::write`].
    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        self.inner().write(topic, change)
    }

    /// As [`Transport::write_behind`]: as [`Self::write`] is, unless it is said otherwise.
    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let _ = ahead;
        self.write(topic, change)
    }

    /// As [`Transport::can_write`].
    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        self.inner().can_write(topic)
    }

    /// As [`Transport::create`].
    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        self.inner().create(topic, initial)
    }

    /// As [`Transport::remove`].
    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        self.inner().remove(topic)
    }

    /// As [`Transport::act`].
    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        self.inner().act(topic, batch)
    }

    /// As [`Transport::present`].
    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        self.inner().present(topic, entry)
    }
}

impl<L: Layer> Transport for L {
    type Subscription = <L::Inner as Transport>::Subscription;

    fn preloaded<T: Topic>(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Option<Snapshot<T>>> + 'static {
        Layer::preloaded(self, topic)
    }

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Self::Subscription, TransportError>> + 'static {
        Layer::subscribe(self, topic, news)
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Self::Subscription, T>, TransportError>> + 'static
    {
        Layer::follow(self, topic, known, news)
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        Layer::fetch(self, topic, known)
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Self::Subscription, T>, TransportError>> + 'static
    {
        Layer::follow_family(self, family, known, news)
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        Layer::fetch_family(self, family, known)
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        Layer::write(self, topic, change)
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        Layer::write_behind(self, topic, change, ahead)
    }

    fn can_write(&self, topic: &TopicName) -> impl Future<Output = bool> + 'static {
        Layer::can_write(self, topic)
    }

    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        Layer::create(self, topic, initial)
    }

    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        Layer::remove(self, topic)
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        Layer::act(self, topic, batch)
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Entry,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        Layer::present(self, topic, entry)
    }
}
