//! What an edit did when it was played last.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use revgate::Topic;
use revgate::action::Context;
use revgate::json::Tree;

use super::Delta;
use crate::guard;
use crate::optimistic::{Deed, Play};

/// An edit, or an action, that can be taken back.
pub(crate) struct Part<T> {
    /// What it did when it was played last: that is what has become of it, for it is played again
    /// on each state that it may have to be made on.
    last: RefCell<Option<Last<T>>>,
    /// The action that it is, and what that knew.
    made: Option<(Deed<T>, Context)>,
    /// If it takes an action back, that action.
    again: Option<Deed<T>>,
    is_ended: Cell<bool>,
}

enum Last<T> {
    States(Box<(T, T)>),
    Changes(Delta),
    /// It is an action, and this one takes it back.
    Inverse(Deed<T>),
}

/// How a part is taken back.
pub(crate) enum Back<T> {
    /// It has taken this action back, which is done again.
    Again(Deed<T>),
    /// By this action.
    Inverse(Deed<T>),
    /// By a merge.
    Merge,
}

impl<T: Topic> Part<T> {
    pub(crate) fn new(made: Option<(Deed<T>, Context)>, again: Option<Deed<T>>) -> Rc<Self> {
        Rc::new(Self { last: RefCell::new(None), made, again, is_ended: Cell::new(false) })
    }

    /// `play`, which keeps for this part what it did.
    pub(crate) fn recording(self: &Rc<Self>, play: Rc<Play<T>>) -> Rc<Play<T>> {
        let part = Rc::clone(self);
        Rc::new(move |state| {
            let before = state.clone();
            if let Err(fault) = play(state) {
                // An edit falls by that, and an undo may wait behind it. An action may be done.
                if part.made.is_none() {
                    part.fail();
                }
                return Err(fault);
            }
            let inverse = part.made.as_ref().and_then(|(deed, at)| deed.inverse(&before, at));
            let last = match inverse {
                Some(inverse) => Last::Inverse(inverse),
                None => Last::States(Box::new((before, state.clone()))),
            };
            let before = part.last.replace(Some(last));
            drop(before);
            Ok(())
        })
    }

    /// Whether there is something to take back, as far as is known.
    pub(crate) fn is_something(&self) -> bool {
        if self.again.is_some() {
            return true;
        }
        self.compare();
        match &*self.last.borrow() {
            Some(Last::Changes(delta)) => !delta.is_empty(),
            Some(Last::Inverse(_)) => true,
            Some(Last::States(_)) | None => false,
        }
    }

    pub(crate) fn back(&self) -> Back<T> {
        match (&self.again, &*self.last.borrow()) {
            (Some(deed), _) => Back::Again(deed.clone()),
            (None, Some(Last::Inverse(deed))) => Back::Inverse(deed.clone()),
            (None, _) => Back::Merge,
        }
    }

    /// The action that it is.
    pub(crate) fn deed(&self) -> Option<Deed<T>> {
        self.made.as_ref().map(|(deed, _)| deed.clone())
    }

    /// Takes back of `tree` what is still as this made it.
    pub(crate) fn take_back(&self, tree: &mut Tree) {
        self.compare();
        if let Some(Last::Changes(delta)) = &*self.last.borrow() {
            delta.take_back(tree);
        }
    }

    /// Takes in what was made after it: both are one then. Whether it could.
    pub(crate) fn extend(&self, next: &Self) -> bool {
        let may = |part: &Self| part.is_edit() && part.is_ended.get();
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

    /// Whether it is an edit by a function, or takes one back.
    pub(crate) fn is_edit(&self) -> bool {
        self.made.is_none() && self.again.is_none()
    }

    /// It is not played any more.
    pub(crate) fn end(&self) {
        self.is_ended.set(true);
    }

    /// It was not made, or nobody knows: there is nothing of it to take back, also for an undo that
    /// waits behind it.
    pub(crate) fn fail(&self) {
        drop(self.last.take());
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
