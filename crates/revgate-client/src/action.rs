//! Actions as a window asks for them.

use std::fmt::{self, Display};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use revgate::action::Source;
use revgate::wire::Asked;
use revgate::{Action, TopicName, Version};
use serde_json::value::RawValue;

use crate::SyncError;

/// JSON of a type that whoever carries it does not know.
pub type Json = Box<RawValue>;

/// Actions on their way to the backend. **However often a transport delivers them, each is done
/// once.**
#[derive(Clone, Debug)]
pub struct Batch {
    /// The newest version that the window knew when it first sent the oldest of them. **In another
    /// epoch, none is done**; and a backend that remembers some of the sources only tells by the
    /// revision whether it may have done them, see [`Ledger`](revgate::action::Ledger).
    pub known: Version,
    /// Who asks.
    pub source: Source,
    /// Whether the window may want to undo them. Then a backend that does them to another version than
    /// `known` [tells](revgate::wire::Acted::reversals) how each is taken back. What it does not tell
    /// of cannot be undone.
    pub undo: bool,
    /// The actions, in their order.
    pub actions: Vec<Asked<Json>>,
}

/// Why an action was not done, or not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActError<E> {
    /// It has refused itself, here or in the backend.
    #[error("{0}")]
    Refused(E),
    /// Anything else; [`SyncError::fate`] says whether it may have been done.
    #[error(transparent)]
    Failed(SyncError),
}

/// An action under way. Ready when it has ended; dropping it changes nothing.
pub struct Acting<A: Action> {
    topic: TopicName,
    answer: oneshot::Receiver<Ended<A>>,
}

type Ended<A> = Result<Version, ActError<<A as Action>::Error>>;

impl<A: Action> Acting<A> {
    pub(crate) fn new(topic: &TopicName) -> (oneshot::Sender<Ended<A>>, Self) {
        let (done, answer) = oneshot::channel();
        (done, Self { topic: topic.clone(), answer })
    }

    /// One that has failed at once.
    pub(crate) fn failed(error: SyncError) -> Self {
        let (done, acting) = Self::new(&error.topic);
        // The other end is in hand.
        let _ = done.send(Err(ActError::Failed(error)));
        acting
    }

    /// What is asked of a replica of `topic` that is no more: it ends at once, with an error.
    pub fn gone(topic: TopicName) -> Self {
        // Nobody holds the other end.
        Self { topic, answer: oneshot::channel().1 }
    }
}

impl<A: Action> Future for Acting<A> {
    type Output = Ended<A>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            let gone = || ActError::Failed(SyncError::gone(self.topic.clone()));
            answer.unwrap_or_else(|oneshot::Canceled| Err(gone()))
        })
    }
}

/// The error of an action in its own words, out of its JSON; `None` if it cannot be read.
pub(crate) fn explain<A: Action>(error: &str) -> Option<String> {
    serde_json::from_str::<A::Error>(error).ok().map(|error| error.to_string())
}

impl<A: Action> fmt::Debug for Acting<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an action on the topic `{}`", &self.topic as &dyn Display)
    }
}
