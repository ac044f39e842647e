use super::*;

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec;

use proptest::prelude::*;

fn tree(text: &str) -> Tree {
    text.parse().expect("JSON")
}

/// What comes of a merge, and where both have changed the same.
fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let [base, ours, theirs] = [base, ours, theirs].map(tree);
    let Merged { tree, conflicts } = merge(Some(&base), Some(&ours), Some(&theirs));
    (tree.unwrap_or_default().to_string(), conflicts)
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let (merged, conflicts) = merged(base, ours, theirs);
    assert_eq!(conflicts, [] as [&str; 0]);
    merged
}

#[test]
fn an_insertion_and_a_change_in_one_list_are_both_kept() {
    assert_eq!(clean("[1,2,3]", "[7,1,2,3]", "[1,2,30]"), "[7,1,2,30]");
    assert_eq!(clean("[1,2,3]", "[1,2,30]", "[7,1,2,3]"), "[7,1,2,30]");
}

#[test]
fn changes_beside_each_other_are_both_kept() {
    assert_eq!(clean("[1,2]", "[10,2]", "[1,20]"), "[10,20]");
    assert_eq!(clean("[1,2,3]", "[2,3]", "[1,2]"), "[2]");
    assert_eq!(clean("[1]", "[1,2]", "[1,3]"), "[1,2,3]", "both at the end, ours first");
    assert_eq!(clean("[1,1]", "[1,1,2]", "[3,1,1]"), "[3,1,1,2]", "two that are the same");
    assert_eq!(clean("[1,2,3]", "[3,1,2]", "[1,2,3,4]"), "[3,1,2,4]", "moved");
    assert_eq!(clean("[1,2,3]", "[1,3]", "[1,3]"), "[1,3]", "both the same");
}

#[test]
fn of_changes_that_meet_one_stands_whole_and_is_named() {
    for (base, ours, theirs) in [
        ("[1,2,3]", "[1,20,3]", "[1,30,3]"),
        ("[1,2,3]", "[1,3]", "[1,30,3]"),
        ("[1,2,3]", "[3,2,1]", "[1,2,30]"),
        ("[1,1,1]", "[1,1]", "[1,2,1]"),
        ("[1]", "[5,1]", "[1,5]"),
    ] {
        let list = |items: &str| format!(r#"{{"a":{items},"b":1}}"#);
        let (tree, conflicts) = merged(&list(base), &list(ours), &list(theirs));
        assert_eq!((tree, conflicts), (list(theirs), vec!["a".to_owned()]), "{ours} {theirs}");
    }
}

#[test]
fn objects_are_merged_by_their_fields() {
    let (base, ours) = (r#"{"a":1,"b":{"c":1,"d":1}}"#, r#"{"a":2,"b":{"c":1,"d":2}}"#);
    let theirs = r#"{"a":1,"b":{"c":3,"e":3}}"#;
    let (tree, conflicts) = merged(base, ours, theirs);
    assert_eq!(tree, r#"{"a":2,"b":{"c":3,"e":3}}"#);
    assert_eq!(conflicts, ["b.d"], "changed by us and removed by them");
    assert_eq!(clean(r#"{"a":1}"#, "{}", r#"{"a":1,"b":1}"#), r#"{"b":1}"#);
    assert_eq!(merged("1", "2", "3"), ("3".to_owned(), vec![String::new()]));
}

#[test]
fn items_with_ids_are_merged_by_them() {
    let base = r#"[{"id":1,"a":1,"b":1},{"id":2,"a":1,"b":1}]"#;
    let ours = r#"[{"id":3},{"id":1,"a":2,"b":1},{"id":2,"a":1,"b":1}]"#;
    let theirs = r#"[{"id":1,"a":1,"b":3},{"id":2,"a":1,"b":1}]"#;
    let expected = r#"[{"id":3},{"a":2,"b":3,"id":1},{"a":1,"b":1,"id":2}]"#;
    assert_eq!(clean(base, ours, theirs), expected);
    // Ours is changed and theirs is gone.
    let (tree, conflicts) = merged(base, ours, r#"[{"id":2,"a":1,"b":1}]"#);
    assert_eq!((&*tree, conflicts.len()), (r#"[{"a":1,"b":1,"id":2}]"#, 1));
}

fn value(depth: u32) -> impl Strategy<Value = Tree> {
    let leaf = (0..6_u64).prop_map(|number| Tree::Number(number.into()));
    leaf.prop_recursive(depth, 20, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::List),
            1 => prop::collection::btree_map("[abc]", inner, 0..4).prop_map(Tree::Map),
        ]
    })
}

/// A value that is mostly as before: a part is dropped, doubled, moved, replaced or put in.
fn edited(tree: &Tree, seeds: &mut impl Iterator<Item = u8>) -> Tree {
    let mut next = || seeds.next().unwrap_or(0);
    let (kind, at) = (next(), usize::from(next()));
    let fresh = Tree::Number(u64::from(next() % 9).into());
    match tree {
        Tree::List(items) => {
            let mut items = items.clone();
            let place = at % (items.len() + 1);
            match kind % 7 {
                0 => items.insert(place, fresh),
                1 if place < items.len() => drop(items.remove(place)),
                2 if place < items.len() => items[place] = fresh,
                3 if place < items.len() => {
                    let item = items.remove(place);
                    items.insert(at / 7 % (items.len() + 1), item);
                }
                4 if place < items.len() => items.insert(place, items[place].clone()),
                5 if place < items.len() => items[place] = edited(&items[place], seeds),
                _ => {}
            }
            Tree::List(items)
        }
        Tree::Map(fields) => {
            let mut fields = fields.clone();
            let names: Vec<_> = fields.keys().cloned().collect();
            match names.get(at % (names.len() + 1)) {
                Some(name) if kind % 3 == 0 => drop(fields.remove(name)),
                Some(name) => {
                    let value = edited(&fields[name], seeds);
                    fields.insert(name.clone(), value);
                }
                None => drop(fields.insert("d".to_owned(), fresh)),
            }
            Tree::Map(fields)
        }
        _ if kind % 2 == 0 => fresh,
        leaf => leaf.clone(),
    }
}

/// Whether a result without conflicts is explained by both changes, told without any alignment.
///
/// - A value that one side has not changed is the other's.
/// - An object has the fields that follow from each side's.
/// - A list has as many of each item as both changes together make of the base's, and what is left
///   in it of each side's items, those that occur once, is in the order that a side has given them.
fn is_explained(base: &Tree, ours: &Tree, theirs: &Tree, result: &Tree) -> bool {
    if base == ours || ours == theirs {
        return result == theirs;
    }
    if base == theirs {
        return result == ours;
    }
    match (base, ours, theirs, result) {
        (Tree::Map(base), Tree::Map(ours), Tree::Map(theirs), Tree::Map(result)) => {
            let names: BTreeSet<_> =
                [base, ours, theirs, result].into_iter().flat_map(BTreeMap::keys).collect();
            names.into_iter().all(|name| {
                let of = |fields: &BTreeMap<String, Tree>| fields.get(name).cloned();
                match (of(base), of(ours), of(theirs), of(result)) {
                    (Some(base), Some(ours), Some(theirs), Some(result)) => {
                        is_explained(&base, &ours, &theirs, &result)
                    }
                    (base, ours, theirs, result) => {
                        (base == ours && result == theirs)
                            || (base == theirs && result == ours)
                            || (ours == theirs && result == ours)
                    }
                }
            })
        }
        (Tree::List(base), Tree::List(ours), Tree::List(theirs), Tree::List(result)) => {
            let count =
                |items: &[Tree], item: &Tree| items.iter().filter(|it| *it == item).count() as i64;
            let all: BTreeSet<_> = [base, ours, theirs, result].into_iter().flatten().collect();
            let add_up = all.into_iter().all(|item| {
                let [base, result] = [base, result].map(|items| count(items, item));
                let [ours, theirs] = [ours, theirs].map(|items| count(items, item) - base);
                // What both have removed, or both have put in, they may have done as one.
                let least = if ours.signum() * theirs.signum() > 0 {
                    if ours > 0 { ours.max(theirs) } else { ours.min(theirs) }
                } else {
                    ours + theirs
                };
                let range = [base + least, base + ours + theirs];
                (range[0].min(range[1])..=range[0].max(range[1])).contains(&result)
            });
            add_up && is_in_order([base, ours, theirs, result])
        }
        _ => false,
    }
}

/// Whether any two items, of those that occur once at most in each list, are in the order that one
/// side has given them, if the other has left theirs.
fn is_in_order([base, ours, theirs, result]: [&[Tree]; 4]) -> bool {
    let at = |items: &[Tree], item: &Tree| {
        let mut found = items.iter().enumerate().filter(|(_, it)| *it == item).map(|(at, _)| at);
        (found.next(), found.count() == 0)
    };
    let order = |items: &[Tree], one: &Tree, other: &Tree| match (at(items, one), at(items, other))
    {
        ((Some(one), _), (Some(other), _)) => Some(one.cmp(&other)),
        _ => None,
    };
    let is_single = |item: &&Tree| [base, ours, theirs, result].iter().all(|list| at(list, item).1);
    let single: Vec<_> = result.iter().filter(is_single).collect();
    single.iter().flat_map(|one| single.iter().map(move |other| (one, other))).all(
        |(one, other)| {
            let [base, ours, theirs, result] =
                [base, ours, theirs, result].map(|items| order(items, one, other));
            match (ours, theirs) {
                (Some(_), Some(_)) if base == ours => result == theirs,
                (Some(_), Some(_)) if base == theirs || ours == theirs => result == ours,
                (Some(_), Some(_)) => false,
                (Some(_), None) if base.is_none() => result == ours,
                (None, Some(_)) if base.is_none() => result == theirs,
                _ => true,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_is_explained_by_both_changes_or_names_what_is_not(
        base in value(3),
        ours in prop::collection::vec(any::<u8>(), 0..24),
        theirs in prop::collection::vec(any::<u8>(), 0..24),
    ) {
        let play = |seeds: &[u8]| {
            let mut seeds = seeds.iter().copied();
            let mut tree = base.clone();
            while seeds.len() > 0 {
                tree = edited(&tree, &mut seeds);
            }
            tree
        };
        let (ours, theirs) = (play(&ours), play(&theirs));
        let Merged { tree, conflicts } = merge(Some(&base), Some(&ours), Some(&theirs));
        let tree = tree.expect("nobody has removed it");
        if conflicts.is_empty() {
            prop_assert!(is_explained(&base, &ours, &theirs, &tree), "{base} {ours} {theirs} {tree}");
        }
        // Nothing is named in vain: without a change of ours there is nothing to overrule.
        prop_assert!(conflicts.is_empty() || (ours != base && theirs != base && ours != theirs));
        // The sides are merged the same way round, but for who stands where they meet.
        let swapped = merge(Some(&base), Some(&theirs), Some(&ours));
        prop_assert_eq!(conflicts.is_empty(), swapped.conflicts.is_empty());
    }
}
