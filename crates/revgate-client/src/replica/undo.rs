//! Undo and redo of what this window has done.

mod back;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use revgate::Topic;

use super::{Inner, Replica};
use crate::driver::Driven;
use crate::history::{History, Left, Part, Run, Taken, Undone, Way};
use crate::optimistic::{Blame, Deed, Edit};
use crate::pending::Outcome;
use crate::{Fate, Host, SyncError, Transport, Undo, UndoError, Undoing, guard};

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// From now on, remembers what this window does, so that it can be undone; or how much of that,
    /// if it does already. What it costs: two copies of the state for each edit that is played, and
    /// what two states cost as JSON for each edit that is made; of these only what has changed is
    /// kept. Of an action that [says how it is taken back](revgate::Action::inverse), nothing but that.
    ///
    /// **When the topic is started anew, all that was done before is let go of**: it went with the life
    /// that it was done in, and what is the same in the next is another's. What waits meanwhile, and is
    /// made in the next life, is a step of that.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// # use std::sync::Arc;
    /// # use revgate::{Topic, TopicName};
    /// # use revgate_settings::{Settings, Theme};
    /// # use revgate_client::{Observer, Options, Replica, Status, SyncError, Undo, host::VirtualTime};
    /// # use revgate_client::memory::Memory;
    /// # struct Nobody;
    /// # impl Observer<Settings> for Nobody {
    /// #     fn changed(&self, _: &Arc<Settings>, _: revgate::Version) -> Result<(), String> { Ok(()) }
    /// #     fn status(&self, _: Status) {}
    /// #     fn failed(&self, _: &SyncError) {}
    /// # }
    /// let backend = Memory::new().with_topic(&Settings::default());
    /// let time = VirtualTime::new();
    /// let open = || {
    ///     let (topic, options) = (TopicName::of::<Settings>(), Options::default());
    ///     Replica::start(topic, backend.clone(), time.clone(), options, Nobody)
    /// };
    /// let (one, other) = (open(), open());
    /// one.undoable(Undo::default());
    /// time.settle();
    ///
    /// drop(one.update(|settings| {
    ///     settings.theme = Theme::Dark;
    ///     settings.font_size = 20;
    /// }));
    /// time.settle();
    /// drop(other.update(|settings| settings.font_size = 30));
    /// time.settle();
    /// drop(one.undo());
    /// time.settle();
    ///
    /// let left = one.state().unwrap_or_default();
    /// assert_eq!((left.theme, left.font_size), (Settings::default().theme, 30));
    /// ```
    pub fn undoable(&self, undo: Undo) {
        let history = &self.inner.history;
        let new = || Remembering::new(History::new(undo.clone(), Rc::clone(&self.inner.life)));
        let fallen = history.get_or_init(new).history.borrow_mut().set(undo.clone());
        self.inner.driver.discard(fallen);
        self.inner.enter(|_| {});
    }

    /// Takes back what this window did last, as a change of its own that is made now, on whatever
    /// is now: shown at once, sent in its turn.
    ///
    /// **It takes back nothing that another window, or Rust, has done.** An action that says how is
    /// taken back by [its inverse](revgate::Action::inverse). All else is taken back part by part:
    /// what is still as this window made it becomes what it was before, and what has been changed
    /// since stands. A part is a field, an item of a list whose items have ids of their own, or a
    /// text, a number, another list; of that [merge](revgate::json::tree::merge) says what goes
    /// together. A part that others have changed and put back is as it was. An item whose id was
    /// changed is another one: the old one comes back, and the new one goes if nobody has changed it
    /// since; else both are there.
    ///
    /// What an action did is what it did in the backend, to which others may have written a moment
    /// before. So an undo of one that is under way is shown at once, but what it is is decided, and
    /// sent, when that has ended: if it has done nothing, or was refused, there is nothing to undo. A
    /// page that goes meanwhile has not undone it, as [`Replica::flush`] does not send it. And if it
    /// was done, but nobody can tell to what, as the answer was lost, say, or the backend is one that
    /// does not [tell](crate::Batch::undo), it cannot be undone.
    ///
    /// **An undo that waits behind another comes back with it**, should that come back, or it would be
    /// made on a state in which what came later still stands; unless it was sent already, as by
    /// [`Replica::flush`]. What the window changes after it does not wait for it.
    ///
    /// What came shortly after each other is one step: see [`Undo::group`].
    ///
    /// An undo that waits when the topic is [started anew](Self::undoable) changes nothing, and ends as
    /// [overtaken](UndoError::Overtaken); one that was sent by then, as one of which nobody knows.
    ///
    /// # Errors
    ///
    /// [`Undoing`] yields them: nothing is left to be taken back, or it failed, and
    /// [can be tried again](UndoError::Failed) if others were faster, say; or only a part was taken
    /// back, and the rest is a step still.
    pub fn undo(&self) -> Undoing {
        self.inner.go(Way::Undo)
    }

    /// Does again what was undone last, as [`Replica::undo`] takes it back: an action is asked for
    /// once more, all else becomes what the undo took back, where that has not been changed since. So
    /// does what an action did of which the undo could take back only a part: the rest still stands,
    /// and the action would do that twice.
    /// Whatever else this window changes, there is nothing to do again after that, unless the change
    /// falls.
    ///
    /// # Errors
    ///
    /// As of [`Replica::undo`].
    pub fn redo(&self) -> Undoing {
        self.inner.go(Way::Redo)
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.inner.can(Way::Undo)
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        self.inner.can(Way::Redo)
    }
}

type Record<T, X, H> = fn(&Rc<Inner<T, X, H>>, Edit<T>, Option<Deed<T>>) -> Edit<T>;

/// What the window has done, once it wants to undo that. **Whatever else of the replica has to do with it goes
/// by these functions**: so a window that undoes nothing has none of it in its module.
pub(super) struct Remembering<T: Topic, X: Transport, H: Host> {
    history: RefCell<History<T>>,
    record: Record<T, X, H>,
    /// Takes in what edits have become.
    pub(super) catch_up: fn(&Inner<T, X, H>),
    /// Tells the observer what can be undone.
    pub(super) show: fn(&Inner<T, X, H>),
}

impl<T: Topic, X: Transport, H: Host> Remembering<T, X, H> {
    fn new(history: History<T>) -> Self {
        Self {
            history: RefCell::new(history),
            record: Inner::record,
            catch_up: Inner::catch_up,
            show: Inner::show_undoable,
        }
    }
}

/// Whoever undoes a step waits for each of its edits.
struct Ends<T> {
    id: u64,
    done: Cell<Option<oneshot::Sender<Undone>>>,
    /// How many have not ended.
    open: Cell<usize>,
    /// What is left of the parts of each edit, and how it ended.
    left: RefCell<Vec<(Run<T>, Left)>>,
    ended: RefCell<Vec<Undone>>,
    /// Whether one comes back: then those after it do, too.
    has_come_back: Cell<bool>,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The edit, which is remembered if what the window does can be undone.
    pub(super) fn recorded(self: &Rc<Self>, edit: Edit<T>, deed: Option<Deed<T>>) -> Edit<T> {
        match self.history.get() {
            Some(remembering) => (remembering.record)(self, edit, deed),
            None => edit,
        }
    }

    fn record(self: &Rc<Self>, edit: Edit<T>, deed: Option<Deed<T>>) -> Edit<T> {
        let context = edit.ask.as_ref().map(|ask| ask.asked.context(self.source));
        let life = Rc::clone(&self.life);
        let part = match deed.zip(context) {
            Some((deed, context)) => Part::action(deed, context, life),
            None => Part::edit(life),
        };
        let now = self.driver.host.now();
        self.with_history(|history| history.ask(&part, now));
        let change = part.recording(Rc::clone(&edit.change));
        self.watched(Edit { change, ..edit }, part)
    }

    /// The edit, of which its part learns how it ends.
    fn watched(self: &Rc<Self>, edit: Edit<T>, part: Rc<Part<T>>) -> Edit<T> {
        let (inner, done, its_part) = (Rc::downgrade(self), edit.done, Rc::clone(&part));
        let done = move |outcome: Outcome, blame: Blame<'_>| {
            if let Some(inner) = inner.upgrade() {
                inner.part_ended(&part, &outcome);
            }
            done(outcome, blame);
        };
        Edit { done: Box::new(done), part: Some(its_part), ..edit }
    }

    /// What has failed is no step; nor is what may have been made or not, for what it would have made
    /// may be another's by now.
    fn part_ended(&self, part: &Rc<Part<T>>, outcome: &Outcome) {
        let is_left = self.playing.during(|| {
            match outcome {
                Ok(version) => part.end(version.epoch),
                // It has ended when the answer was taken in.
                Err(error) if error.fate == Some(Fate::NotDurable) => {}
                Err(error) if error.fate == Some(Fate::Unknown) => part.lose(),
                _ => part.fail(),
            }
            part.is_something()
        });
        let settled = self.with_history(|history| {
            let forgotten = history.settle(part, is_left);
            (forgotten, history.before(part))
        });
        let (forgotten, before) = settled.unzip();
        self.driver.discard(forgotten);
        if let Some(before) = before.flatten().filter(|before| before.extend(part)) {
            self.with_history(|history| history.forget(part));
            drop(before);
        }
    }

    /// Lets go of what is past, and takes what has become a change of the state into the history.
    fn catch_up(&self) {
        let past = self.with_history(History::renew);
        self.driver.discard(past);
        let fresh = self.with_history(History::take_fresh).unwrap_or_default();
        for (part, at) in fresh {
            let is_something = self.playing.during(|| part.is_something());
            let fallen = self.with_history(|history| match is_something {
                true => history.push(part, at),
                false => {
                    history.ask(&part, at);
                    Vec::new()
                }
            });
            self.driver.discard(fallen);
        }
    }

    fn can(&self, way: Way) -> bool {
        self.with_history(|history| history.can(way)).unwrap_or_default()
    }

    fn show_undoable(&self) {
        let can = (self.can(Way::Undo), self.can(Way::Redo));
        if self.told.replace(can) != can {
            self.call_observer(|observer| observer.undoable(can.0, can.1));
        }
    }

    fn go(self: &Rc<Self>, way: Way) -> Undoing {
        let (done, undoing) = Undoing::new(&self.driver.topic);
        match self.may_edit() {
            Ok(()) => self.enter(move |inner| inner.take_step(way, done)),
            Err(error) => answer(done, Err(UndoError::Failed(error))),
        }
        undoing
    }

    fn take_step(self: &Rc<Self>, way: Way, done: oneshot::Sender<Undone>) {
        let taken = self.with_history(|history| history.take(way)).flatten();
        let Some(Taken { id, runs }) = taken else { return answer(done, Err(UndoError::Nothing)) };
        let ends = Rc::new(Ends::new(id, done, runs.len()));
        let (mut edits, mut parts) = (Vec::new(), Vec::new());
        for (place, run) in runs.into_iter().enumerate() {
            let (edit, part) = self.way_back(place, run, &ends);
            parts.push(Rc::clone(&part));
            edits.push(self.watched(edit, part));
        }
        let forgotten = self.with_history(|history| history.put(id, parts));
        self.driver.discard(forgotten);
        for edit in edits {
            match ends.has_come_back.get() {
                true => self.end_called_back(vec![edit]),
                false => self.take_edit(edit),
            }
        }
    }

    /// The edit in this place of the step has ended. **What comes back calls back what waits behind
    /// it**: all but what has been sent.
    fn end_run(self: &Rc<Self>, ends: &Ends<T>, place: usize, left: (Run<T>, Left), how: Undone) {
        let behind = self.with_history(|history| history.behind(ends.id, place, &left.0, left.1));
        let behind = behind.unwrap_or_default();
        ends.left.borrow_mut().push(left);
        ends.ended.borrow_mut().push(how);
        ends.open.set(ends.open.get().saturating_sub(1));
        if ends.open.get() == 0 {
            self.end_step(ends);
        }
        if behind.is_empty() {
            return;
        }
        ends.has_come_back.set(true);
        let edits = self.with_edits(|edits| edits.call_back(&behind));
        self.driver.discard(behind);
        if !edits.is_empty() {
            // Taken back first, so that the error is the last word on it.
            self.show_edits();
            self.end_called_back(edits);
        }
    }

    fn end_called_back(&self, edits: Vec<Edit<T>>) {
        let reason = "what was to be undone or redone before it was not";
        self.fail_edits(edits, Fate::NotSent, reason.to_owned());
    }

    /// All edits of the step have ended.
    fn end_step(&self, ends: &Ends<T>) {
        let left = ends.left.take();
        let forgotten = self.with_history(|history| history.end(ends.id, &left));
        self.driver.discard((left, forgotten));
        if let Some(done) = ends.done.take() {
            answer(done, sum(&ends.ended.take()));
        }
    }

    fn with_history<A>(&self, call: impl FnOnce(&mut History<T>) -> A) -> Option<A> {
        self.history.get().map(|remembering| call(&mut remembering.history.borrow_mut()))
    }
}

fn answer(done: oneshot::Sender<Undone>, undone: Undone) {
    // Whoever waits may have lost interest; whom it wakes may be anybody.
    let _ = guard::call(|| done.send(undone));
}

/// How a step has ended of which these are the edits.
fn sum(ended: &[Undone]) -> Undone {
    let failed = |end: &Undone| match end {
        Err(UndoError::Failed(error)) => Some(error.clone()),
        _ => None,
    };
    let is_not_durable = |error: &SyncError| error.fate == Some(Fate::NotDurable);
    let is_made = |end: &Undone| end.is_ok() || failed(end).as_ref().is_some_and(is_not_durable);
    let unmade = ended.iter().filter_map(failed).filter(|error| !is_not_durable(error));
    // That nobody knows of one is the graver word, and the first of several the cause of the others.
    match unmade.min_by_key(|error| error.fate != Some(Fate::Unknown)) {
        Some(error) if ended.iter().any(is_made) => return Err(UndoError::Partly(Box::new(error))),
        Some(error) => return Err(UndoError::Failed(error)),
        None => {}
    }
    let not_durable = ended.iter().find(|end| failed(end).is_some());
    let made = ended.iter().filter(|end| end.is_ok()).max_by_key(|end| end.as_ref().ok());
    not_durable.or(made).or(ended.first()).cloned().unwrap_or(Err(UndoError::Nothing))
}

impl<T> Ends<T> {
    fn new(id: u64, done: oneshot::Sender<Undone>, edits: usize) -> Self {
        let (done, open) = (Cell::new(Some(done)), Cell::new(edits));
        let (left, ended) = (RefCell::default(), RefCell::default());
        Self { id, done, open, left, ended, has_come_back: Cell::new(false) }
    }
}
