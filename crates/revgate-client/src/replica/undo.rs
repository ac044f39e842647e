//! Undo and redo of what this window has done.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_channel::oneshot;
use revgate::Topic;
use revgate::json::Tree;

use super::{Inner, Replica};
use crate::history::{Back, History, Left, Part, Run, Taken, Undone, Way};
use crate::optimistic::{Blame, Deed, Done, Edit, Fault, Play};
use crate::pending::Outcome;
use crate::{Fate, Host, SyncError, Transport, Undo, UndoError, Undoing, guard};

impl<T: Topic, X: Transport, H: Host> Replica<T, X, H> {
    /// From now on, remembers what this window does, so that it can be undone; or how much of that,
    /// if it does already. What it costs: two copies of the state for each edit that is played, and
    /// what two states cost as JSON for each edit that is made; of these only what has changed is
    /// kept.
    ///
    /// ```ignore-wasm32,standalone_crate
    /// # use revgate::{Topic, TopicName};
    /// # use revgate::settings::{Settings, Theme};
    /// # use revgate_client::{Observer, Options, Replica, Status, SyncError, Undo, host::VirtualTime};
    /// # use revgate_client::memory::Memory;
    /// # struct Nobody;
    /// # impl Observer<Settings> for Nobody {
    /// #     fn changed(&self, _: &Settings, _: revgate::Version) -> Result<(), String> { Ok(()) }
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
        let fallen = match &mut *self.inner.history.borrow_mut() {
            Some(history) => history.set(undo),
            none => {
                *none = Some(History::new(undo));
                Vec::new()
            }
        };
        self.inner.let_go(fallen);
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
    /// What an action did is known from the state that this window has last done it to. If another
    /// window was faster, and this one had not heard of that yet, the backend did it to a newer one:
    /// then an undo makes of its parts, or [its inverse](revgate::Action::inverse) of the state, what
    /// they were before **both**, if they have not been changed since.
    ///
    /// What came shortly after each other is one step: see [`Undo::group`].
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
    /// once more, all else becomes what the undo took back, where that has not been changed since.
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

/// Whoever undoes a step waits for each of its edits.
struct Ends<T> {
    id: u64,
    done: Cell<Option<oneshot::Sender<Undone>>>,
    /// How many have not ended.
    open: Cell<usize>,
    /// What is left of the parts of each edit, and how it ended.
    left: RefCell<Vec<(Run<T>, Left)>>,
    ended: RefCell<Vec<Undone>>,
}

impl<T: Topic, X: Transport, H: Host> Inner<T, X, H> {
    /// The edit, which is remembered if what the window does can be undone.
    pub(super) fn recorded(self: &Rc<Self>, edit: Edit<T>, deed: Option<Deed<T>>) -> Edit<T> {
        if self.history.borrow().is_none() {
            return edit;
        }
        let part = self.part(&edit, deed, None);
        let now = self.host.now();
        self.with_history(|history| history.ask(&part, now));
        self.watched(edit, part)
    }

    fn part(&self, edit: &Edit<T>, deed: Option<Deed<T>>, again: Option<Deed<T>>) -> Rc<Part<T>> {
        let context = edit.ask.as_ref().map(|ask| ask.asked.context(self.source));
        Part::new(deed.zip(context), again)
    }

    /// The edit, of which its part learns what it does and how it ends.
    fn watched(self: &Rc<Self>, edit: Edit<T>, part: Rc<Part<T>>) -> Edit<T> {
        let change = part.recording(edit.change);
        let (inner, done) = (Rc::downgrade(self), edit.done);
        let done = move |outcome: Outcome, blame: Blame<'_>| {
            if let Some(inner) = inner.upgrade() {
                inner.part_ended(&part, &outcome);
            }
            done(outcome, blame);
        };
        Edit { change, done: Box::new(done), ask: edit.ask }
    }

    /// What has failed is no step; nor is what may have been made or not, for what it would have made
    /// may be another's by now.
    fn part_ended(&self, part: &Rc<Part<T>>, outcome: &Outcome) {
        let is_made = match outcome {
            Ok(_) => true,
            Err(error) => error.fate == Some(Fate::NotDurable),
        };
        if !is_made {
            self.calls.while_playing(|| part.fail());
        }
        let is_left = is_made && self.calls.while_playing(|| part.is_something());
        let settled = self.with_history(|history| {
            let forgotten = history.settle(part, is_left);
            (forgotten, history.before(part))
        });
        let (forgotten, before) = settled.unzip();
        self.let_go(forgotten);
        part.end();
        if let Some(before) = before.flatten().filter(|before| before.extend(part)) {
            self.with_history(|history| history.forget(part));
            drop(before);
        }
    }

    /// Takes what has become a change of the state into the history.
    pub(super) fn take_fresh(&self) {
        let fresh = self.with_history(History::take_fresh).unwrap_or_default();
        for (part, at) in fresh {
            let is_something = self.calls.while_playing(|| part.is_something());
            let fallen = self.with_history(|history| match is_something {
                true => history.push(part, at),
                false => {
                    history.ask(&part, at);
                    Vec::new()
                }
            });
            self.let_go(fallen);
        }
    }

    fn can(&self, way: Way) -> bool {
        self.history.borrow().as_ref().is_some_and(|history| history.can(way))
    }

    pub(super) fn show_undoable(&self) {
        let can = (self.can(Way::Undo), self.can(Way::Redo));
        if self.told.replace(can) != can {
            self.call_observer(|observer| observer.undoable(can.0, can.1));
        }
    }

    fn go(self: &Rc<Self>, way: Way) -> Undoing {
        let (done, undoing) = Undoing::new(&self.topic);
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
        for run in runs {
            let (edit, part) = self.way_back(&run, &ends);
            parts.push(Rc::clone(&part));
            edits.push(self.watched(edit, part));
        }
        let forgotten = self.with_history(|history| history.put(id, parts));
        self.let_go(forgotten);
        edits.into_iter().for_each(|edit| self.take_edit(edit));
    }

    /// What takes these parts back, and how that is taken back in turn.
    fn way_back(
        self: &Rc<Self>,
        run: &[Rc<Part<T>>],
        ends: &Rc<Ends<T>>,
    ) -> (Edit<T>, Rc<Part<T>>) {
        let overtaken = Rc::new(Cell::new(false));
        let (inner, flag, ends) = (Rc::downgrade(self), Rc::clone(&overtaken), Rc::clone(ends));
        let parts = run.to_vec();
        let done: Done = Box::new(move |outcome: Outcome, blame: Blame<'_>| {
            let how = outcome.map_err(|error| match flag.get() {
                true => UndoError::Overtaken,
                false => UndoError::Failed(error),
            });
            let left = match &how {
                Err(UndoError::Overtaken) => Left::IfBlocked,
                Err(UndoError::Failed(error)) if is_unmade(error) => match blame {
                    Blame::No => Left::All,
                    Blame::Itself | Blame::Refused(_) => Left::IfBlocked,
                },
                _ => Left::Nothing,
            };
            if let Some(inner) = inner.upgrade() {
                inner.end_step(&ends, (parts, left), how);
            }
        });
        let deed = run.first().and_then(|part| part.deed());
        let (edit, made, again) = match run.first().map(|part| part.back()) {
            Some(Back::Again(again)) => (self.asked(&again, done), Some(again), None),
            Some(Back::Inverse(inverse)) => (self.asked(&inverse, done), Some(inverse), deed),
            Some(Back::Merge) | None => {
                let change = take_back(run.to_vec(), overtaken);
                (Edit { change, done, ask: None }, None, deed)
            }
        };
        let part = self.part(&edit, made, again);
        (edit, part)
    }

    /// An edit of the step has ended; the step, if all have.
    fn end_step(&self, ends: &Ends<T>, left: (Run<T>, Left), how: Undone) {
        ends.left.borrow_mut().push(left);
        ends.ended.borrow_mut().push(how);
        ends.open.set(ends.open.get().saturating_sub(1));
        if ends.open.get() > 0 {
            return;
        }
        let left = ends.left.take();
        let forgotten = self.with_history(|history| history.end(ends.id, &left));
        self.let_go((left, forgotten));
        if let Some(done) = ends.done.take() {
            answer(done, sum(&ends.ended.take()));
        }
    }

    fn with_history<A>(&self, call: impl FnOnce(&mut History<T>) -> A) -> Option<A> {
        self.history.borrow_mut().as_mut().map(call)
    }
}

/// The change that takes back of a state what is still as these have made it.
fn take_back<T: Topic>(parts: Vec<Rc<Part<T>>>, overtaken: Rc<Cell<bool>>) -> Rc<Play<T>> {
    Rc::new(move |state: &mut T| {
        overtaken.set(false);
        let now = Tree::of(state)?;
        let mut tree = now.clone();
        parts.iter().for_each(|part| part.take_back(&mut tree));
        let back = if tree == now { None } else { read(&tree, state) };
        let Some(back) = back else {
            overtaken.set(true);
            return Err(Fault::Failed(UndoError::Overtaken.to_string()));
        };
        *state = back;
        Ok(())
    })
}

/// The state that this describes, if it is one: what is left of a change and what others have made
/// may not go together, as of an enum the field of one variant and the name of another.
fn read<T: Topic>(tree: &Tree, before: &T) -> Option<T> {
    let mut state: T = serde_json::from_str(&tree.to_string()).ok()?;
    state.keep_skipped(before);
    (Tree::of(&state).ok()?.sorted() == tree.sorted()).then_some(state)
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
    // That nobody knows of one is the graver word.
    match unmade.max_by_key(|error| error.fate == Some(Fate::Unknown)) {
        Some(error) if ended.iter().any(is_made) => return Err(UndoError::Partly(Box::new(error))),
        Some(error) => return Err(UndoError::Failed(error)),
        None => {}
    }
    let not_durable = ended.iter().find(|end| failed(end).is_some());
    let made = ended.iter().filter(|end| end.is_ok()).max_by_key(|end| end.as_ref().ok());
    not_durable.or(made).or(ended.first()).cloned().unwrap_or(Err(UndoError::Nothing))
}

/// Whether it is known that what has failed so was not made.
fn is_unmade(error: &SyncError) -> bool {
    error.fate.is_some_and(|fate| !fate.may_be_made())
}

impl<T> Ends<T> {
    fn new(id: u64, done: oneshot::Sender<Undone>, edits: usize) -> Self {
        let (done, open) = (Cell::new(Some(done)), Cell::new(edits));
        Self { id, done, open, left: RefCell::default(), ended: RefCell::default() }
    }
}
