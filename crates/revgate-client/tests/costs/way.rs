//! The way to the backend, which tells what is done there from what windows do.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use revgate::wire::{Acted, Fetched};
use revgate::{Snapshot, Topic, TopicName, Version};
use revgate_client::host::VirtualTime;
use revgate_client::memory::{Memory, Subscription};
use revgate_client::{
    Announcement, Batch, Change, Host, Interruption, Json, Transport, TransportError, WriteError,
};

use super::big::as_side;

#[derive(Clone)]
pub(crate) struct Way {
    backend: Memory,
    time: VirtualTime,
    /// How long news take. Answers take no time.
    news: Duration,
}

impl Way {
    pub(crate) fn new(backend: Memory, time: VirtualTime, news: Duration) -> Self {
        Self { backend, time, news }
    }
}

/// What the backend answers, at once.
async fn there<A>(answer: impl Future<Output = A>) -> A {
    let mut answer = Box::pin(answer);
    std::future::poll_fn(|context| as_side(true, || answer.as_mut().poll(context))).await
}

impl Transport for Way {
    type Subscription = Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<Subscription, TransportError>> + 'static {
        let (time, delay, news) = (self.time.clone(), self.news, Rc::new(news));
        there(self.backend.subscribe(topic, move |message| {
            let (clock, news) = (time.clone(), Rc::clone(&news));
            time.spawn(async move {
                if !delay.is_zero() {
                    clock.sleep(delay).await;
                }
                as_side(false, || news(message));
            });
        }))
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        there(self.backend.fetch(topic, known))
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        there(self.backend.write(topic, change))
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        there(self.backend.act(topic, batch))
    }
}
