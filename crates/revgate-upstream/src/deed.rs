//! What is done to a topic, so that it can be done once more.

mod change;
mod reshape;

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

use revgate::action::Told;
use revgate::json::tree::{Tree, merge};
use revgate::json::{Fingerprint, fingerprint};
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Edit;
use crate::calm::calmly;

use change::{Change, are_same_fields, follow, join, lacking, missing, narrow, with_object};

/// What was done to a topic of the type `T`. It is done once more to whatever the state is by then, as a
/// window's edit is.
///
/// Of what was changed, only the fields and entries that differ are kept; **of a list, all of it, as it was and as it
/// is**. So large lists, of which a little is changed often, had better have actions, or be maps.
///
/// A topic of a family may be removed, and created anew, as by any other edit: then its state is `None`.
///
/// | done here | and there, meanwhile | comes to |
/// |---|---|---|
/// | an edit | an edit | both; of one value, the one that comes last to the store |
/// | an edit of what is in an entry | the removal of that | the removal; the edit is refused, in words, if it comes last |
/// | an edit | a removal | the removal; the edit is refused, in words, if it comes last |
/// | a removal | a removal | the removal |
/// | a creation | a creation | the fields, entries and items of both; of one value, the one that comes first |
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
/// let theirs = Some(State::new(Arc::new(Look { dark: false, size: 14 }))?);
/// let both = deed.play(&theirs)?.expect("nobody has removed it");
/// assert_eq!(*both.data, Look { dark: true, size: 14 });
/// assert_eq!(deed.play(&Deed::remove().play(&theirs)?).unwrap_err(), "it was removed");
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
    Change(Change),
    /// It is there from now on, and was this when it was created.
    Create(Tree),
    /// It was edited to this, nobody knows any more how.
    Become(Tree),
    /// It is not there any more.
    Remove,
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
        Ok(Did::Change(narrow([Tree::of(before)?, Tree::of(after)?])).into())
    }

    /// Its creation, in this state, of a topic that is not there. Where one is there by then, it stands, and
    /// gets what it lacks of this: so two machines that create it at once lose nothing of each other's, and what
    /// the first has edited since is kept.
    ///
    /// # Errors
    ///
    /// If the state cannot be JSON.
    pub fn create(state: &T) -> Result<Self, Invalid> {
        Ok(Did::Create(Tree::of(state)?).into())
    }

    /// Its removal. What is not there may be removed, too.
    pub fn remove() -> Self {
        Did::Remove.into()
    }

    fn make(&self, state: Option<&T>) -> Result<Option<T>, String> {
        let next = match (&*self.did, state) {
            (Did::Remove, _) => return Ok(None),
            (Did::Create(created), None) => read(created, None)?,
            (_, None) => return Err("it was removed".to_owned()),
            (Did::Actions(actions), Some(state)) => {
                let mut next = state.clone();
                for told in actions {
                    T::ACTIONS.play(&mut next, told.action.get(), &told.context())?;
                }
                next
            }
            (Did::Change([before, after]), Some(state)) => {
                let now = there::<T>(state, [before, after])?;
                let merged = merge(Some(before), Some(&now), Some(after)).tree.unwrap_or_default();
                let next = read(&merged, Some(state))?;
                // Of an enum, a field of one variant may be none of another, and is passed over then.
                match missing(Some(&tree(&next)?), after) {
                    Some(path) => return Err(gone(&path)),
                    None => next,
                }
            }
            (Did::Create(made), Some(state)) => read(&join(made, &tree(state)?), Some(state))?,
            (Did::Become(made), Some(state)) => read(&join(&tree(state)?, made), Some(state))?,
        };
        next.validate().map_err(|invalid| invalid.to_string())?;
        Ok(Some(next))
    }
}

impl<T: Topic> Edit for Deed<T> {
    /// `None` if it was removed, or never was.
    type State = Option<State<T>>;
    /// In words, for people.
    type Refusal = String;

    /// Also an action that panics has refused.
    fn play(&self, state: &Option<State<T>>) -> Result<Option<State<T>>, String> {
        calmly(|| {
            let next = self.make(state.as_ref().map(|state| &*state.data))?;
            let next = next.map(|next| State::new(Arc::new(next))).transpose();
            next.map_err(|invalid| invalid.to_string())
        })
    }

    /// As JSON.
    fn bytes(&self) -> usize {
        let mut bytes = Count(0);
        // Numbers, text and what was JSON before: there is nothing in it that JSON does not have.
        let _ = serde_json::to_writer(&mut bytes, self);
        bytes.0
    }

    /// Of two changes of the same fields, as of a slider that is dragged: so what cannot be made any more takes no
    /// other edit with it. Actions stay as they were done, each.
    fn fuse(&self, next: &Self) -> Option<Self> {
        match (&*self.did, &*next.did) {
            (Did::Change(first), Did::Change(next))
                if are_same_fields(first.each_ref(), next.each_ref()) =>
            {
                Some(Did::Change(follow(first.clone(), next.clone())).into())
            }
            _ => None,
        }
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

    /// Of a state whose fingerprint is known to be this.
    pub fn printed(data: Arc<T>, print: Fingerprint) -> Self {
        Self { data, print }
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

/// What is written there is counted, and not kept.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tree<T: Topic>(state: &T) -> Result<Tree, String> {
    Tree::of(state).map_err(|invalid| invalid.to_string())
}

/// The state as JSON, with all objects that a change has parts of.
fn there<T: Topic>(state: &T, change: [&Tree; 2]) -> Result<Tree, String> {
    let mut there = tree(state)?;
    while let Some(path) = lacking(&there, change) {
        // What is empty may not be written at all: then it is there all the same.
        let filled = with_object(there, &path).filter(|filled| {
            read::<T>(filled, Some(state)).and_then(|filled| tree(&filled)) == tree(state)
        });
        there = filled.ok_or_else(|| gone(&path))?;
    }
    Ok(there)
}

fn gone(path: &[String]) -> String {
    match path {
        [] => "it has become something else".to_owned(),
        path => format!("`{}` is not there any more", path.join(".")),
    }
}

fn read<T: Topic>(tree: &Tree, before: Option<&T>) -> Result<T, String> {
    let read: Result<T, _> = serde_json::from_str(&tree.to_string());
    let mut state = read.map_err(|error| error.to_string())?;
    before.inspect(|before| state.keep_skipped(before));
    Ok(state)
}

#[cfg(test)]
mod tests;
