//! Changes of values, as they were and as they are.

use std::collections::{BTreeMap, BTreeSet};

use revgate::json::tree::{Tree, align, merge};

/// A value as it was and as it is. **Of two objects only the fields that differ**, and of those again.
pub(super) type Change = [Tree; 2];

/// The same of a field, which may not be there.
type Field = [Option<Tree>; 2];

/// Of two values what differs.
pub(super) fn narrow(change: Change) -> Change {
    let (before, mut after) = match change {
        [Tree::Map(before), Tree::Map(after)] => (before, after),
        others => return others,
    };
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    for (name, was) in before {
        match after.remove(&name) {
            Some(is) if is == was => {}
            Some(is) => {
                let [was, is] = narrow([was, is]);
                old.insert(name.clone(), was);
                new.insert(name, is);
            }
            None => drop(old.insert(name, was)),
        }
    }
    new.append(&mut after);
    [Tree::Map(old), Tree::Map(new)]
}

/// The path to an object of which a change has parts, and that is not there: whatever else is, the parts alone
/// are not the object.
pub(super) fn lacking(now: &Tree, [before, after]: [&Tree; 2]) -> Option<Vec<String>> {
    let (Tree::Map(before), Tree::Map(after)) = (before, after) else { return None };
    let Tree::Map(now) = now else { return Some(Vec::new()) };
    before.iter().find_map(|(name, before)| {
        let after = after.get(name)?;
        let mut path = lacking(now.get(name).unwrap_or(&Tree::Null), [before, after])?;
        path.insert(0, name.clone());
        Some(path)
    })
}

/// `now` with an empty object there, whatever else is; `None` if that is all of it.
pub(super) fn with_object(mut now: Tree, path: &[String]) -> Option<Tree> {
    let (last, parents) = path.split_last()?;
    let mut at = &mut now;
    for name in parents {
        let Tree::Map(fields) = at else { return None };
        at = fields.get_mut(name)?;
    }
    let Tree::Map(fields) = at else { return None };
    fields.insert(last.clone(), Tree::Map(BTreeMap::new()));
    Some(now)
}

/// Makes a change of `now`, which has all objects that it has parts of. As [`merge`] makes it, and nothing else is
/// copied.
pub(super) fn make(now: &mut Tree, [before, after]: [&Tree; 2]) {
    let (Tree::Map(fields), Tree::Map(before), Tree::Map(after)) = (&mut *now, before, after)
    else {
        *now = merge(Some(before), Some(now), Some(after)).tree.unwrap_or_default();
        return;
    };
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        match (before.get(name), fields.get_mut(name), after.get(name)) {
            (Some(before), Some(now), Some(after)) => make(now, [before, after]),
            (before, now, after) => match merge(before, now.as_deref(), after).tree {
                Some(made) => drop(fields.insert(name.clone(), made)),
                None => drop(fields.remove(name)),
            },
        }
    }
}

/// The path to a value of these that is not in `now`.
pub(super) fn missing(now: Option<&Tree>, values: &Tree) -> Option<Vec<String>> {
    match (now, values) {
        (None | Some(Tree::Map(_)), Tree::Map(values)) => {
            values.iter().find_map(|(name, value)| {
                let now = match now {
                    Some(Tree::Map(now)) => now.get(name),
                    _ => None,
                };
                let mut path = missing(now, value)?;
                path.insert(0, name.clone());
                Some(path)
            })
        }
        (None, _) => Some(Vec::new()),
        (Some(_), _) => None,
    }
}

/// Whether two changes are of the same fields, as far as both are of parts.
pub(super) fn are_same_fields(one: [&Tree; 2], other: [&Tree; 2]) -> bool {
    fn fields(change: [&Tree; 2]) -> Option<BTreeMap<&String, [Option<&Tree>; 2]>> {
        let [Tree::Map(before), Tree::Map(after)] = change else { return None };
        let names = before.keys().chain(after.keys());
        Some(names.map(|name| (name, [before.get(name), after.get(name)])).collect())
    }
    let (Some(one), Some(other)) = (fields(one), fields(other)) else { return true };
    one.keys().eq(other.keys())
        && one.into_values().zip(other.into_values()).all(|fields| match fields {
            ([Some(old), Some(mid)], [Some(was), Some(new)]) => {
                are_same_fields([old, mid], [was, new])
            }
            _ => true,
        })
}

/// Two changes as one: from what was before the first to what is after the second, which was made of what
/// the first had made.
pub(super) fn follow(first: Change, second: Change) -> Change {
    match (first, second) {
        // Parts of an object, and parts again.
        ([Tree::Map(old), Tree::Map(mid)], [Tree::Map(was), Tree::Map(new)]) => {
            follow_fields([old, mid], [was, new])
        }
        // Parts of an object, and then the whole: as it was before the first.
        ([old @ Tree::Map(_), mid @ Tree::Map(_)], [was, new]) => {
            narrow([onto(&mid, &was, &old), new])
        }
        // The whole, and then parts of it.
        ([old, mid], [was @ Tree::Map(_), new @ Tree::Map(_)]) => {
            narrow([old, onto(&was, &mid, &new)])
        }
        ([old, _], [_, new]) => narrow([old, new]),
    }
}

fn follow_fields(
    [mut old, mut mid]: [BTreeMap<String, Tree>; 2],
    [mut was, mut new]: [BTreeMap<String, Tree>; 2],
) -> Change {
    let names: BTreeSet<_> =
        [&old, &mid, &was, &new].into_iter().flat_map(BTreeMap::keys).cloned().collect();
    let [mut before, mut after] = [BTreeMap::new(), BTreeMap::new()];
    for name in names {
        let first = [old.remove(&name), mid.remove(&name)];
        let [is_before, is_after] = follow_field(first, [was.remove(&name), new.remove(&name)]);
        if is_before != is_after {
            is_before.map(|value| before.insert(name.clone(), value));
            is_after.map(|value| after.insert(name, value));
        }
    }
    [Tree::Map(before), Tree::Map(after)]
}

fn follow_field(first: Field, second: Field) -> Field {
    match (first, second) {
        ([None, None], only) | (only, [None, None]) => only,
        ([Some(old), Some(mid)], [Some(was), Some(new)]) => {
            follow([old, mid], [was, new]).map(Some)
        }
        ([Some(old), Some(mid)], [Some(was), None]) => [Some(onto(&mid, &was, &old)), None],
        ([None, Some(mid)], [Some(was), Some(new)]) => [None, Some(onto(&was, &mid, &new))],
        ([Some(old), _], [_, Some(new)]) => narrow([old, new]).map(Some),
        ([old, _], [_, new]) => [old, new],
    }
}

/// `whole` with the change from `from` to `to`, parts of it.
fn onto(from: &Tree, whole: &Tree, to: &Tree) -> Tree {
    merge(Some(from), Some(whole), Some(to)).tree.unwrap_or_default()
}

/// Two values of which nobody knows how they came about: the fields, entries and items of both; of one value,
/// that of `other`.
pub(super) fn join(one: &Tree, other: &Tree) -> Tree {
    merge(outline(one, other).as_ref(), Some(one), Some(other)).tree.unwrap_or_default()
}

/// What two values have in common: the objects and lists that are in both, and the items of those.
fn outline(one: &Tree, other: &Tree) -> Option<Tree> {
    match (one, other) {
        (Tree::Map(one), Tree::Map(other)) => {
            let both = one.iter().filter_map(|(name, value)| Some((name, value, other.get(name)?)));
            let fields =
                both.filter_map(|(name, one, other)| Some((name.clone(), outline(one, other)?)));
            Some(Tree::Map(fields.collect()))
        }
        (Tree::List(one), Tree::List(other)) => {
            let items = other.iter().zip(align(one, other));
            let both =
                items.filter(|(item, origin)| origin.is_some_and(|it| one.get(it) == Some(*item)));
            Some(Tree::List(both.map(|(item, _)| item.clone()).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(random: &mut fastrand::Rng, depth: u8) -> Tree {
        match random.u8(0..if depth == 0 { 3 } else { 8 }) {
            0 => Tree::Null,
            1 => Tree::Text(random.u8(0..3).to_string()),
            2 => Tree::List((0..random.u8(0..3)).map(|_| tree(random, 0)).collect()),
            _ => {
                let names =
                    ["a", "b", "c"].into_iter().filter(|_| random.bool()).collect::<Vec<_>>();
                let field = |name: &str| (name.to_owned(), tree(random, depth - 1));
                Tree::Map(names.into_iter().map(field).collect())
            }
        }
    }

    /// What another one may become: mostly, something like it.
    fn edited(random: &mut fastrand::Rng, from: &Tree, depth: u8) -> Tree {
        match from {
            Tree::Map(fields) if random.u8(0..4) > 0 => {
                let mut fields = fields.clone();
                for value in fields.values_mut().filter(|_| random.bool()).collect::<Vec<_>>() {
                    *value = edited(random, value, depth.saturating_sub(1));
                }
                Tree::Map(fields)
            }
            _ => tree(random, depth),
        }
    }

    #[test]
    fn of_two_lists_all_items_are_in_both() {
        let lists = |text: &str| text.parse::<Tree>().expect("JSON");
        for (one, other, both) in [
            ("[1,2,3,4]", "[1,2]", "[1,2,3,4]"),
            ("[1,2]", "[1,2,3]", "[1,2,3]"),
            ("[1,2,4]", "[1,2,3]", "[1,2,4,3]"),
            ("[]", "[1]", "[1]"),
            ("[1]", "[2]", "[1,2]"),
        ] {
            assert_eq!(join(&lists(one), &lists(other)), lists(both), "{one} {other}");
        }
    }

    #[test]
    fn a_change_is_made_in_place_as_it_is_merged() {
        let mut random = fastrand::Rng::with_seed(2);
        for _ in 0..20_000 {
            let first = tree(&mut random, 3);
            let [before, after] = narrow([first.clone(), edited(&mut random, &first, 3)]);
            let theirs = edited(&mut random, &first, 3);
            let mut made = theirs.clone();
            make(&mut made, [&before, &after]);
            let merged = merge(Some(&before), Some(&theirs), Some(&after)).tree;
            assert_eq!(Some(made), merged, "{theirs} {before} {after}");
        }
    }

    #[test]
    fn two_changes_as_one_are_the_change_from_the_first_state_to_the_last() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut kinds = [0; 2];
        for _ in 0..20_000 {
            let first = tree(&mut random, 3);
            let second = edited(&mut random, &first, 3);
            let third = edited(&mut random, &second, 3);
            let made = follow(
                narrow([first.clone(), second.clone()]),
                narrow([second.clone(), third.clone()]),
            );
            assert_eq!(made, narrow([first.clone(), third.clone()]), "{first} {second} {third}");
            kinds[usize::from(matches!(made, [Tree::Map(_), Tree::Map(_)]))] += 1;
        }
        assert!(kinds.iter().all(|kind| *kind > 1_000), "{kinds:?}");
    }
}
