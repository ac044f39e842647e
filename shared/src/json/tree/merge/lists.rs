//! Two changes to one list.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

use super::Merge;
use crate::json::tree::align::{Identity, align_by, identity};
use crate::json::tree::{Step, Tree};

/// One side's change to a list: hunks between items that are certain to be the same.
struct Change<'a> {
    items: &'a [Tree],
    /// For each item of the base, where it is now; `None` if it is in a hunk. Growing.
    places: Vec<Option<usize>>,
    /// In their order. Between two, there is an item that is the same.
    hunks: Vec<Hunk>,
}

/// What has taken the place of some items of the base.
#[derive(Clone, Debug)]
struct Hunk {
    base: Range<usize>,
    items: Range<usize>,
}

impl Merge {
    /// The list with both changes; `None` if they do not go together. Hunks of both sides do if
    /// they lie beside each other. Of what both have inserted at one place, ours comes first.
    pub(super) fn list(
        &mut self,
        base: &[Tree],
        ours: &[Tree],
        theirs: &[Tree],
    ) -> Option<Vec<Tree>> {
        let identity = identity(&[base, ours, theirs]);
        let (ours, theirs) =
            (Change::new(base, ours, identity), Change::new(base, theirs, identity));
        let mut merged = Vec::new();
        let mut at = 0;
        let (mut our_hunks, mut their_hunks) =
            (ours.hunks.iter().peekable(), theirs.hunks.iter().peekable());
        loop {
            let one = our_hunks.peek().copied().filter(|hunk| hunk.base.start == at);
            let other = their_hunks.peek().copied().filter(|hunk| hunk.base.start == at);
            match (one, other) {
                (Some(one), Some(other))
                    if one.base == other.base && ours.items(one) == theirs.items(other) =>
                {
                    merged.extend_from_slice(ours.items(one));
                    at = one.base.end;
                    our_hunks.next();
                    their_hunks.next();
                }
                (Some(one), other) if one.base.is_empty() || other.is_none() => {
                    if !theirs.spares(base, one) {
                        return None;
                    }
                    merged.extend_from_slice(ours.items(one));
                    at = one.base.end;
                    our_hunks.next();
                }
                (one, Some(other)) if other.base.is_empty() || one.is_none() => {
                    if !ours.spares(base, other) {
                        return None;
                    }
                    merged.extend_from_slice(theirs.items(other));
                    at = other.base.end;
                    their_hunks.next();
                }
                (None, None) => {
                    let Some(item) = base.get(at) else { break };
                    let one = ours.items.get(ours.places[at]?);
                    let other = theirs.items.get(theirs.places[at]?);
                    self.path.push(Step::Item(merged.len()));
                    merged.extend(self.value(Some(item), one, other));
                    self.path.pop();
                    at += 1;
                }
                _ => return None,
            }
        }
        let lists = [base, ours.items, theirs.items, &merged].map(|items| counts(items, identity));
        add_up(&lists).then_some(merged)
    }
}

/// Whether the last list has as many of each item as the changes from the first to the two others
/// make together. Not so, if what one has moved is not there any more, or what both have inserted,
/// at two places, would be there twice.
fn add_up([base, ours, theirs, merged]: &[BTreeMap<&Tree, usize>; 4]) -> bool {
    let names = [base, ours, theirs].into_iter().flat_map(BTreeMap::keys);
    names.into_iter().all(|item| {
        let count = |list: &BTreeMap<&Tree, usize>| list.get(item).copied().unwrap_or_default();
        let [base, ours, theirs, merged] = [base, ours, theirs, merged].map(count);
        let sum = merged + base == ours + theirs;
        match (ours.cmp(&base), theirs.cmp(&base)) {
            // What both have done they may have done as one.
            (Ordering::Greater, Ordering::Greater) => merged == ours.max(theirs),
            (Ordering::Less, Ordering::Less) => sum || merged <= ours.min(theirs),
            _ => sum,
        }
    })
}

impl<'a> Change<'a> {
    fn new(base: &[Tree], items: &'a [Tree], identity: Identity) -> Self {
        let places = places(base, items, identity);
        let mut hunks = Vec::new();
        let (mut base_end, mut items_end) = (0, 0);
        let same = places.iter().enumerate().filter_map(|(index, place)| Some((index, (*place)?)));
        for (index, place) in same.chain([(base.len(), items.len())]) {
            if (base_end, items_end) != (index, place) {
                hunks.push(Hunk { base: base_end..index, items: items_end..place });
            }
            (base_end, items_end) = (index + 1, place + 1);
        }
        Self { items, places, hunks }
    }

    fn items(&self, hunk: &Hunk) -> &'a [Tree] {
        &self.items[hunk.items.clone()]
    }

    /// Whether this change has left as they were the items that the other side's hunk replaces, and
    /// has put nothing between them.
    fn spares(&self, base: &[Tree], hunk: &Hunk) -> bool {
        let is_left = |index: usize| {
            let place = self.places.get(index).copied().flatten();
            place.is_some_and(|place| self.items.get(place) == base.get(index))
        };
        let is_within =
            |own: &Hunk| hunk.base.start < own.base.start && own.base.start < hunk.base.end;
        hunk.base.clone().all(is_left) && !self.hunks.iter().any(is_within)
    }
}

/// For each item of `base`, where it is certain to be in `items`. Growing.
fn places(base: &[Tree], items: &[Tree], identity: Identity) -> Vec<Option<usize>> {
    let mut origins = align_by(base, items, identity);
    // Where items have changed places, none is certain.
    if !origins.iter().flatten().is_sorted() {
        origins.fill(None);
    }
    let mut places = vec![None; base.len()];
    for (place, origin) in origins.iter().enumerate() {
        if let Some(index) = *origin {
            places[index] = Some(place);
        }
    }
    // What is equal beside what is the same, or at an end, is the same too; but of a row of equal
    // ones it may not be certain which is gone, or new: then it matters from where they are
    // counted.
    let is_same = |index: usize, place: usize| identity(&base[index]) == identity(&items[place]);
    let forwards = extend(places.clone(), items.len(), &is_same, [Way::Forwards, Way::Backwards]);
    let backwards = extend(places, items.len(), &is_same, [Way::Backwards, Way::Forwards]);
    let agreed = forwards.into_iter().zip(backwards);
    agreed.map(|(one, other)| one.filter(|_| one == other)).collect()
}

#[derive(Clone, Copy)]
enum Way {
    Forwards,
    Backwards,
}

/// Goes on from what is the same, and from the ends, as long as it is the same there too.
fn extend(
    mut places: Vec<Option<usize>>,
    len: usize,
    is_same: &impl Fn(usize, usize) -> bool,
    ways: [Way; 2],
) -> Vec<Option<usize>> {
    for way in ways {
        let mut is_taken = vec![false; len];
        places.iter().flatten().for_each(|place| is_taken[*place] = true);
        let last = places.len();
        // The place after that of the item before.
        let mut next = Some(if let Way::Forwards = way { 0 } else { len.wrapping_sub(1) });
        for step in 0..last {
            let index = if let Way::Forwards = way { step } else { last - 1 - step };
            let free = next.filter(|place| is_taken.get(*place) == Some(&false));
            if places[index].is_none() {
                places[index] = free.filter(|place| is_same(index, *place));
            }
            next = places[index].and_then(|place| match way {
                Way::Forwards => place.checked_add(1),
                Way::Backwards => place.checked_sub(1),
            });
        }
    }
    places
}

fn counts(items: &[Tree], identity: Identity) -> BTreeMap<&Tree, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(identity(item)).or_default() += 1;
    }
    counts
}
