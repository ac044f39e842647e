//! Which items of a list are the same as those of another.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Tree;

/// For each item of `new`, which of `old` it is; `None` unless that is certain. An index says
/// nothing, once a list may have changed. It is certain
///
/// - of all, if the lists are equal;
/// - of items that occur once in each list;
/// - of objects whose `id`, a text or a number, occurs once in each, if all items of both have one.
pub fn align(old: &[Tree], new: &[Tree]) -> Vec<Option<usize>> {
    align_by(old, new, identity(&[old, new]))
}

/// As [`align`], of items that are known by this.
pub(super) fn align_by(old: &[Tree], new: &[Tree], identity: Identity) -> Vec<Option<usize>> {
    if old == new {
        return (0..new.len()).map(Some).collect();
    }
    let (old, new_once) = (once(old, identity), once(new, identity));
    let find = |(index, item)| {
        let key = identity(item);
        if new_once.get(key) == Some(&Some(index)) { old.get(key).copied().flatten() } else { None }
    };
    new.iter().enumerate().map(find).collect()
}

/// What an item is known by.
pub(super) type Identity = fn(&Tree) -> &Tree;

/// What makes an item of these lists the one that it is: its `id`, or else all of it.
pub(super) fn identity(lists: &[&[Tree]]) -> Identity {
    let has_ids = lists.iter().all(|list| ids(list).is_some());
    if has_ids { |item| id(item).unwrap_or(item) } else { |item| item }
}

/// The `id` of each item, a text or a number; `None` unless all have one of their own.
pub fn ids(list: &[Tree]) -> Option<Vec<&Tree>> {
    let ids: Vec<_> = list.iter().map(id).collect::<Option<_>>()?;
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(ids)
}

fn id(item: &Tree) -> Option<&Tree> {
    let Tree::Map(fields) = item else { return None };
    fields.get("id").filter(|id| matches!(id, Tree::Number(_) | Tree::Text(_)))
}

/// Where each item is that occurs once; `None` of those that do more often.
fn once(list: &[Tree], identity: Identity) -> BTreeMap<&Tree, Option<usize>> {
    let mut places = BTreeMap::new();
    for (index, item) in list.iter().enumerate() {
        places.entry(identity(item)).and_modify(|place| *place = None).or_insert(Some(index));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(old: &str, new: &str) -> Vec<Option<usize>> {
        let list = |text: &str| match text.parse() {
            Ok(Tree::List(items)) => items,
            other => panic!("{text}: {other:?}"),
        };
        align(&list(old), &list(new))
    }

    #[test]
    fn an_item_is_known_by_what_it_is_and_not_by_its_place() {
        assert_eq!(aligned("[1, 2, 3]", "[3, 7, 1.0]"), [Some(2), None, Some(0)]);
        assert_eq!(aligned("[1, 1]", "[1, 1]"), [Some(0), Some(1)], "nothing has changed");
        assert_eq!(aligned("[1, 1]", "[1]"), [None], "which of the two?");
        assert_eq!(aligned("[1]", "[1, 1]"), [None, None]);
    }

    #[test]
    fn an_object_is_known_by_its_id_if_all_have_one_of_their_own() {
        let old = r#"[{"id": 1, "a": 1}, {"id": 2, "a": 2}]"#;
        assert_eq!(aligned(old, r#"[{"id": 2, "a": 7}, {"id": 3}]"#), [Some(1), None]);
        assert_eq!(aligned(old, r#"[{"id": 2, "a": 7}, {"id": 2}]"#), [None, None], "twice");
        assert_eq!(aligned(old, r#"[{"id": 2, "a": 7}, 5]"#), [None, None], "not all have one");
    }
}
