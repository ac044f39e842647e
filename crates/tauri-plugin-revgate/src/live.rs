//! A topic that lives in memory: its state, and what its subscribers hear of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use revgate::{Topic, TopicName};

use crate::collection::Kinship;
use crate::error::UpdateError;
use crate::outbox::Outbox;
use crate::sender::{By, Next, Outgoing, Outlets};
use crate::store::{Base, Edit, Made, Store, WriteError, Written};

/// The state of a topic and its subscribers.
pub(crate) struct Live<T> {
    pub(crate) name: TopicName,
    pub(crate) store: Store<T>,
    pub(crate) outbox: Outbox,
    /// Set before anybody can write, if it is one of a family.
    pub(crate) kinship: OnceLock<Kinship>,
}

impl<T: Topic> Live<T> {
    /// Publishes what `draft` makes of the newest state, as [`Store::write`] does, and has every
    /// window hear of it.
    pub(crate) fn write(
        self: &Arc<Self>,
        base: Option<Base>,
        source: Option<&str>,
        draft: impl FnOnce(&T) -> Result<T, UpdateError>,
    ) -> Result<Written<T>, WriteError<T>> {
        let written = self.store.write(&self.name, base, source, draft)?;
        self.tell(&written);
        Ok(written)
    }

    /// As [`Live::write`], of what `change` makes of a copy: see [`Store::change_copy`].
    pub(crate) fn change_copy(
        self: &Arc<Self>,
        change: impl FnOnce(&mut T),
    ) -> Result<Written<T>, WriteError<T>> {
        let written = self.store.change_copy(&self.name, change)?;
        self.tell(&written);
        Ok(written)
    }

    /// As [`Live::write`], of what `make` makes, if anything: see [`Store::try_write`].
    pub(crate) fn try_write(
        self: &Arc<Self>,
        base: Option<Base>,
        source: Option<&str>,
        make: impl FnOnce(&mut Edit<'_, T>) -> Result<Option<Made<T>>, UpdateError>,
    ) -> Result<Option<Written<T>>, WriteError<T>> {
        let written = self.store.try_write(&self.name, base, source, make)?;
        written.iter().for_each(|written| self.tell(written));
        Ok(written)
    }

    /// Has every window hear of the state that it begins with.
    pub(crate) fn announce_begun(self: &Arc<Self>) {
        self.outbox.mark(None, || Arc::<Self>::clone(self));
    }

    /// Has every window hear of what was written, if it is news: of the topic, and of its family.
    pub(crate) fn tell(self: &Arc<Self>, written: &Written<T>) {
        if written.is_news {
            self.outbox.mark(written.state.source.as_deref(), || Arc::<Self>::clone(self));
            if let Some(family) = self.kinship.get().and_then(Kinship::family) {
                family.changed(Arc::<Self>::clone(self), written.state.source.as_ref());
            }
        }
    }
}

impl<T: Topic> Outgoing for Live<T> {
    fn due(&self, now: Duration) -> Duration {
        self.outbox.due(now)
    }

    fn announce(&self, now: Duration, outlets: &Outlets, by: By) -> Next {
        self.outbox.announce(now, &self.name, &self.store, outlets, by)
    }
}
