//! What is done to a topic, so that it can be done once more.

mod change;
mod play;
mod reshape;
mod unwritten;

use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

use revgate::action::Told;
use revgate::json::Tree;
use revgate::json::{Fingerprint, fingerprint};
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::calm::calmly;
use crate::{Edit, Played};

use change::{Change, are_same_fields, follow, narrow};

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
}

impl<T: Topic> Edit for Deed<T> {
    /// `None` if it was removed, or never was.
    type State = Option<State<T>>;
    /// In words, for people.
    type Refusal = String;

    /// Also an action that panics has refused.
    fn play(&self, state: &Option<State<T>>) -> Result<Option<State<T>>, String> {
        let Played { state, refused } = calmly(|| play::all([self], state))?;
        refused.into_iter().next().map_or(Ok(state), |(_, why)| Err(why))
    }

    /// Of many changes the state is read, validated and fingerprinted once.
    fn play_all<'a>(
        deeds: impl Iterator<Item = &'a Self>,
        state: &Option<State<T>>,
    ) -> Option<Played<Option<State<T>>, String>>
    where
        Self: 'a,
    {
        calmly(|| play::all(deeds, state)).ok()
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

#[cfg(test)]
mod tests;
