//! A way to the backend that answers writes as a test says.

use std::cell::RefCell;
use std::rc::Rc;

use revgate::wire::{Fetched, Refusal};
use revgate::{Topic, TopicName, Version};
use revgate_client::memory::{self, Memory};
use revgate_client::{Announcement, Change, Interruption, Transport, TransportError, WriteError};
use serde_json::Value;

type Judge = dyn Fn(&Value) -> Option<TransportError>;

/// The backend in the process, and what it thinks of the states that windows write.
#[derive(Clone)]
pub(crate) struct Strict {
    backend: Memory,
    judge: Rc<Judge>,
    /// All states that were written, refused ones among them.
    pub(crate) written: Rc<RefCell<Vec<Value>>>,
}

impl Strict {
    /// `judge` is asked what is wrong with a state.
    pub(crate) fn new(
        backend: &Memory,
        judge: impl Fn(&Value) -> Option<TransportError> + 'static,
    ) -> Self {
        Self { backend: backend.clone(), judge: Rc::new(judge), written: Rc::default() }
    }
}

/// What a backend says to a state that it does not want.
pub(crate) fn invalid(reason: &str) -> TransportError {
    TransportError::Refused(Refusal::Invalid(revgate::Invalid::new("rows", reason)))
}

impl Transport for Strict {
    type Subscription = memory::Subscription;

    fn subscribe<T: Topic>(
        &self,
        topic: &TopicName,
        news: impl Fn(Result<Announcement<T>, Interruption>) + 'static,
    ) -> impl Future<Output = Result<memory::Subscription, TransportError>> + 'static {
        self.backend.subscribe(topic, news)
    }

    fn fetch<T: Topic>(
        &self,
        topic: &TopicName,
        known: Option<Version>,
    ) -> impl Future<Output = Result<Fetched<T>, TransportError>> + 'static {
        self.backend.fetch(topic, known)
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<revgate::Snapshot<T>, WriteError<T>>> + 'static {
        let state = serde_json::to_value(&change.new).expect("it was asked for that");
        let verdict = (self.judge)(&state);
        self.written.borrow_mut().push(state);
        let write = self.backend.write(topic, change);
        async move {
            match verdict {
                Some(error) => Err(error.into()),
                None => write.await,
            }
        }
    }
}
