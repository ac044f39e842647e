//! An edit of a topic, from its beginning to what it publishes.

use std::mem;
use std::sync::Arc;

use revgate::{Topic, TopicName};

use super::{Draft, Kept, Ledger, Published, Store, Written};
use crate::editing::Editing;
use crate::error::UpdateError;
use crate::pending::Actions;
use crate::spares::Done;

/// An edit of the newest state, which nobody else makes meanwhile.
pub(crate) struct Edit<'a, T> {
    pub(super) store: &'a Store<T>,
    pub(super) topic: &'a TopicName,
    pub(super) editing: Editing<'a, Kept<T>>,
    // It ends after the edit does: dropping the last hold of a large state takes its time.
    /// The newest state.
    pub(crate) current: Published<T>,
    /// Former states that are no longer kept for actions.
    pub(super) left: Vec<Arc<T>>,
}

impl<T> Edit<'_, T> {
    pub(crate) fn topic(&self) -> &TopicName {
        self.topic
    }

    /// The actions that windows have asked for.
    pub(crate) fn ledger(&mut self) -> &mut Ledger {
        &mut self.editing.kept().ledger
    }

    /// A state like the newest, for actions to be done to it, if one can be had without copying.
    pub(crate) fn spare(&mut self) -> Option<T> {
        self.editing.kept().spares.take()
    }

    /// Publishes what the edit has made; by actions that are `done` if it was made by some, which can
    /// be `told`, perhaps. See [`Store::write`]. A large state that actions have made is news in any
    /// case.
    pub(crate) fn publish(
        &mut self,
        draft: Draft<T>,
        source: Option<&str>,
        done: Option<Done<T>>,
        told: Option<Actions>,
    ) -> Result<Written<T>, UpdateError>
    where
        T: Topic,
    {
        let Self { store, topic, current, .. } = self;
        let Draft { data, look } = draft;
        let is_news = !look.is_same(&data, &current.look, &*current.data);
        let is_large = look.is_large();
        let data = Arc::new(data);
        let state = if is_news {
            let version = current.version.next()?;
            let source = source.map(Arc::from);
            let actions = done.as_ref().map(|done| Arc::clone(&done.names));
            Published { version, data, look, source, actions, removed: false }
        } else {
            Published { data, ..current.clone() }
        };
        if !store.set(&state, is_news, current, told) {
            return Err(UpdateError::Removed(TopicName::clone(topic)));
        }
        let spares = &mut self.editing.kept().spares;
        match done {
            Some(done) => {
                let former = mem::replace(&mut self.current, state.clone()).data;
                if is_large {
                    spares.leave(former, &done);
                }
            }
            None => self.left = spares.clear(),
        }
        Ok(Written { state, is_news })
    }
}
