//! How each call travels.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::json::Fingerprint;
use revgate::wire::{Acted, FamilyAnnouncement, Fetched, FetchedFamily, Presented};
use revgate::{Snapshot, Topic, TopicName, Version};

use super::super::log::Event;
use super::{Network, Subscription};
use crate::{
    Announcement, Batch, Change, Entry as Said, Followed, FollowedFamily, Host, Interruption, Json,
    Transport, TransportError, WriteError,
};

impl Transport for Network {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let follow = self.follow(topic, None, news);
        async move { Ok(follow.await?.subscription) }
    }

    fn follow<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Followed<Subscription, T>, TransportError>> + 'static {
        let (network, topic, news) = (self.clone(), topic.clone(), Rc::new(news));
        async move {
            network.carry().await?;
            let is_alive = Rc::new(Cell::new(true));
            let (way_back, alive) = (network.clone(), Rc::clone(&is_alive));
            let deliver = move |message| way_back.deliver(&message, &news, &alive);
            let followed = if network.shared.brings.get() {
                network.backend.follow(&topic, known, deliver).await?
            } else {
                let subscription = network.backend.subscribe(&topic, deliver).await?;
                Followed { subscription, fetched: None }
            };
            let subscription = Subscription { is_alive, _inner: followed.subscription };
            network.carry().await?;
            network.note(Event::Subscribed);
            Ok(Followed { subscription, fetched: followed.fetched })
        }
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        let fetch = network.log.next_fetch();
        network.note(Event::FetchBegun(fetch));
        async move {
            let call = async {
                network.carry().await?;
                let answer = network.backend.fetch(&topic, known).await;
                network.note(Event::FetchRead(fetch));
                network.carry().await?;
                answer
            };
            let answer: Result<Fetched<T>, _> = call.await;
            let version = answer.as_ref().ok().map(Fetched::version);
            network.note(Event::FetchEnded(fetch, version));
            answer
        }
    }

    fn follow_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
        news: impl Fn(Result<FamilyAnnouncement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<FollowedFamily<Subscription, T>, TransportError>> + 'static
    {
        let (network, family, news) = (self.clone(), family.clone(), Rc::new(news));
        async move {
            network.carry().await?;
            let is_alive = Rc::new(Cell::new(true));
            let (way_back, alive) = (network.clone(), Rc::clone(&is_alive));
            let deliver = move |message| way_back.deliver(&message, &news, &alive);
            let (inner, fetched) =
                network.backend.follow_family::<T>(&family, known, deliver).await?;
            let subscription = Subscription { is_alive, _inner: inner };
            network.carry().await?;
            network.note(Event::Subscribed);
            Ok((subscription, fetched.filter(|_| network.shared.brings.get())))
        }
    }

    fn fetch_family<T: Topic>(
        &self,
        family: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<FetchedFamily<T>, TransportError>> + 'static {
        let (network, family) = (self.clone(), family.clone());
        async move {
            network.carry().await?;
            let answer = network.backend.fetch_family(&family, known).await;
            network.carry().await?;
            answer
        }
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (network, topic, begun) = (self.clone(), topic.clone(), self.shared.time.now());
        network.note(Event::WriteBegun(change.base));
        async move {
            let call = async {
                network.carry().await?;
                let answer = network.backend.write(&topic, change).await;
                (network.witness)(None);
                network.carry().await?;
                answer
            };
            let answer = call.await;
            let version = match &answer {
                Ok(made) => Some(made.version()),
                Err(WriteError::Conflict(newest)) => Some(newest.version()),
                Err(_) => None,
            };
            network.note(Event::WriteEnded { begun, version });
            answer
        }
    }

    fn create<T: Topic>(
        &self,
        topic: &TopicName,
        initial: Arc<T>,
    ) -> impl Future<Output = Result<Version, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.carry().await?;
            let answer = network.backend.create(&topic, initial).await;
            network.carry().await?;
            answer
        }
    }

    fn remove(
        &self,
        topic: &TopicName,
    ) -> impl Future<Output = Result<bool, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.carry().await?;
            let answer = Transport::remove(&network.backend, &topic).await;
            network.carry().await?;
            answer
        }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        // What is repeated on its way arrives at a time of its own, and is answered to nobody.
        if self.happens(|faults| faults.duplication) {
            self.count(|harm| harm.repeated += 1);
            let (network, topic, batch) = (network.clone(), topic.clone(), batch.clone());
            self.shared.time.spawn(async move {
                network.travel().await;
                drop(network.backend.act(&topic, batch.clone()).await);
                (network.witness)(Some(&batch));
            });
        }
        async move {
            network.carry().await?;
            let answer = network.backend.act(&topic, batch.clone()).await;
            (network.witness)(Some(&batch));
            network.carry().await.inspect_err(|_| network.count(|harm| harm.unheard += 1))?;
            answer
        }
    }

    fn present(
        &self,
        topic: &TopicName,
        entry: Said,
    ) -> impl Future<Output = Result<Presented, TransportError>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        if self.happens(|faults| faults.duplication) {
            self.count(|harm| harm.repeated += 1);
            let (network, topic, entry) = (network.clone(), topic.clone(), entry.clone());
            self.shared.time.spawn(async move {
                network.travel().await;
                drop(network.backend.present(&topic, entry).await);
            });
        }
        async move {
            network.carry().await?;
            let answer = network.backend.present(&topic, entry).await;
            network.carry().await?;
            answer
        }
    }

    fn write_behind<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
        ahead: Fingerprint,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let (network, topic) = (self.clone(), topic.clone());
        async move {
            network.carry().await?;
            let answer = network.backend.write_behind(&topic, change, ahead).await;
            (network.witness)(None);
            network.carry().await?;
            answer
        }
    }
}
