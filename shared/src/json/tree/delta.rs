//! What a change has made of each part of a state, and how that is taken back.

mod wire;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Tree, ids, merge};
use crate::json::map;

/// What one change, or several in a row, have made of the parts of a state, so that it can be taken
/// back among what others do. As JSON it is exact, as a [`Tree`] is.
///
/// A part is a field, an item of a list whose items have ids of their own, or any other value; an
/// index is none, for it may be another's by the time it is used.
///
/// ```
/// use revgate::json::tree::{Delta, Tree};
///
/// let tree = |text: &str| text.parse::<Tree>();
/// let before = tree(r#"{"theme": "light", "size": 12}"#)?;
/// let delta = Delta::between(&before, &tree(r#"{"theme": "dark", "size": 14}"#)?);
/// // Since then, somebody else has changed the size.
/// let mut now = tree(r#"{"theme": "dark", "size": 16}"#)?;
/// delta.take_back(&mut now);
/// assert_eq!(now, tree(r#"{"theme": "light", "size": 16}"#)?);
/// # Ok::<(), revgate::json::tree::NoJson>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    /// In their order: a later one may be within an earlier one.
    changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq)]
struct Change {
    path: Vec<Key>,
    made: Made,
}

/// A step of the way to a part. **Never an index**, which may be another's by the time it is used:
/// a list whose items have no ids of their own is one part.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Field(String),
    Item(Tree),
}

#[derive(Clone, Debug, PartialEq)]
enum Made {
    /// `None` is a value that is not there.
    Value { before: Option<Tree>, after: Option<Tree>, beside: Beside },
    /// The ids of a list's items, of those that it had before and after.
    Order { before: Vec<Tree>, after: Vec<Tree> },
}

/// Between which items one has been.
#[derive(Clone, Debug, Default, PartialEq)]
struct Beside {
    previous: Option<Tree>,
    next: Option<Tree>,
}

impl Delta {
    /// What has made `after` of `before`.
    pub fn between(before: &Tree, after: &Tree) -> Self {
        let mut delta = Self::default();
        delta.compare(Some(before), Some(after), &mut Vec::new());
        delta
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Adds what was made after it.
    pub fn extend(&mut self, next: Self) {
        for change in next.changes {
            let last = self.changes.iter().rposition(|it| change.overlaps(it));
            let fuses = last.is_some_and(|last| self.changes[last].fuse(&change));
            match last {
                Some(last) if fuses && self.changes[last].is_nothing() => {
                    drop(self.changes.remove(last));
                }
                Some(_) if fuses => {}
                _ => self.changes.push(change),
            }
        }
    }

    /// Takes back of `tree` what is still as it was made. What is not stays as it is; whether all of it
    /// was taken back, or had gone.
    pub fn take_back(&self, tree: &mut Tree) -> bool {
        let stands = |change: &&Change| !change.take_back(tree);
        self.changes.iter().rev().filter(stands).count() == 0
    }

    fn compare(&mut self, before: Option<&Tree>, after: Option<&Tree>, path: &mut Vec<Key>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Some(Tree::Map(before)), Some(Tree::Map(after))) => {
                let added = after.keys().filter(|name| !before.contains_key(*name));
                for name in before.keys().chain(added) {
                    path.push(Key::Field(name.clone()));
                    self.compare(before.get(name), after.get(name), path);
                    path.pop();
                }
            }
            (Some(Tree::List(old)), Some(Tree::List(new))) => match (ids(old), ids(new)) {
                (Some(old_ids), Some(new_ids)) => {
                    self.compare_items((old, &old_ids), (new, &new_ids), path);
                }
                _ => self.add(before, after, Beside::default(), path),
            },
            (before, after) => self.add(before, after, Beside::default(), path),
        }
    }

    fn compare_items(
        &mut self,
        (before, before_ids): (&[Tree], &[&Tree]),
        (after, after_ids): (&[Tree], &[&Tree]),
        path: &mut Vec<Key>,
    ) {
        let (old_places, new_places) = (places(before_ids), places(after_ids));
        // The last first: what is taken back begins at the end.
        for (index, (item, id)) in before.iter().zip(before_ids).enumerate().rev() {
            path.push(Key::Item((*id).clone()));
            match new_places.get(id) {
                Some(place) => self.compare(Some(item), after.get(*place), path),
                None => {
                    let at = |index: usize| before_ids.get(index).map(|id| (*id).clone());
                    let previous = index.checked_sub(1).and_then(at);
                    let beside = Beside { previous, next: at(index + 1) };
                    self.add(Some(item), None, beside, path);
                }
            }
            path.pop();
        }
        for (item, id) in after.iter().zip(after_ids) {
            if !old_places.contains_key(id) {
                path.push(Key::Item((*id).clone()));
                self.add(None, Some(item), Beside::default(), path);
                path.pop();
            }
        }
        let old_common = before_ids.iter().filter(|id| new_places.contains_key(*id));
        let new_common = after_ids.iter().filter(|id| old_places.contains_key(*id));
        if !old_common.clone().eq(new_common.clone()) {
            let before = old_common.map(|id| (*id).clone()).collect();
            let after = new_common.map(|id| (*id).clone()).collect();
            let made = Made::Order { before, after };
            self.changes.push(Change { path: path.clone(), made });
        }
    }

    fn add(&mut self, before: Option<&Tree>, after: Option<&Tree>, beside: Beside, path: &[Key]) {
        let made = Made::Value { before: before.cloned(), after: after.cloned(), beside };
        self.changes.push(Change { path: path.to_vec(), made });
    }
}

impl Change {
    /// Whether one's part is the other's, or within it.
    fn overlaps(&self, other: &Self) -> bool {
        self.path.iter().zip(&other.path).all(|(one, other)| one == other)
    }

    /// Takes in what follows it, if both are of the same part and nobody else was there between. An
    /// item that was taken out and put in again stays two: it may be in another place now.
    fn fuse(&mut self, next: &Self) -> bool {
        if self.path != next.path {
            return false;
        }
        let is_item = matches!(self.path.last(), Some(Key::Item(_)));
        match (&mut self.made, &next.made) {
            (Made::Value { after, .. }, Made::Value { before, after: last, .. })
                if after == before && (after.is_some() || !is_item) =>
            {
                after.clone_from(last);
                true
            }
            (Made::Order { after, .. }, Made::Order { before, after: last }) if after == before => {
                after.clone_from(last);
                true
            }
            _ => false,
        }
    }

    fn is_nothing(&self) -> bool {
        match &self.made {
            Made::Value { before, after, .. } => before == after,
            Made::Order { before, after } => before == after,
        }
    }

    /// Whether nothing of it is left.
    fn take_back(&self, tree: &mut Tree) -> bool {
        let (before, after, beside) = match &self.made {
            Made::Value { before, after, beside } => (before.as_ref(), after.as_ref(), beside),
            Made::Order { before, after } => {
                let Some(Tree::List(items)) = find(tree, &self.path) else { return false };
                return put_in_order(items, before, after);
            }
        };
        // Whether anybody has changed it since is for the merge to say.
        let back = |now: Option<&Tree>| {
            let merged = merge(after, before, now);
            (merged.tree, merged.conflicts.is_empty())
        };
        let Some((last, way)) = self.path.split_last() else {
            let (value, is_all) = back(Some(tree));
            *tree = value.unwrap_or_default();
            return is_all;
        };
        match (find(tree, way), last) {
            (Some(Tree::Map(fields)), Key::Field(name)) => {
                let (value, is_all) = back(fields.get(name));
                match value {
                    Some(value) => drop(fields.insert(name.clone(), value)),
                    None => drop(fields.remove(name)),
                }
                is_all
            }
            (Some(Tree::List(items)), Key::Item(id)) => {
                let Some(place) = place_of(items, id) else { return false };
                let (item, is_all) = back(place.and_then(|place| items.get(place)));
                match (place, item) {
                    (Some(place), Some(item)) => items[place] = item,
                    (Some(place), None) => drop(items.remove(place)),
                    (None, Some(item)) => items.insert(beside.place(items), item),
                    (None, None) => {}
                }
                is_all
            }
            // What it was in has gone, or is another thing.
            _ => false,
        }
    }
}

impl Beside {
    fn place(&self, items: &[Tree]) -> usize {
        let place = |id: &Option<Tree>| place_of(items, id.as_ref()?).flatten();
        match (place(&self.previous), place(&self.next)) {
            (Some(previous), _) => previous + 1,
            (None, Some(next)) => next,
            (None, None) if self.previous.is_none() => 0,
            (None, None) => items.len(),
        }
    }
}

/// The part at the end of this way.
fn find<'a>(tree: &'a mut Tree, way: &[Key]) -> Option<&'a mut Tree> {
    way.iter().try_fold(tree, |tree, key| match (tree, key) {
        (Tree::Map(fields), Key::Field(name)) => fields.get_mut(name),
        (Tree::List(items), Key::Item(id)) => {
            let place = place_of(items, id)??;
            items.get_mut(place)
        }
        _ => None,
    })
}

/// Where the item with this id is, if it is; `None` if these are no items with ids of their own.
fn place_of(items: &[Tree], id: &Tree) -> Option<Option<usize>> {
    ids(items).map(|ids| ids.iter().position(|it| *it == id))
}

/// Puts items back in the order `before`, if they are still in the order `after`; whether they are.
/// Others stay where they are.
fn put_in_order(items: &mut [Tree], before: &[Tree], after: &[Tree]) -> bool {
    let Some(now) = ids(items) else { return false };
    let (places_now, moved) = (places(&now), places(&after.iter().collect::<Vec<_>>()));
    let are_there = after.iter().filter(|id| places_now.contains_key(id));
    if !now.iter().copied().filter(|id| moved.contains_key(id)).eq(are_there) {
        return false;
    }
    let targets: Vec<_> = (0..now.len()).filter(|place| moved.contains_key(now[*place])).collect();
    let sources = before.iter().filter_map(|id| places_now.get(id));
    let sources: Vec<_> = sources.map(|place| items[*place].clone()).collect();
    targets.into_iter().zip(sources).for_each(|(target, item)| items[target] = item);
    true
}

fn places<'a>(ids: &[&'a Tree]) -> BTreeMap<&'a Tree, usize> {
    map(ids.iter().enumerate().map(|(place, id)| (*id, place)))
}

#[cfg(test)]
mod tests;
