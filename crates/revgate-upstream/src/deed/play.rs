//! What deeds make of a state.

use std::borrow::Cow;
use std::sync::Arc;

use revgate::Topic;
use revgate::json::Tree;

use super::change::{Change, join, lacking, make, missing, with_object};
use super::unwritten::{places, unwritten};
use super::{Deed, Did, State};
use crate::Played;

/// What these make of `state`, one after the other, without those that cannot be made: which these are, and why. Or
/// why one of them cannot be made, if nobody knows which.
pub(super) fn all<'a, T: Topic>(
    deeds: impl IntoIterator<Item = &'a Deed<T>>,
    state: &Option<State<T>>,
) -> Result<Played<Option<State<T>>, String>, String> {
    let mut now = state.as_ref().map(|state| Unread::of(Cow::Borrowed(&*state.data)));
    let mut refused = Vec::new();
    for (at, deed) in deeds.into_iter().enumerate() {
        now = match (&*deed.did, now) {
            (Did::Remove, now) => {
                now.map(Unread::read).transpose()?;
                None
            }
            (Did::Create(created), None) => Some(Unread::new(read(created, None)?)),
            (_, None) => {
                refused.push((at, "it was removed".to_owned()));
                None
            }
            (Did::Change(change), Some(mut now)) => {
                refused.extend(now.add(change)?.err().map(|why| (at, why)));
                Some(now)
            }
            (Did::Actions(actions), Some(now)) => {
                let mut next = now.read()?.into_owned();
                for told in actions {
                    T::ACTIONS.play(&mut next, told.action.get(), &told.context())?;
                }
                Some(Unread::new(next))
            }
            (Did::Create(made), Some(now)) => {
                let state = now.read()?;
                Some(Unread::new(read(&join(made, &tree(&*state)?), Some(&*state))?))
            }
            (Did::Become(made), Some(now)) => {
                let state = now.read()?;
                Some(Unread::new(read(&join(&tree(&*state)?, made), Some(&*state))?))
            }
        };
    }
    let Some(state) = now.map(Unread::read).transpose()? else {
        return Ok(Played { state: None, refused });
    };
    state.validate().map_err(|invalid| invalid.to_string())?;
    let state = State::new(Arc::new(state.into_owned())).map_err(|invalid| invalid.to_string())?;
    Ok(Played { state: Some(state), refused })
}

/// A state, and changes of it that have not been read since.
struct Unread<'s, 'c, T: Topic> {
    state: Cow<'s, T>,
    changes: Vec<&'c Change>,
    /// The state as JSON, with these; `None` if nobody has asked for it.
    now: Option<Tree>,
}

impl<'s, 'c, T: Topic> Unread<'s, 'c, T> {
    fn of(state: Cow<'s, T>) -> Self {
        Self { state, changes: Vec::new(), now: None }
    }

    fn new(state: T) -> Self {
        Self::of(Cow::Owned(state))
    }

    /// With one more change; or why that one cannot be made. An error if one before it cannot be, nobody knows which.
    fn add(&mut self, change: &'c Change) -> Result<Result<(), String>, String> {
        let now = match self.now.take() {
            Some(now) if lacking(&now, change.each_ref()).is_none() => now,
            now => {
                self.now = now;
                // Whether what is not there is only empty, the state as it is read tells.
                self.take_in()?;
                match filled(&*self.state, change.each_ref()) {
                    Ok(now) => now,
                    Err(why) => return Ok(Err(why)),
                }
            }
        };
        self.now = Some(self.changed(now, change));
        self.changes.push(change);
        Ok(Ok(()))
    }

    /// `now` with a change.
    fn changed(&self, mut now: Tree, change: &Change) -> Tree {
        let places = places(&now, change.each_ref());
        let reread = |emptied: &Tree| tree(&read(emptied, Some(&*self.state)).ok()?).ok();
        let unwritten = unwritten(&now, places, &reread);
        if unwritten.is_empty() {
            make(&mut now, change.each_ref());
            return now;
        }
        let mut change = change.clone();
        for place in &unwritten {
            change.iter_mut().chain([&mut now]).for_each(|value| place.fill(value));
        }
        make(&mut now, change.each_ref());
        unwritten.iter().for_each(|place| place.strip(&mut now));
        now
    }

    /// What has become of the state.
    fn read(mut self) -> Result<Cow<'s, T>, String> {
        self.take_in()?;
        Ok(self.state)
    }

    /// Reads what has become of the state.
    fn take_in(&mut self) -> Result<(), String> {
        let changes = std::mem::take(&mut self.changes);
        let Some(now) = self.now.take().filter(|_| !changes.is_empty()) else { return Ok(()) };
        let next = read(&now, Some(&*self.state))?;
        // Of an enum, a field of one variant may be none of another, and is passed over then. What one of many
        // changes has put there another may have taken away: of these it is enough that nothing is passed over.
        let put = match &changes[..] {
            [[_, after]] => after,
            _ => &now,
        };
        if let Some(path) = missing(Some(&tree(&next)?), put) {
            return Err(gone(&path));
        }
        self.state = Cow::Owned(next);
        Ok(())
    }
}

/// A state as JSON, with all objects that a change has parts of.
fn filled<T: Topic>(state: &T, change: [&Tree; 2]) -> Result<Tree, String> {
    let written = tree(state)?;
    let Some(mut path) = lacking(&written, change) else { return Ok(written) };
    let mut filled = written.clone();
    loop {
        // What is empty may not be written at all: then it is there all the same.
        let is_same = |with: &Tree| {
            let read = read::<T>(with, Some(state)).and_then(|read| tree(&read));
            read.as_ref() == Ok(&written)
        };
        filled = with_object(filled, &path).filter(is_same).ok_or_else(|| gone(&path))?;
        match lacking(&filled, change) {
            Some(next) => path = next,
            None => return Ok(filled),
        }
    }
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
