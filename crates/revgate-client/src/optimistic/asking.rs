//! An action as an edit.

use std::rc::Rc;

use revgate::Action;
use revgate::action::{Context, Seq, Source};
use revgate::json::fingerprint;
use revgate::wire::Asked;
use serde_json::value::to_raw_value;

use super::edit::{Ask, Done, Edit, Fault};
use crate::Json;
use crate::action::explain;

/// An action that can be sent, and played as the backend will.
pub(crate) struct Asking<A> {
    /// As the backend reads it.
    action: A,
    context: Context,
    ask: Ask,
}

impl<A: Action> Asking<A> {
    /// # Errors
    ///
    /// If it is no JSON, or cannot be read back out of it, in words.
    pub(crate) fn new(action: &A, source: Source, seq: Seq, at: u64) -> Result<Self, String> {
        fingerprint(action).map_err(|invalid| invalid.to_string())?;
        let json: Json = to_raw_value(action).map_err(|error| error.to_string())?;
        let read = serde_json::from_str(json.get());
        let action = read.map_err(|error| format!("it cannot be read back: {error}"))?;
        let asked = Asked { seq, at, seed: None, action: json };
        let context = asked.context(source);
        let ask = Ask { asked, sent_in: None.into(), explain: explain::<A> };
        Ok(Self { action, context, ask })
    }

    /// The edit; `done` is told how it ended.
    pub(crate) fn edit(self, done: Done) -> Edit<A::Topic> {
        let Self { action, context, ask } = self;
        let change = move |state: &mut A::Topic| apply(&action, state, &context);
        Edit { change: Rc::new(change), done, ask: Some(ask) }
    }
}

fn apply<A: Action>(action: &A, state: &mut A::Topic, context: &Context) -> Result<(), Fault> {
    action.apply(state, context).map_err(|error| {
        let words = error.to_string();
        match serde_json::to_string(&error) {
            Ok(error) => Fault::Refused { words, error },
            Err(_) => Fault::Failed(words),
        }
    })
}
