//! What deeds make of a state.

use std::borrow::Cow;
use std::sync::Arc;

use revgate::Topic;
use revgate::json::Tree;

use super::change::{Change, join, lacking, make, missing, with_object};
use super::{Deed, Did, State};
use crate::Played;

/// What these make of `state`, one after the other, without those that cannot be made: which these are, and why. Or
/// why one of them cannot be made, if nobody knows which.
pub(super) fn all<'a, T: Topic>(
    deeds: impl IntoIterator<Item = &'a Deed<T>>,
    state: &Option<State<T>>,
) -> Result<Played<Option<State<T>>, String>, String> {
    let mut now = state.as_ref().map(|state| Cow::Borrowed(&*state.data));
    let (mut changes, mut refused) = (Changes::default(), Vec::new());
    for (at, deed) in deeds.into_iter().enumerate() {
        if !changes.may_grow_by(&deed.did) {
            now = now.map(|state| changes.read(state)).transpose()?;
        }
        now = match (&*deed.did, now) {
            (Did::Remove, _) => None,
            (Did::Create(created), None) => Some(Cow::Owned(read(created, None)?)),
            (_, None) => {
                refused.push((at, "it was removed".to_owned()));
                None
            }
            (Did::Change(change), Some(state)) => {
                let grown = changes.grow(change, &*state);
                refused.extend(grown.err().map(|why| (at, why)));
                Some(state)
            }
            (Did::Actions(actions), Some(state)) => {
                let mut next = state.into_owned();
                for told in actions {
                    T::ACTIONS.play(&mut next, told.action.get(), &told.context())?;
                }
                Some(Cow::Owned(next))
            }
            (Did::Create(made), Some(state)) => {
                Some(Cow::Owned(read(&join(made, &tree(&*state)?), Some(&*state))?))
            }
            (Did::Become(made), Some(state)) => {
                Some(Cow::Owned(read(&join(&tree(&*state)?, made), Some(&*state))?))
            }
        };
    }
    let Some(state) = now.map(|state| changes.read(state)).transpose()? else {
        return Ok(Played { state: None, refused });
    };
    state.validate().map_err(|invalid| invalid.to_string())?;
    let state = State::new(Arc::new(state.into_owned())).map_err(|invalid| invalid.to_string())?;
    Ok(Played { state: Some(state), refused })
}

/// Changes of a state that has not been read since.
#[derive(Default)]
struct Changes<'a> {
    of: Vec<&'a Change>,
    /// The state as JSON, with these; `None` if nobody has asked for it.
    now: Option<Tree>,
}

impl<'a> Changes<'a> {
    /// Whether this can be one of them, or else needs the state [as it is read](Self::read).
    fn may_grow_by(&self, did: &Did) -> bool {
        match (did, &self.now) {
            (Did::Change(change), Some(now)) => lacking(now, change.each_ref()).is_none(),
            (Did::Change(_), None) => true,
            _ => false,
        }
    }

    /// With one more, if that can be made.
    fn grow<T: Topic>(&mut self, change: &'a Change, state: &T) -> Result<(), String> {
        if self.now.is_none() {
            self.now = Some(tree(state)?);
        }
        let Some(now) = &mut self.now else { return Ok(()) };
        if let Some(filled) = filled(now, state, change.each_ref())? {
            *now = filled;
        }
        make(now, change.each_ref());
        self.of.push(change);
        Ok(())
    }

    /// What has become of the state.
    fn read<'s, T: Topic>(&mut self, state: Cow<'s, T>) -> Result<Cow<'s, T>, String> {
        let changes = std::mem::take(&mut self.of);
        let Some(now) = self.now.take().filter(|_| !changes.is_empty()) else { return Ok(state) };
        let next = read(&now, Some(&*state))?;
        // Of an enum, a field of one variant may be none of another, and is passed over then. What one of many
        // changes has put there another may have taken away: of these it is enough that nothing is passed over.
        let put = match &changes[..] {
            [[_, after]] => after,
            _ => &now,
        };
        match missing(Some(&tree(&next)?), put) {
            Some(path) => Err(gone(&path)),
            None => Ok(Cow::Owned(next)),
        }
    }
}

/// With all objects that a change has parts of, if it lacks one: `now` is the state as JSON.
fn filled<T: Topic>(now: &Tree, state: &T, change: [&Tree; 2]) -> Result<Option<Tree>, String> {
    let mut filled = None;
    while let Some(path) = lacking(filled.as_ref().unwrap_or(now), change) {
        // What is empty may not be written at all: then it is there all the same.
        let with = with_object(filled.unwrap_or_else(|| now.clone()), &path);
        let is_same = |with: &Tree| {
            let read = read::<T>(with, Some(state)).and_then(|read| tree(&read));
            read.as_ref() == Ok(now)
        };
        filled = Some(with.filter(is_same).ok_or_else(|| gone(&path))?);
    }
    Ok(filled)
}

fn gone(path: &[String]) -> String {
    match path {
        [] => "it has become something else".to_owned(),
        path => format!("`{}` is not there any more", path.join(".")),
    }
}

fn tree<T: Topic>(state: &T) -> Result<Tree, String> {
    Tree::of(state).map_err(|invalid| invalid.to_string())
}

fn read<T: Topic>(tree: &Tree, before: Option<&T>) -> Result<T, String> {
    let read: Result<T, _> = serde_json::from_str(&tree.to_string());
    let mut state = read.map_err(|error| error.to_string())?;
    before.inspect(|before| state.keep_skipped(before));
    Ok(state)
}
