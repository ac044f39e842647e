//! What is empty may not be written at all, and is there all the same.

use std::collections::BTreeMap;

use revgate::json::Tree;

/// A list or an object in two of three values that is not in the third.
pub(super) struct Place {
    path: Vec<String>,
    /// What it is in the third, if it is only empty there.
    empty: Tree,
}

/// Of so many places at once nobody asks one by one: they are entries that two have created.
const MANY: usize = 16;

/// The places of which one of the three does not say what is there: `now`, a state, and a change, as it was and as
/// it is.
pub(super) fn places(now: &Tree, change: [&Tree; 2]) -> Vec<Place> {
    let mut places = Vec::new();
    find(now, change, &mut Vec::new(), &mut places);
    places
}

fn find(now: &Tree, change: [&Tree; 2], path: &mut Vec<String>, places: &mut Vec<Place>) {
    let (Tree::Map(now), [Tree::Map(before), Tree::Map(after)]) = (now, change) else { return };
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        path.push(name.clone());
        match [before.get(name), now.get(name), after.get(name)] {
            [Some(before), Some(now), Some(after)] => find(now, [before, after], path, places),
            values => places.extend(empty(values).map(|empty| Place { path: path.clone(), empty })),
        }
        path.pop();
    }
}

/// The empty value of the kind that two of these are.
fn empty(values: [Option<&Tree>; 3]) -> Option<Tree> {
    let mut there = values.into_iter().flatten();
    match [there.next()?, there.next()?] {
        [Tree::Map(_), Tree::Map(_)] => Some(Tree::Map(BTreeMap::new())),
        [Tree::List(_), Tree::List(_)] => Some(Tree::List(Vec::new())),
        _ => None,
    }
}

/// Those of the places of `now` that are not written if they are empty. `reread` is a state as it is written once it
/// was read; `None` if it cannot be.
pub(super) fn unwritten(
    now: &Tree,
    mut places: Vec<Place>,
    reread: &dyn Fn(&Tree) -> Option<Tree>,
) -> Vec<Place> {
    if places.is_empty() {
        return places;
    }
    let mut emptied = now.clone();
    places.iter().for_each(|place| place.set(&mut emptied));
    match reread(&emptied) {
        Some(written) => {
            places.retain(|place| place.get(&written).is_none());
            places
        }
        None if (2..=MANY).contains(&places.len()) => {
            let rest = places.split_off(places.len() / 2);
            let mut unwritten = unwritten(now, places, reread);
            unwritten.extend(self::unwritten(now, rest, reread));
            unwritten
        }
        None => Vec::new(),
    }
}

impl Place {
    /// Says in a value that it is empty there, where it says nothing.
    pub(super) fn fill(&self, value: &mut Tree) {
        if self.get(value).is_none() {
            self.set(value);
        }
    }

    /// Says nothing of it where it is empty.
    pub(super) fn strip(&self, value: &mut Tree) {
        if self.get(value) == Some(&self.empty)
            && let Some((fields, name)) = self.parent(value)
        {
            fields.remove(name);
        }
    }

    fn get<'a>(&self, value: &'a Tree) -> Option<&'a Tree> {
        self.path.iter().try_fold(value, |value, name| match value {
            Tree::Map(fields) => fields.get(name),
            _ => None,
        })
    }

    fn set(&self, value: &mut Tree) {
        if let Some((fields, name)) = self.parent(value) {
            fields.insert(name.to_owned(), self.empty.clone());
        }
    }

    fn parent<'a>(&self, value: &'a mut Tree) -> Option<(&'a mut BTreeMap<String, Tree>, &str)> {
        let (name, parents) = self.path.split_last()?;
        let parent = parents.iter().try_fold(value, |value, name| match value {
            Tree::Map(fields) => fields.get_mut(name),
            _ => None,
        })?;
        match parent {
            Tree::Map(fields) => Some((fields, name)),
            _ => None,
        }
    }
}
