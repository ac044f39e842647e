//! What is done to a topic, so that it can be done once more.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use revgate::action::Told;
use revgate::json::tree::{Tree, merge};
use revgate::json::{Fingerprint, fingerprint};
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Edit;

/// What was done to a topic of the type `T`. It is done once more to whatever the state is by then, as a
/// window's edit is.
///
/// ```
/// use std::sync::Arc;
///
/// use revgate::Topic;
/// use revgate_upstream::{Deed, Edit, State};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Look { dark: bool, size: u8 }
///
/// impl Topic for Look {
///     const NAME: &'static str = "look";
/// }
///
/// let before = Look { dark: false, size: 12 };
/// let deed = Deed::between(&before, &Look { dark: true, ..before })?;
/// // Meanwhile, on another machine:
/// let theirs = State::new(Arc::new(Look { dark: false, size: 14 }))?;
/// assert_eq!(*deed.play(&theirs)?.data, Look { dark: true, size: 14 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Deed<T> {
    did: Arc<Did>,
    to: PhantomData<fn() -> T>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Did {
    /// These, of a topic that says its [`ACTIONS`](Topic::ACTIONS).
    Actions(Vec<Told<Box<RawValue>>>),
    /// Something of which this is known: what it changed, as it was and as it is.
    Change([Tree; 2]),
}

/// A state, told from others by what it is as JSON.
#[derive(Debug)]
pub struct State<T> {
    /// The state.
    pub data: Arc<T>,
    print: Fingerprint,
}

impl<T: Topic> Deed<T> {
    /// These actions, as they were done.
    pub fn actions(actions: Vec<Told<Box<RawValue>>>) -> Self {
        Did::Actions(actions).into()
    }

    /// What has made one state of another. Merged into a third, it stands over what that has there.
    ///
    /// # Errors
    ///
    /// If one of them cannot be JSON.
    pub fn between(before: &T, after: &T) -> Result<Self, Invalid> {
        let (before, after) = narrow(Tree::of(before)?, Tree::of(after)?);
        Ok(Did::Change([before, after]).into())
    }

    fn make(&self, state: &T) -> Result<T, String> {
        let next = match &*self.did {
            Did::Actions(actions) => {
                let mut next = state.clone();
                for told in actions {
                    T::ACTIONS.play(&mut next, told.action.get(), &told.context())?;
                }
                next
            }
            Did::Change([before, after]) => {
                let now = Tree::of(state).map_err(|invalid| invalid.to_string())?;
                let merged = merge(Some(before), Some(&now), Some(after));
                let text = merged.tree.unwrap_or_default().to_string();
                let mut next: T = serde_json::from_str(&text).map_err(|error| error.to_string())?;
                next.keep_skipped(state);
                next
            }
        };
        next.validate().map_err(|invalid| invalid.to_string())?;
        Ok(next)
    }
}

impl<T: Topic> Edit for Deed<T> {
    type State = State<T>;
    /// In words, for people.
    type Refusal = String;

    fn play(&self, state: &State<T>) -> Result<State<T>, String> {
        let next = self.make(&state.data)?;
        State::new(Arc::new(next)).map_err(|invalid| invalid.to_string())
    }
}

impl<T: Topic> State<T> {
    /// Of a state.
    ///
    /// # Errors
    ///
    /// If it cannot be JSON.
    pub fn new(data: Arc<T>) -> Result<Self, Invalid> {
        let print = fingerprint(&*data)?;
        Ok(Self { data, print })
    }
}

impl<T> From<Did> for Deed<T> {
    fn from(did: Did) -> Self {
        Self { did: Arc::new(did), to: PhantomData }
    }
}

impl<T> Clone for Deed<T> {
    fn clone(&self) -> Self {
        Self { did: Arc::clone(&self.did), to: PhantomData }
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self { data: Arc::clone(&self.data), print: self.print }
    }
}

impl<T> PartialEq for State<T> {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

/// Of two values what differs: of objects, the fields that do.
fn narrow(before: Tree, after: Tree) -> (Tree, Tree) {
    let (before, mut after) = match (before, after) {
        (Tree::Map(before), Tree::Map(after)) => (before, after),
        others => return others,
    };
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for (name, was) in before {
        match after.remove(&name) {
            Some(is) if is == was => {}
            Some(is) => {
                let (was, is) = narrow(was, is);
                old.insert(name.clone(), was);
                new.insert(name, is);
            }
            None => drop(old.insert(name, was)),
        }
    }
    new.append(&mut after);
    (Tree::Map(old), Tree::Map(new))
}

#[cfg(test)]
mod tests;
