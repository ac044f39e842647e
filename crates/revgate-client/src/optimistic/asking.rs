//! An action as an edit.

use std::rc::Rc;

use revgate::action::{Seq, Source};
use revgate::wire::Asked;
use revgate::{Action, Topic};

use super::Deed;
use super::edit::{Ask, Done, Edit};

/// An action that can be sent, and played as the backend will.
pub(crate) struct Asking<T> {
    deed: Deed<T>,
    ask: Ask<T>,
}

impl<T: Topic> Asking<T> {
    /// # Errors
    ///
    /// If it is no JSON, or cannot be read back out of it, in words.
    pub(crate) fn new<A: Action<Topic = T>>(
        action: &A,
        source: Source,
        seq: Seq,
        at: u64,
    ) -> Result<Self, String> {
        Ok(Self::of(Deed::of(action)?, source, seq, at))
    }

    pub(crate) fn of(deed: Deed<T>, source: Source, seq: Seq, at: u64) -> Self {
        let asked = Asked { seq, at, seed: None, action: deed.json.clone() };
        let context = asked.context(source);
        let again = deed.clone();
        let again = Rc::new(move |state: &mut T| again.apply(state, &context));
        let ask = Ask { asked, context, again, sent: None.into(), explain: deed.explain };
        Self { deed, ask }
    }

    pub(crate) fn deed(&self) -> Deed<T> {
        self.deed.clone()
    }

    /// The edit; `done` is told how it ended.
    pub(crate) fn edit(self, done: Done) -> Edit<T> {
        let change = Rc::clone(&self.ask.again);
        Edit { ask: Some(self.ask), ..Edit::new(change, done) }
    }

    /// How it is sent.
    pub(crate) fn ask(self) -> Ask<T> {
        self.ask
    }
}
