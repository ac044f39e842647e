//! Actions, whatever their type.

use std::rc::Rc;

use revgate::action::Context;
use revgate::json::fingerprint;
use revgate::{Action, Topic};
use serde_json::value::to_raw_value;

use super::edit::Fault;
use crate::Json;
use crate::action::explain;

/// An action that can be asked for, any number of times.
pub(crate) struct Deed<T> {
    pub(crate) json: Json,
    /// What its error says, of which this is the JSON.
    pub(crate) explain: fn(&str) -> Option<String>,
    act: Rc<dyn Act<T>>,
}

/// An action of some type.
trait Act<T> {
    fn apply(&self, state: &mut T, context: &Context) -> Result<(), Fault>;

    fn inverse(&self, before: &T, context: &Context) -> Option<Deed<T>>;

    /// An action of the same type, out of its JSON.
    fn read(&self, json: &str) -> Result<Deed<T>, String>;
}

impl<T: Topic> Deed<T> {
    /// The action as the backend reads it.
    ///
    /// # Errors
    ///
    /// If it cannot be sent, in words.
    pub(crate) fn of<A: Action<Topic = T>>(action: &A) -> Result<Self, String> {
        fingerprint(action).map_err(|invalid| invalid.to_string())?;
        let json = to_raw_value(action).map_err(|error| error.to_string())?;
        let read = serde_json::from_str::<A>(json.get());
        let action = read.map_err(|error| format!("it cannot be read back: {error}"))?;
        Ok(Self { json, explain: explain::<A>, act: Rc::new(action) })
    }

    pub(crate) fn apply(&self, state: &mut T, context: &Context) -> Result<(), Fault> {
        self.act.apply(state, context)
    }

    /// What takes it back that has been done to `before`; `None` if that is for a merge.
    pub(crate) fn inverse(&self, before: &T, context: &Context) -> Option<Self> {
        self.act.inverse(before, context)
    }

    /// What the backend says takes it back.
    ///
    /// # Errors
    ///
    /// If it is no action of the same type, in words.
    pub(crate) fn told_inverse(&self, json: &str) -> Result<Self, String> {
        self.act.read(json)
    }
}

impl<T> Clone for Deed<T> {
    fn clone(&self) -> Self {
        Self { json: self.json.clone(), explain: self.explain, act: Rc::clone(&self.act) }
    }
}

impl<A: Action> Act<A::Topic> for A {
    fn apply(&self, state: &mut A::Topic, context: &Context) -> Result<(), Fault> {
        Action::apply(self, state, context).map_err(|error| {
            let words = error.to_string();
            match serde_json::to_string(&error) {
                Ok(error) => Fault::Refused { words, error },
                Err(_) => Fault::Failed(words),
            }
        })
    }

    fn inverse(&self, before: &A::Topic, context: &Context) -> Option<Deed<A::Topic>> {
        // One that cannot be sent takes nothing back.
        Action::inverse(self, before, context).and_then(|inverse| Deed::of(&inverse).ok())
    }

    fn read(&self, json: &str) -> Result<Deed<A::Topic>, String> {
        Deed::of(&serde_json::from_str::<A>(json).map_err(|error| error.to_string())?)
    }
}
