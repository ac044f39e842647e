//! An edit of a topic, from its beginning to what it publishes.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use revgate::{Topic, TopicName};

use super::{Draft, Kept, Ledger, Made, Patched, Published, Store, Written};
use crate::editing::Editing;
use crate::error::UpdateError;
use crate::look::Look;
use crate::pending::{self, Deeds};
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

    /// A state like the newest, for something to be done to it, if one can be had without copying.
    pub(crate) fn spare(&mut self) -> Option<T>
    where
        T: Topic,
    {
        let mut spare = self.editing.kept().spares.take()?;
        if !T::PARTS.is_some() {
            return Some(spare);
        }
        // What serde skips is in no patch that it was caught up by.
        let keep = || spare.keep_skipped(&self.current.data);
        catch_unwind(AssertUnwindSafe(keep)).ok().map(|()| spare)
    }

    /// A copy of the newest state, to be changed: if it has parts, that may be a former state.
    pub(crate) fn copy(&mut self) -> T
    where
        T: Topic,
    {
        let spare = if T::PARTS.is_some() { self.spare() } else { None };
        spare.unwrap_or_else(|| T::clone(&self.current.data))
    }

    /// What is to be published of this state, of which this is known. Of two large ones, their parts are
    /// compared, if it has some.
    ///
    /// # Errors
    ///
    /// If it is not valid.
    pub(crate) fn made(&self, data: T, look: Option<Look>) -> Result<Made<T>, UpdateError>
    where
        T: Topic,
    {
        data.validate()?;
        let Published { data: before, look: old, .. } = &self.current;
        let by_parts = || {
            let patch = T::PARTS.diff(before, &data, pending::MOST).filter(|it| it.is_narrow)?;
            let most = old.known_most().map(|most| most + patch.json.len() as u64);
            Some(Patched { is_change: patch.json != "[]", patch: patch.json, most })
        };
        match look {
            Some(look) => Ok(Made { draft: Draft { data, look }, done: None, told: None }),
            None if old.is_large()
                && let Some(patched) = by_parts() =>
            {
                Ok(self.of_parts(data, patched))
            }
            None => {
                let draft = Draft { look: Look::at(&data)?, data };
                Ok(Made { draft, done: None, told: None })
            }
        }
    }

    /// What is to be published of what a patch has made of the newest state, which is a large one. Nobody
    /// looks at it any further.
    ///
    /// # Errors
    ///
    /// If it is not valid.
    pub(crate) fn patched(&self, data: T, patched: Patched) -> Result<Made<T>, UpdateError>
    where
        T: Topic,
    {
        data.validate()?;
        Ok(self.of_parts(data, patched))
    }

    fn of_parts(&self, data: T, patched: Patched) -> Made<T>
    where
        T: Topic,
    {
        let Patched { patch, is_change, most } = patched;
        let before = &self.current.look;
        let look = if is_change { Look::after_parts(before, most) } else { before.clone() };
        let again = patch.clone();
        let replay = Arc::new(move |state: &mut T| T::PARTS.apply(state, &again).is_some());
        let done = Some(Done { names: None, replay });
        Made { draft: Draft { data, look }, done, told: Some(Deeds::Patch(patch)) }
    }

    /// Publishes what the edit has made. See [`Store::write`]. A large state that actions have made is news
    /// in any case.
    pub(crate) fn publish(
        &mut self,
        mut made: Made<T>,
        source: Option<&str>,
    ) -> Result<Written<T>, UpdateError>
    where
        T: Topic,
    {
        let actions = match &made.told {
            Some(Deeds::Actions(actions)) if self.is_joined() => Some(actions.clone()),
            _ => None,
        };
        let print = self.joint_print(&made.draft)?;
        // Nobody else is told the actions on a state that can be sent as it is.
        let is_large = made.draft.look.is_large();
        made.told = made.told.filter(|told| is_large || !matches!(told, Deeds::Actions(_)));
        let written = self.publish_unjoined(made, source)?;
        if let Some(print) = print.filter(|_| written.is_news) {
            self.tell_joint(&written.state.data, print, actions);
        }
        Ok(written)
    }

    /// As [`Edit::publish`], of what other machines know already.
    pub(super) fn publish_unjoined(
        &mut self,
        Made { draft, done, told }: Made<T>,
        source: Option<&str>,
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
            let actions = done.as_ref().and_then(|done| done.names.clone());
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
