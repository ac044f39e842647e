//! What is undone at once, and done again.

use std::cmp::Reverse;
use std::rc::Rc;

use revgate::Topic;

use super::Part;

/// Which way in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Undo,
    Redo,
}

/// What is undone at once.
pub(super) struct Step<T> {
    /// The oldest first.
    pub(super) parts: Vec<Rc<Part<T>>>,
    /// The number of the change that it began with.
    pub(super) first: u64,
    /// How many changes the window had made when it was undone.
    pub(super) since: u64,
}

pub(super) struct Going<T> {
    pub(super) id: u64,
    pub(super) way: Way,
    pub(super) step: Step<T>,
    /// What takes its [runs](Taken::runs) back, one for each.
    pub(super) back: Vec<Rc<Part<T>>>,
}

/// What is left of parts that an edit was to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// They were taken back, or may have been.
    Nothing,
    /// All of them, if what blocks them can be undone: what others have made cannot.
    IfBlocked,
    All,
}

/// A step that has been taken out, until it has [ended](super::History::end).
pub(crate) struct Taken<T> {
    pub(crate) id: u64,
    /// The newest first.
    pub(crate) runs: Vec<Run<T>>,
}

/// Parts of a step that one edit takes back, the newest first.
pub(crate) type Run<T> = Vec<Rc<Part<T>>>;

/// Parts that are forgotten. They may hold anything, which is dropped by whoever gets them.
pub(crate) type Forgotten<T> = Vec<Rc<Part<T>>>;

impl<T: Topic> Step<T> {
    /// What is ahead of what, the last first.
    pub(super) fn order(&self, way: Way) -> (u64, Reverse<u64>) {
        match way {
            Way::Undo => (self.first, Reverse(0)),
            Way::Redo => (self.since, Reverse(self.first)),
        }
    }

    /// Its parts, the newest first; those together that one edit takes back.
    pub(super) fn runs(&self) -> Vec<Run<T>> {
        let mut runs: Vec<Run<T>> = Vec::new();
        for part in self.parts.iter().rev() {
            let joins = |run: &&mut Vec<Rc<Part<T>>>| {
                part.is_edit() && run.iter().all(|part| part.is_edit())
            };
            match runs.last_mut().filter(joins) {
                Some(run) => run.push(Rc::clone(part)),
                None => runs.push(vec![Rc::clone(part)]),
            }
        }
        runs
    }
}

impl Way {
    /// The way back.
    pub(crate) fn back(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}
