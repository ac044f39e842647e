//! What a caller waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use revgate::{TopicName, Version};

use crate::SyncError;

pub(crate) type Outcome = Result<Version, SyncError>;

/// A start, write or refresh under way. Ready when it has ended; dropping it changes nothing.
pub struct Pending {
    topic: TopicName,
    answer: oneshot::Receiver<Outcome>,
}

/// Who gives the answer, once.
pub(crate) type Answer = oneshot::Sender<Outcome>;

impl Pending {
    pub(crate) fn new(topic: &TopicName) -> (Answer, Self) {
        let (done, answer) = oneshot::channel();
        (done, Self { topic: topic.clone(), answer })
    }

    /// What has failed at once.
    pub(crate) fn failed(error: SyncError) -> Self {
        let (done, pending) = Self::new(&error.topic);
        // The other end is in hand.
        let _ = done.send(Err(error));
        pending
    }

    /// What is asked of a replica of `topic` that is no more: it ends at once, with an error.
    pub fn gone(topic: TopicName) -> Self {
        // Nobody holds the other end.
        Self { topic, answer: oneshot::channel().1 }
    }
}

impl Future for Pending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            answer.unwrap_or_else(|oneshot::Canceled| Err(SyncError::gone(self.topic.clone())))
        })
    }
}
