//! What joins a topic to a store that other machines write to as well.

use std::sync::Arc;
use std::time::Duration;

use revgate::json::Fingerprint;
use revgate::{Invalid, Topic, TopicName};
use revgate_persistence::Tree;
use revgate_upstream::{State, Told};

use super::{Draft, Edit, Published, Store, Written};
use crate::error::UpdateError;
use crate::pending::Actions;

/// Of a topic that is joined.
pub(super) type Slot<T> = Option<Box<dyn Joint<T>>>;

/// What lies beside a state, once it is written.
pub(crate) type Beside = Box<dyn FnOnce() -> Option<Tree> + Send>;

/// A topic's side of such a store. It is told of each edit, in the turn of that edit.
pub(crate) trait Joint<T>: Send {
    /// The topic was edited here, to this, by these actions if that is known.
    fn edited(&mut self, after: State<T>, actions: Option<Actions>);

    /// The topic was removed here.
    fn removed(&mut self);

    /// The topic is created here, once more: how it begins.
    fn created(&mut self, initial: &Arc<T>) -> Arc<T>;

    /// What is to be saved with the state, as one.
    fn beside(&self) -> Beside;

    /// What has happened at the store, and what the topic is to be now that is `current`, if that is something else;
    /// `None` is removed.
    fn hear(&mut self, told: Told, current: &Arc<T>) -> Option<Option<Arc<T>>>;

    /// What had been saved of the topic, `data` and what lay beside that, can be read only now. What the topic is to be
    /// by that, if it is something else; `None` if that is to be taken over as what a person has written.
    fn found(&mut self, beside: &Tree, data: &T) -> Option<Option<Arc<T>>>;

    /// Whether the store has all that was done here, as far as is known now.
    fn is_in_step(&self) -> bool;

    /// Whether anything was done here that the store is not known to have.
    fn waits(&self) -> bool;
}

/// What has become of a topic by what it has heard.
pub(crate) enum Heard<T> {
    /// Nothing that can be seen of its state.
    Nothing,
    /// This was published.
    Changed(Written<T>),
    /// It is gone: another machine has removed it.
    Removed,
    /// It was gone, and another machine has created it anew.
    Created(Arc<T>),
}

/// What a topic has not heard.
pub(crate) enum Unheard {
    /// As somebody edits it and does not end.
    Busy(Told),
    /// As what joined it joins another by now, in its place.
    Replaced(Told),
}

/// How long an edit is waited for by who tells all topics of other machines, and comes again.
const HEARING: Duration = Duration::from_millis(100);
/// The same by who saves all topics. The end of the app does not wait much longer.
const SAVING: Duration = Duration::from_secs(2);

impl<T> Edit<'_, T> {
    /// Whether other machines write to the topic as well.
    pub(crate) fn is_joined(&mut self) -> bool {
        self.editing.kept().joint.is_some()
    }

    /// The fingerprint of what is to be published, if other machines are to be told of it.
    ///
    /// # Errors
    ///
    /// If it is no JSON, which nobody has looked at yet of a large state: the others could not have it.
    pub(super) fn joint_print(&mut self, draft: &Draft<T>) -> Result<Option<Fingerprint>, Invalid>
    where
        T: Topic,
    {
        let is_joined = self.is_joined();
        is_joined.then(|| draft.look.try_print(&draft.data)).transpose()
    }

    /// Publishes what the joint knows already.
    fn show(mut self, state: &T) -> Result<Written<T>, UpdateError>
    where
        T: Topic,
    {
        let mut data = state.clone();
        data.keep_skipped(&self.current.data);
        let made = self.made(data, None)?;
        self.publish_unjoined(made, None)
    }

    /// See [`Joint::edited`].
    pub(super) fn tell_joint(
        &mut self,
        after: &Arc<T>,
        print: Fingerprint,
        actions: Option<Actions>,
    ) where
        T: Topic,
    {
        if let Some(joint) = &mut self.editing.kept().joint {
            joint.edited(State::printed(Arc::clone(after), print), actions);
        }
    }
}

impl<T: Topic> Store<T> {
    /// Is joined from now on. To be called before anybody writes.
    pub(crate) fn join(&self, joint: Box<dyn Joint<T>>) {
        self.turn.alone().joint = Some(joint);
    }

    /// What joins it, for another topic to be joined by that in its place.
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end.
    pub(crate) fn part(&self, topic: &TopicName) -> Result<Option<Box<dyn Joint<T>>>, UpdateError> {
        Ok(self.turn.hold(topic)?.joint.take())
    }

    /// What the topic lacked has been supplied here: the others are to have the same.
    pub(crate) fn completed(&self, topic: &TopicName) {
        let Ok(mut kept) = self.turn.hold(topic) else { return };
        let Published { data, removed: false, .. } = self.published() else { return };
        if let (Some(joint), Ok(state)) = (&mut kept.joint, State::new(data)) {
            // Of no field: what others have supplied meanwhile stands.
            joint.edited(state, None);
        }
    }

    /// The newest state, and what is to be saved beside it as one.
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end, or another has taken its place.
    pub(crate) fn newest(
        &self,
        topic: &TopicName,
    ) -> Result<(Published<T>, Option<Beside>), UpdateError> {
        let kept = self.turn.hold_within(SAVING, topic)?;
        let published = self.published();
        match &kept.joint {
            Some(joint) => Ok((published, Some(joint.beside()))),
            // Its successor saves what there is to be saved.
            None if published.removed => Err(UpdateError::Removed(topic.clone())),
            None => Ok((published, None)),
        }
    }

    /// Ends the topic, also for other machines. Whether it was there.
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end.
    pub(crate) fn depart(&self, topic: &TopicName) -> Result<bool, UpdateError> {
        let mut kept = self.turn.hold(topic)?;
        let was_there = !self.published().removed;
        if was_there {
            kept.joint.as_mut().into_iter().for_each(|joint| joint.removed());
            self.remove();
        }
        Ok(was_there)
    }

    /// Whether other machines are known to have all that was done here.
    pub(crate) fn is_in_step(&self, topic: &TopicName) -> bool {
        self.joint_says(topic, |joint| joint.is_in_step())
    }

    /// Whether anything was done here that other machines are not known to have.
    pub(crate) fn waits(&self, topic: &TopicName) -> bool {
        self.joint_says(topic, |joint| joint.waits())
    }

    fn joint_says(&self, topic: &TopicName, is: impl FnOnce(&dyn Joint<T>) -> bool) -> bool {
        self.turn.hold(topic).is_ok_and(|kept| kept.joint.as_deref().is_some_and(is))
    }

    /// Tells the topic what has happened; and whether the store has all only since then.
    ///
    /// # Errors
    ///
    /// If it has not heard it.
    pub(crate) fn hear(&self, topic: &TopicName, told: Told) -> Result<(Heard<T>, bool), Unheard> {
        let Ok(editing) = self.turn.begin_within(HEARING, topic) else {
            return Err(Unheard::Busy(told));
        };
        let mut edit =
            Edit { store: self, topic, editing, current: self.published(), left: Vec::new() };
        let Some(joint) = &mut edit.editing.kept().joint else {
            return Err(Unheard::Replaced(told));
        };
        let had_waiting = joint.waits();
        let shown = joint.hear(told, &edit.current.data);
        let is_settled = had_waiting && !joint.waits();
        let heard = match (shown, edit.current.removed) {
            (None, _) | (Some(None), true) => Heard::Nothing,
            (Some(Some(state)), true) => Heard::Created(state),
            (Some(None), false) => {
                self.remove();
                Heard::Removed
            }
            (Some(Some(state)), false) => match edit.show(&state) {
                Ok(written) => Heard::Changed(written),
                Err(error) => {
                    tracing::error!(%topic, %error, "what other machines have made is not shown");
                    Heard::Nothing
                }
            },
        };
        Ok((heard, is_settled))
    }

    /// See [`Joint::found`]; what was published then. `None` also if the topic is not joined, or was removed.
    ///
    /// # Errors
    ///
    /// If somebody edits it and does not end.
    pub(crate) fn found(
        &self,
        topic: &TopicName,
        beside: &Tree,
        data: &T,
    ) -> Result<Option<Option<Written<T>>>, UpdateError> {
        let editing = self.turn.begin_within(SAVING, topic)?;
        let current = self.published();
        let is_removed = current.removed;
        let mut edit = Edit { store: self, topic, editing, current, left: Vec::new() };
        let joint = edit.editing.kept().joint.as_mut().filter(|_| !is_removed);
        let Some(joint) = joint else { return Ok(None) };
        let Some(shown) = joint.found(beside, data) else { return Ok(None) };
        shown.map(|state| edit.show(&state)).transpose().map(Some)
    }
}
