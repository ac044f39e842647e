//! What an edit did, and how that is taken back.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use revgate::action::Context;
use revgate::json::Tree;
use revgate::json::tree::Delta;
use revgate::wire::Reverse;
use revgate::{Epoch, Topic};

use crate::optimistic::{Deed, Play};
use crate::{Json, guard};

/// An edit, or an action, that can be taken back.
///
/// ```text
///               made, and it is known what it did
///  UnderWay ──────────────────────────────────────> Made
///     │ └──> Unmade
///     └────> Unknown
/// ```
pub(crate) struct Part<T> {
    /// What it did when it was played last: while it is under way, the best guess at what will have
    /// become of it, for it is played again on each state that it may have to be made on.
    last: RefCell<Option<Last<T>>>,
    /// The action that it is, and what that knew.
    made: Option<(Deed<T>, Context)>,
    /// If it takes an action back, that action.
    again: Option<Deed<T>>,
    stage: Cell<Stage>,
    life: Life,
}

/// The life of the topic that the window's newest state is of.
pub(crate) type Life = Rc<Cell<Epoch>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    UnderWay,
    /// **`last` is what it did in the backend**, in this life of the topic, and stays so.
    Made(Epoch),
    Unmade,
    /// Nobody knows whether it was made, or to what.
    Unknown,
}

enum Last<T> {
    States(Box<(T, T)>),
    Changes(Delta),
    /// It is an action, and this one takes it back.
    Inverse(Deed<T>),
}

/// How a part is taken back.
pub(crate) enum Back<T> {
    /// By this action: its inverse; or, if it has itself taken an action back, that one again.
    Action(Deed<T>),
    /// By a merge.
    Merge,
}

impl<T: Topic> Part<T> {
    pub(crate) fn new(
        made: Option<(Deed<T>, Context)>,
        again: Option<Deed<T>>,
        life: Life,
    ) -> Rc<Self> {
        let (last, stage) = (RefCell::new(None), Cell::new(Stage::UnderWay));
        Rc::new(Self { last, made, again, stage, life })
    }

    /// `play`, which keeps for this part what it did.
    pub(crate) fn recording(self: &Rc<Self>, play: Rc<Play<T>>) -> Rc<Play<T>> {
        if self.again.is_some() {
            return play;
        }
        let part = Rc::clone(self);
        Rc::new(move |state| {
            if !part.is_under_way() {
                return play(state);
            }
            // Asked before the action is done, so that a state need not be copied for it.
            let last = match part.inverse(state) {
                Some(inverse) => {
                    play(state)?;
                    Last::Inverse(inverse)
                }
                None => {
                    let before = state.clone();
                    play(state)?;
                    Last::States(Box::new((before, state.clone())))
                }
            };
            let before = part.last.replace(Some(last));
            drop(before);
            Ok(())
        })
    }

    /// What takes the action back, if it says that itself. One that panics has not said it.
    fn inverse(&self, before: &T) -> Option<Deed<T>> {
        let (deed, context) = self.made.as_ref()?;
        guard::call(|| deed.inverse(before, context)).ok().flatten()
    }

    /// The action has been done in the life `epoch`, and how it is taken back is `told` by the backend;
    /// or it is what it did here, if `is_own` says that it was last played on the state that it was
    /// done to there.
    pub(crate) fn settle(&self, told: Option<&Reverse<Json>>, is_own: bool, epoch: Epoch) {
        if !self.is_under_way() {
            // Another message that had it has told.
            return;
        }
        match told.map(|how| self.read(how)).transpose() {
            _ if self.again.is_some() => {}
            Ok(Some(last)) => drop(self.last.replace(Some(last))),
            Ok(None) if is_own => {}
            // What others did in that moment cannot be told from what it did.
            Ok(None) => return self.lose(),
            Err(reason) => {
                tracing::warn!("an action cannot be undone, as how is not readable: {reason}");
                return self.lose();
            }
        }
        self.stage.set(Stage::Made(epoch));
    }

    fn read(&self, how: &Reverse<Json>) -> Result<Last<T>, String> {
        Ok(match how {
            Reverse::Nothing => Last::Changes(Delta::default()),
            Reverse::Changes(delta) => {
                let delta = serde_json::from_str(delta.get());
                Last::Changes(delta.map_err(|error| error.to_string())?)
            }
            Reverse::Inverse(action) => {
                let (deed, _) = self.made.as_ref().ok_or("it is no action")?;
                Last::Inverse(deed.told_inverse(action.get())?)
            }
        })
    }

    /// Whether there is something to take back, as far as is known.
    pub(crate) fn is_something(&self) -> bool {
        self.back().is_some()
    }

    /// How it is taken back, as far as is known; `None` if there is nothing to take back.
    pub(crate) fn back(&self) -> Option<Back<T>> {
        if matches!(self.stage.get(), Stage::Unmade | Stage::Unknown) || self.is_past() {
            return None;
        }
        if let Some(deed) = &self.again {
            return Some(Back::Action(deed.clone()));
        }
        self.compare();
        match &*self.last.borrow() {
            Some(Last::Inverse(deed)) => Some(Back::Action(deed.clone())),
            Some(Last::Changes(delta)) if !delta.is_empty() => Some(Back::Merge),
            Some(Last::Changes(_) | Last::States(_)) | None => None,
        }
    }

    /// The action that takes back what takes this back.
    pub(crate) fn deed(&self) -> Option<Deed<T>> {
        self.made.as_ref().map(|(deed, _)| deed.clone())
    }

    /// The action that takes this back whatever becomes of it.
    pub(crate) fn again(&self) -> Option<Deed<T>> {
        self.again.clone()
    }

    /// Takes back of `tree` what is still as this made it.
    pub(crate) fn take_back(&self, tree: &mut Tree) {
        if self.is_past() {
            return;
        }
        self.compare();
        if let Some(Last::Changes(delta)) = &*self.last.borrow() {
            delta.take_back(tree);
        }
    }

    /// Takes in what was made after it: both are one then. Whether it could.
    pub(crate) fn extend(&self, next: &Self) -> bool {
        let may = |part: &Self| part.is_edit() && matches!(part.stage.get(), Stage::Made(_));
        if !may(self) || !may(next) {
            return false;
        }
        self.compare();
        next.compare();
        match (&mut *self.last.borrow_mut(), &mut *next.last.borrow_mut()) {
            (Some(Last::Changes(delta)), Some(Last::Changes(next))) => {
                delta.extend(std::mem::take(next));
                true
            }
            _ => false,
        }
    }

    /// Lets go of the states, for what makes one of the other.
    fn compare(&self) {
        let states = match self.last.take() {
            Some(Last::States(states)) => states,
            last => {
                *self.last.borrow_mut() = last;
                return;
            }
        };
        // Writing a state is other people's code.
        let delta = guard::call(|| {
            let (before, after) = &*states;
            Some(Delta::between(&Tree::of(before).ok()?, &Tree::of(after).ok()?))
        });
        *self.last.borrow_mut() = delta.ok().flatten().map(Last::Changes);
        let _ = guard::call(|| drop(states));
    }
}

impl<T> Part<T> {
    /// Whether it is an edit by a function, or takes one back.
    pub(crate) fn is_edit(&self) -> bool {
        self.made.is_none() && self.again.is_none()
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.stage.get() == Stage::UnderWay
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.stage.get() == Stage::Unknown
    }

    /// Whether it was made in a life of the topic that is over: what it made went with that, and what
    /// is the same now is another's.
    pub(crate) fn is_past(&self) -> bool {
        matches!(self.stage.get(), Stage::Made(epoch) if epoch < self.life.get())
    }

    /// It was made in the life `epoch`, and is not played any more.
    pub(crate) fn end(&self, epoch: Epoch) {
        if self.is_under_way() {
            self.stage.set(Stage::Made(epoch));
        }
    }

    /// It was not made: there is nothing of it to take back, also for an undo that waits behind it.
    pub(crate) fn fail(&self) {
        self.forget(Stage::Unmade);
    }

    /// Nobody knows what it did: what it would have made may be another's by now.
    pub(crate) fn lose(&self) {
        self.forget(Stage::Unknown);
    }

    fn forget(&self, stage: Stage) {
        self.stage.set(stage);
        let last = self.last.take();
        // Dropping a state is other people's code.
        let _ = guard::call(|| drop(last));
    }
}
