//! A topic that lives in memory: its state, and what its subscribers hear of it.

use std::sync::Arc;
use std::time::Duration;

use revgate::{Topic, TopicName};

use crate::outbox::Outbox;
use crate::sender::{Emit, Outgoing};
use crate::store::Store;

/// The state of a topic and its subscribers. **Whoever writes the store then says so with
/// [`Live::tell`].**
pub(crate) struct Live<T> {
    pub(crate) name: TopicName,
    pub(crate) store: Store<T>,
    pub(crate) outbox: Outbox<T>,
}

impl<T: Topic> Live<T> {
    /// Every window is to hear of the newest state.
    pub(crate) fn tell(self: &Arc<Self>) {
        self.outbox.mark(|| Arc::<Self>::clone(self));
    }
}

impl<T: Topic> Outgoing for Live<T> {
    fn due(&self, now: Duration) -> Duration {
        self.outbox.due(now)
    }

    fn announce(&self, now: Duration, emit: &Emit) {
        self.outbox.announce(now, &self.name, || self.store.published(), emit);
    }
}
