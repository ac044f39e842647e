//! What counts as a fault.

use super::compare::{Named, faults};

fn named(counts: &[(&str, u64)]) -> Named {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_fifth_more_is_none_and_more_than_that_is_one() {
    let written = named(&[("bytes", 100), ("copies", 0), ("walks", 5)]);
    let now = |[bytes, copies, walks]: [u64; 3]| {
        named(&[("bytes", bytes), ("copies", copies), ("walks", walks)])
    };
    for good in [[100, 0, 5], [120, 0, 6], [1, 0, 0]] {
        assert_eq!(faults(&written, &now(good)), [""; 0], "{good:?}");
    }
    let expected = [
        "bytes: 121, more than 20 % above the 100 written down",
        "copies: 1, more than 20 % above the 0 written down",
    ];
    assert_eq!(faults(&written, &now([121, 1, 5])), expected);
}

#[test]
fn what_is_not_written_down_and_what_is_not_counted_any_more_are_faults() {
    let found = faults(&named(&[("old", 1)]), &named(&[("new", 2)]));
    let expected =
        ["new: 2, and nothing is written down", "old: written down, and not counted any more"];
    assert_eq!(found, expected);
}
