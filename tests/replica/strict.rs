//! A way to the backend that answers writes as a test says.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use revgate::wire::Refusal;
use revgate::{Topic, TopicName};
use revgate_client::memory::Memory;
use revgate_client::testing::Layer;
use revgate_client::{Change, Transport, TransportError, WriteError};
use serde_json::Value;

type Judge = dyn Fn(&Value) -> Option<TransportError>;

/// How a write that was made is answered.
#[derive(Clone)]
pub(crate) enum Made {
    Told,
    /// It is not on the disk, for this reason.
    NotDurable(&'static str),
    /// The same, by a transport that cannot say what was made.
    Refused(Refusal<()>),
}

/// The backend in the process, and what it thinks of the states that windows write.
#[derive(Clone)]
pub(crate) struct Strict {
    backend: Memory,
    judge: Rc<Judge>,
    made: Made,
    /// All states that were written, refused ones among them.
    pub(crate) written: Rc<RefCell<Vec<Value>>>,
}

impl Strict {
    /// `judge` is asked what is wrong with a state.
    pub(crate) fn new(
        backend: &Memory,
        judge: impl Fn(&Value) -> Option<TransportError> + 'static,
    ) -> Self {
        let (backend, judge) = (backend.clone(), Rc::new(judge));
        Self { backend, judge, made: Made::Told, written: Rc::default() }
    }

    /// Wants every state, and answers so once it is made.
    pub(crate) fn answering(backend: &Memory, made: Made) -> Self {
        Self { made, ..Self::new(backend, |_| None) }
    }
}

/// What a backend says to a state that it does not want.
pub(crate) fn invalid(reason: &str) -> TransportError {
    TransportError::Refused(Refusal::Invalid(revgate::Invalid::new("rows", reason)))
}

impl Layer for Strict {
    type Inner = Memory;

    fn inner(&self) -> &Memory {
        &self.backend
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<revgate::Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let state = serde_json::to_value(&*change.new).expect("it was asked for that");
        let verdict = (self.judge)(&state);
        self.written.borrow_mut().push(state);
        let (write, answer) = (self.backend.write(topic, change), self.made.clone());
        async move {
            if let Some(error) = verdict {
                return Err(error.into());
            }
            let made = write.await?;
            match answer {
                Made::Told => Ok(made),
                Made::NotDurable(reason) => {
                    Err(WriteError::NotDurable { made, reason: reason.to_owned() })
                }
                Made::Refused(refusal) => Err(TransportError::Refused(refusal).into()),
            }
        }
    }
}
