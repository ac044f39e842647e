//! Actions among the edits: they need no base, and are sent again until they are answered.

use std::rc::Rc;

use revgate::action::{Seq, Source};
use revgate::wire::{Acted, Asked, MAX_ACTIONS, Unacted};
use revgate::{Topic, Version};

use super::edit::{Edit, Sent};
use super::making::{Step, Top, all_again};
use super::spares::Again;
use super::{Layer, Optimistic};
use crate::{Batch, Json};

/// The most actions of a batch, so that a page that goes can send as many again behind it.
const MOST: usize = MAX_ACTIONS / 2;

/// Actions to be sent.
pub(crate) struct Actions {
    /// The newest version that the window knew when it first sent the oldest of them.
    pub(crate) known: Version,
    /// Whether any has been sent before.
    pub(crate) again: bool,
    /// Whether the window may want to undo them.
    pub(crate) undo: bool,
    pub(crate) asked: Vec<Asked<Json>>,
}

impl Actions {
    /// The message that asks for them.
    pub(crate) fn batch(self, source: Source) -> Batch {
        let Self { known, undo, asked, .. } = self;
        Batch { known, source, undo, actions: asked }
    }
}

/// What to do about the actions that wait.
pub(crate) enum NextActions<T> {
    Send(Actions),
    /// Nobody knows what has become of these.
    Lost(Vec<Edit<T>>),
}

/// How the actions under way have ended.
pub(crate) struct Ends<T> {
    /// Whether the state that has them is at hand.
    pub(crate) is_known: bool,
    pub(crate) done: Vec<Edit<T>>,
    pub(crate) refused: Vec<(Edit<T>, Unacted<Json>)>,
}

/// A state, and the actions that made it of the one before.
type Made<T> = (Layer<T>, Option<Vec<Again<T>>>);

/// A state of the backend's, and whether it is the newest.
pub(super) type Base<T> = (Rc<Layer<T>>, bool);

impl<T: Topic> Optimistic<T> {
    /// Makes a batch of the actions that wait, if they are the oldest that do. Apart from what is done about
    /// edits, so that a window that acts in no topic has nothing of this in its module.
    pub(crate) fn next_actions(&mut self) -> Option<NextActions<T>> {
        let version = self.newest.as_ref()?.version;
        // Sent by a page that was about to go and has stayed; the backend has forgotten since.
        let is_lost =
            |edit: &&Edit<T>| edit.sent().is_some_and(|sent| sent.on.epoch != version.epoch);
        let lost = self.edits.iter().take_while(is_lost).count();
        if lost > 0 {
            let lost = self.edits.drain(..lost).collect();
            self.rebuild();
            return Some(NextActions::Lost(lost));
        }
        // An answer has one version for all: what may have been done with different messages is asked
        // apart, or the window would wait for the newest one with what it has seen long since.
        let first = self.edits.front().and_then(Edit::sent);
        let alike = self.edits.iter().take(MOST).take_while(|edit| edit.sent() == first);
        let most = alike.count();
        let actions = self.actions(0, most, version)?;
        (self.in_flight, self.base, self.made) = (actions.asked.len(), Some(version), None);
        Some(NextActions::Send(actions))
    }

    /// The actions that need not wait for the write under way: those in it, and what follows them;
    /// or what follows edits of another kind. `None` if there are none that were not sent yet.
    pub(crate) fn actions_behind(&mut self) -> Option<Actions> {
        let version = self.newest.as_ref()?.version;
        let is_acting = self.edits.front().is_some_and(Edit::is_action);
        let from = if is_acting { 0 } else { self.closures() };
        let actions = self.edits.iter().skip(from).take_while(|edit| edit.is_action());
        let sent: Vec<_> = actions.take(MAX_ACTIONS).map(Edit::sent).collect();
        // What is under way in another life of the topic may have been done there.
        let is_lost = sent.iter().flatten().any(|sent| sent.on.epoch != version.epoch);
        let has_new = sent.contains(&None);
        if has_new && !is_lost { self.actions(from, MAX_ACTIONS, version) } else { None }
    }

    /// The actions from this place on, up to an edit of another kind. They count as sent by a window
    /// that knows the version `newest`, if they were not sent before.
    fn actions(&self, from: usize, most: usize, newest: Version) -> Option<Actions> {
        let asks = self.edits.iter().skip(from).map_while(|edit| edit.ask.as_ref());
        let asks: Vec<_> = asks.take(most).collect();
        let again = asks.iter().any(|ask| ask.sent.get().is_some());
        let message = Sent { on: newest, last: asks.last()?.asked.seq };
        let sent = asks.iter().map(|ask| {
            let sent = ask.sent.get().unwrap_or(message);
            ask.sent.set(Some(sent));
            sent.on
        });
        let known = sent.min()?;
        let asked = asks.iter().map(|ask| ask.asked.clone()).collect();
        Some(Actions { known, again, undo: false, asked })
    }

    /// How many of the edits, from the oldest, are by a function.
    pub(super) fn closures(&self) -> usize {
        self.edits.iter().take_while(|edit| edit.is_closure()).count()
    }

    /// The actions under way have been answered. Those that were done are part of the newest state,
    /// or will be: till then they are played on what there is.
    pub(crate) fn acted(&mut self, acted: &Acted<Json>) -> Ends<T> {
        let version = acted.version();
        let (mut done, mut refused) = (Vec::new(), Vec::new());
        for edit in self.edits.drain(..std::mem::take(&mut self.in_flight)) {
            let refusal = acted.refused.iter().find(|refused| edit.is_asked_as(refused.seq));
            match refusal {
                Some(refusal) => refused.push((edit, refusal.why.clone())),
                None => done.push(edit),
            }
        }
        let mut is_known = self.newest.as_ref().is_some_and(|newest| newest.version >= version);
        let is_recorded = done.iter().any(|edit| edit.part.is_some());
        let steps: Vec<_> = done.iter().map(Step::of).collect();
        let made = if is_known && !is_recorded { None } else { self.made_by(acted, &steps) };
        for edit in &done {
            let told = acted.reversals.iter().find(|told| edit.is_asked_as(told.seq));
            let told = told.map(|told| &told.how);
            edit.part.iter().for_each(|part| part.settle(told, made.is_some(), version.epoch));
        }
        refused.iter().for_each(|(edit, _)| edit.fail());
        if !is_known && let Some((layer, by)) = made {
            self.set_newest(layer, by);
            is_known = true;
        }
        self.confirmed.extend(done.iter().map(|edit| (version, Step::of(edit))));
        self.rebuild();
        Ends { is_known, done, refused }
    }

    /// What was sent in a hurry has been answered: how these actions are taken back that were done by
    /// that message. The answer to the one that is awaited cannot tell.
    pub(crate) fn hear(&mut self, acted: &Acted<Json>, seqs: &[Seq]) {
        let is_of_it = |edit: &&Edit<T>| seqs.iter().any(|seq| edit.is_asked_as(*seq));
        let all: Vec<&Edit<T>> = self.edits.iter().filter(is_of_it).collect();
        let is_done = |edit: &&Edit<T>| !acted.refused.iter().any(|it| edit.is_asked_as(it.seq));
        let done = all.iter().copied().filter(is_done);
        let is_whole = all.len() == seqs.len() && done.clone().any(|edit| edit.part.is_some());
        let steps: Vec<_> = done.map(Step::of).collect();
        // They are recorded anew, so what is shown is no longer what they were recorded for.
        self.top.iter_mut().for_each(Top::forget_steps);
        let is_own = is_whole && self.made_by(acted, &steps).is_some();
        let done = self.edits.iter().filter(is_of_it).filter(is_done);
        for edit in done {
            let told = acted.reversals.iter().find(|told| edit.is_asked_as(told.seq));
            if let Some(part) = edit.part.as_ref().filter(|_| is_own || told.is_some()) {
                part.settle(told.map(|told| &told.how), is_own, acted.epoch);
            }
        }
    }

    /// The state that the actions have made in the backend, if it can be made here, and what made it
    /// of the newest, if it is made of that.
    fn made_by(&mut self, acted: &Acted<Json>, done: &[Step<T>]) -> Option<Made<T>> {
        let (base, is_newest) = self.base(acted.base?)?;
        let made = self.make(&base, done).ok()?;
        // Of a large state the backend makes no fingerprint: then `apply` is taken at its word, until
        // it is proven by the announcements.
        let is_same = acted.fingerprint.is_none_or(|print| made.print() == Some(print));
        let by = all_again(done).filter(|_| is_newest);
        is_same.then(|| (made.at(acted.version()), by))
    }

    /// The backend's state of this version, if it is at hand; whether it is the newest.
    pub(super) fn base(&self, version: Version) -> Option<Base<T>> {
        let is_it = |layer: &&Rc<Layer<T>>| layer.version == version && !self.is_doubted();
        let newest = self.newest.as_ref().filter(is_it).map(|layer| (Rc::clone(layer), true));
        newest.or_else(|| self.beneath.as_ref().filter(is_it).map(|it| (Rc::clone(it), false)))
    }
}
