//! An edit, and how it is played.

use std::cell::Cell;
use std::rc::Rc;

use revgate::action::{Context, Seq};
use revgate::wire::Asked;
use revgate::{Invalid, Topic, Version};

use super::Layer;
use super::spares::Again;
use crate::Json;
use crate::guard::Panicked;
use crate::history::Part;
use crate::pending::{Answer, Outcome};

/// A change that the window makes, and who waits for it.
pub(crate) struct Edit<T> {
    pub(crate) change: Rc<Play<T>>,
    pub(crate) done: Done,
    /// How it is sent, if it is an action.
    pub(crate) ask: Option<Ask<T>>,
    /// What it is to be, if that hangs on how edits before it end: **till then it is not sent**.
    pub(crate) open: Option<Open<T>>,
    /// What it has made of the state, if that may be taken back.
    pub(crate) part: Option<Rc<Part<T>>>,
}

/// Decides what an edit is, once that can be told: an action that is asked for, or none.
pub(crate) type Open<T> = Box<dyn Fn() -> Option<Result<Option<Ask<T>>, Fault>>>;

/// Changes a state, or says why it cannot.
pub(crate) type Play<T> = dyn Fn(&mut T) -> Result<(), Fault>;

/// Tells whoever waits how it ended, and what it has to do with that itself.
pub(crate) type Done = Box<dyn FnOnce(Outcome, Blame<'_>)>;

/// Whether an edit that was not made is itself the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame<'a> {
    /// It was made, or something else is.
    No,
    /// It cannot be made on the state that there is.
    Itself,
    /// It is an action that has refused itself, with this error, as JSON.
    Refused(&'a str),
}

/// What is sent of an action.
pub(crate) struct Ask<T> {
    pub(crate) asked: Asked<Json>,
    /// What it knows beside the state.
    pub(crate) context: Context,
    /// Does it, and tells nobody.
    pub(crate) again: Again<T>,
    /// The message that had it first.
    pub(crate) sent: Cell<Option<Sent>>,
    /// What its error says, of which this is the JSON.
    pub(crate) explain: fn(&str) -> Option<String>,
}

/// The first message that had an action: what came with it is in one version, or was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The newest version that the window knew. **From then on it may have been done**, to that
    /// version or a later one of the same epoch.
    pub(crate) on: Version,
    /// The last action of the message, which no message before it had.
    pub(crate) last: Seq,
}

impl<T> Edit<T> {
    pub(crate) fn closure(
        change: impl Fn(&mut T) -> Result<(), String> + 'static,
        done: Answer,
    ) -> Self {
        let change = move |state: &mut T| change(state).map_err(Fault::Failed);
        // Whoever waits may have lost interest.
        let done = |outcome, _: Blame<'_>| drop(done.send(outcome));
        Self::new(Rc::new(change), Box::new(done))
    }

    /// One by a function.
    pub(crate) fn new(change: Rc<Play<T>>, done: Done) -> Self {
        Self { change, done, ask: None, open: None, part: None }
    }

    pub(crate) fn is_action(&self) -> bool {
        self.ask.is_some()
    }

    /// Whether it is one by a function, for good.
    pub(super) fn is_closure(&self) -> bool {
        self.ask.is_none() && self.open.is_none()
    }

    /// Whether it may have been done, or may still become another one: then it stays, also where it
    /// cannot be played.
    pub(super) fn must_stay(&self) -> bool {
        self.sent().is_some() || self.open.is_some()
    }

    /// Decides what it is, if that can be told by now. `is_known` if all that was done before it is
    /// part of the newest state: one by a function is not made on another.
    ///
    /// # Errors
    ///
    /// If it is nothing any more.
    pub(super) fn decide(&mut self, is_known: bool) -> Result<(), Fault> {
        match self.open.as_ref().and_then(|open| open()).transpose()? {
            Some(None) if !is_known => {}
            Some(ask) => (self.ask, self.open) = (ask, None),
            None => {}
        }
        Ok(())
    }

    /// Whether it makes the same of a state, as far as is known if it is an action.
    pub(super) fn is_same(&self, new: &Layer<T>, old: &Layer<T>) -> bool
    where
        T: Topic,
    {
        if self.is_action() { new.is_known_as(old) } else { new.says_the_same_as(old) }
    }

    /// It is not made, or nobody knows.
    pub(super) fn fail(&self) {
        self.part.iter().for_each(|part| part.fail());
    }

    pub(super) fn sent(&self) -> Option<Sent> {
        self.ask.as_ref().and_then(|ask| ask.sent.get())
    }

    pub(super) fn is_asked_as(&self, seq: Seq) -> bool {
        self.ask.as_ref().is_some_and(|ask| ask.asked.seq == seq)
    }
}

/// Why an edit cannot be made on this state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// What it makes may not become the shared state, or cannot be written.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It said so itself.
    #[error("{0}")]
    Failed(String),
    /// It is an action that has refused itself, with this error, as JSON.
    #[error("{words}")]
    Refused { words: String, error: String },
    #[error(
        "the edit {0}; it is played again on what other windows have written, where an index, \
             say, may have gone"
    )]
    Panicked(#[from] Panicked),
}
