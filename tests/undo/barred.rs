//! A way to the backend on which somebody decides of each message that changes something.

use std::ops::ControlFlow;

use revgate::Snapshot;
use revgate::wire::Acted;
use revgate_client::testing::Layer;
use revgate_client::{Batch, Change, Json, TransportError, WriteError};

use super::*;

/// All else goes its way.
#[derive(Clone)]
pub(super) struct Barred {
    network: Network,
    write: Rc<dyn Fn() -> Result<(), TransportError>>,
    act: Rc<dyn Fn(Batch) -> Passage>,
}

/// The actions that go on to the backend, or how they are answered on their way.
pub(super) type Passage = ControlFlow<Result<Acted<Json>, TransportError>, Batch>;

impl Barred {
    /// Edits pass unless `write` fails, and actions as `act` says.
    pub(super) fn new(
        network: Network,
        write: impl Fn() -> Result<(), TransportError> + 'static,
        act: impl Fn(Batch) -> Passage + 'static,
    ) -> Self {
        Self { network, write: Rc::new(write), act: Rc::new(act) }
    }
}

impl Layer for Barred {
    type Inner = Network;

    fn inner(&self) -> &Network {
        &self.network
    }

    fn write<T: Topic>(
        &self,
        topic: &TopicName,
        change: Change<T>,
    ) -> impl Future<Output = Result<Snapshot<Arc<T>>, WriteError<T>>> + 'static {
        let write = (self.write)().map(|()| self.network.write(topic, change));
        async move { write?.await }
    }

    fn act(
        &self,
        topic: &TopicName,
        batch: Batch,
    ) -> impl Future<Output = Result<Acted<Json>, TransportError>> + 'static {
        let act = (self.act)(batch).map_continue(|batch| self.network.act(topic, batch));
        async move {
            match act {
                ControlFlow::Continue(act) => act.await,
                ControlFlow::Break(answer) => answer,
            }
        }
    }
}
