use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use super::*;

fn tree(text: &str) -> Tree {
    text.parse().expect("JSON")
}

/// What is left of `now` when the change from `before` to `after` is taken back.
fn taken_back(before: &str, after: &str, now: &str) -> String {
    let mut tree_now = tree(now);
    Delta::between(&tree(before), &tree(after)).take_back(&mut tree_now);
    tree_now.to_string()
}

#[test]
fn what_nobody_has_changed_since_goes_back_as_it_was() {
    for (before, after) in [
        ("1", "2"),
        (r#"{"a":1}"#, r#"{"a":2}"#),
        (r#"{"a":1}"#, r#"{"b":1}"#),
        (r#"{"a":{"b":1,"c":1}}"#, r#"{"a":{"b":2,"d":1}}"#),
        ("[1,2,3]", "[3,1,2,2]"),
        (r#"{"a":[]}"#, r#"{"a":[1]}"#),
        (r#"[{"id":1},{"id":2},{"id":3}]"#, "[]"),
        ("[]", r#"[{"id":1},{"id":2}]"#),
        (r#"[{"id":1},{"id":2},{"id":3}]"#, r#"[{"id":3},{"id":1},{"id":2}]"#),
        (r#"[{"id":1,"a":1},{"id":2},{"id":3},{"id":4}]"#, r#"[{"id":4},{"id":5},{"a":2,"id":1}]"#),
        (r#"{"A":1}"#, r#"{"B":{"x":1}}"#),
        (r#"{"a":null}"#, r#"{"a":[{"id":7}]}"#),
    ] {
        assert_eq!(taken_back(before, after, after), tree(before).to_string(), "{before} {after}");
        assert_eq!(taken_back(after, before, before), tree(after).to_string(), "{after} {before}");
    }
}

#[test]
fn it_is_said_whether_all_was_taken_back() {
    let rows = r#"{"l":[{"id":1,"a":1},{"id":2}]}"#;
    for (before, after, now, is_all) in [
        ("1", "2", "2", true),
        ("1", "2", "3", false),
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":2}"#, r#"{"a":2,"b":2,"c":1}"#, true),
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":2}"#, r#"{"a":2,"b":3}"#, false),
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":2}"#, r#"{"a":2,"b":1}"#, true),
        (r#"{"a":{"b":1}}"#, r#"{"a":{"b":2}}"#, "{}", false),
        (rows, r#"{"l":[{"id":1,"a":2}]}"#, r#"{"l":[{"id":3},{"id":1,"a":2}]}"#, true),
        (rows, r#"{"l":[{"id":1,"a":2}]}"#, r#"{"l":[{"id":1,"a":3}]}"#, false),
        (rows, r#"{"l":[{"id":2},{"id":1,"a":1}]}"#, rows, false),
        (rows, r#"{"l":[{"id":2},{"id":1,"a":1}]}"#, r#"{"l":[1]}"#, false),
    ] {
        let mut tree_now = tree(now);
        let delta = Delta::between(&tree(before), &tree(after));
        assert_eq!(delta.take_back(&mut tree_now), is_all, "{before} {after} {now}");
    }
}

#[test]
fn what_another_has_changed_since_stands_and_the_rest_goes_back() {
    for (before, after, now, left) in [
        ("1", "2", "3", "3"),
        (r#"{"a":1,"b":1}"#, r#"{"a":2,"b":2}"#, r#"{"a":3,"b":2}"#, r#"{"a":3,"b":1}"#),
        (r#"{"a":1}"#, r#"{"a":2}"#, "{}", "{}"),
        ("{}", r#"{"a":{"b":1}}"#, r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1,"c":2}}"#),
        (r#"{"a":{"b":1}}"#, r#"{"a":{"b":2}}"#, r#"{"a":5}"#, r#"{"a":5}"#),
        ("[1,2]", "[1,2,3]", "[0,1,2,3]", "[0,1,2]"),
        ("[1,2]", "[1,3]", "[1,4]", "[1,4]"),
    ] {
        assert_eq!(taken_back(before, after, now), left, "{before} {after} {now}");
    }
}

#[test]
fn of_items_with_ids_each_is_a_part_of_its_own() {
    let items = |ids: &[u32]| {
        let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        format!("[{}]", items.join(","))
    };
    let check = |before: &[u32], after: &[u32], now: &[u32], left: &[u32]| {
        let result = taken_back(&items(before), &items(after), &items(now));
        assert_eq!(result, items(left), "{before:?} {after:?} {now:?}");
    };
    check(&[1], &[1, 2, 3], &[3, 9, 2, 1], &[9, 1]);
    check(&[1, 2, 3, 4], &[1, 4], &[4, 9, 1], &[4, 9, 1, 2, 3]);
    check(&[1, 2, 3, 4], &[4], &[9, 4], &[1, 2, 3, 9, 4]);
    check(&[1, 2, 3], &[1], &[1, 2], &[1, 2, 3]);
    check(&[1, 2], &[], &[9], &[1, 2, 9]);
    check(&[1, 2, 3], &[3, 1, 2], &[3, 9, 1], &[1, 9, 3]);
    check(&[1, 2, 3], &[3, 1, 2], &[1, 3, 2], &[1, 3, 2]);
    check(&[1, 2, 3], &[3, 1, 2], &[3, 1, 2, 9], &[1, 2, 3, 9]);

    let (before, after) = (r#"[{"id":1,"a":1}]"#, r#"[{"id":1,"a":2},{"id":2},{"id":3}]"#);
    let now = r#"[{"id":3},{"id":2,"b":7},{"id":1,"a":2,"b":1}]"#;
    let left = r#"[{"b":7,"id":2},{"a":1,"b":1,"id":1}]"#;
    assert_eq!(taken_back(before, after, now), left, "the one that another has changed stays");
    assert_eq!(taken_back(before, after, "[1,2]"), "[1,2]", "no items with ids any more");
}

#[test]
fn changes_in_a_row_are_one_and_leave_what_others_did_between() {
    let row = |states: &[(&str, &str)]| {
        let mut all = Delta::default();
        for (before, after) in states {
            all.extend(Delta::between(&tree(before), &tree(after)));
        }
        all
    };
    let typed = row(&[(r#"{"a":1}"#, r#"{"a":2}"#), (r#"{"a":2}"#, r#"{"a":3}"#)]);
    assert_eq!(typed, Delta::between(&tree(r#"{"a":1}"#), &tree(r#"{"a":3}"#)));
    assert!(row(&[("1", "2"), ("2", "1")]).is_empty());
    let (empty, one, two) = ("[]", r#"[{"id":1,"a":1}]"#, r#"[{"id":1,"a":2}]"#);
    for (states, now, left) in [
        (&[("1", "2"), ("5", "6")][..], "6", "5"),
        (&[(empty, one), (one, two)], two, empty),
        (&[(empty, one), (one, two), (two, empty)], empty, empty),
        (
            &[(r#"{"a":1}"#, r#"{"a":2}"#), (r#"{"a":2,"b":1}"#, r#"{"a":2,"b":2}"#)],
            r#"{"a":2,"b":2,"c":1}"#,
            r#"{"a":1,"b":1,"c":1}"#,
        ),
    ] {
        let mut tree_now = tree(now);
        row(states).take_back(&mut tree_now);
        assert_eq!(tree_now.to_string(), left, "{states:?}");
    }
    let moved = row(&[
        (r#"[{"id":1},{"id":2},{"id":3}]"#, r#"[{"id":2},{"id":1},{"id":3}]"#),
        (r#"[{"id":2},{"id":1},{"id":3}]"#, r#"[{"id":2},{"id":3},{"id":1}]"#),
    ]);
    assert_eq!(moved.changes.len(), 1);
}

#[test]
fn two_changes_of_a_list_in_a_row_are_taken_back_to_the_last_place() {
    let mut lists = vec![vec![]];
    for first in 0..3u8 {
        lists.push(vec![first]);
        for second in (0..3).filter(|it| *it != first) {
            lists.push(vec![first, second]);
            lists.push(vec![first, second, 3 - first - second]);
        }
    }
    let tree = |list: &Vec<u8>| -> Tree {
        let items: Vec<_> = list.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
        format!("[{}]", items.join(",")).parse().expect("it is JSON")
    };
    let trees: Vec<_> = lists.iter().map(tree).collect();
    for before in &trees {
        for between in &trees {
            for after in &trees {
                let mut delta = Delta::between(before, between);
                delta.extend(Delta::between(between, after));
                let mut back = after.clone();
                delta.take_back(&mut back);
                assert_eq!(&back, before, "by {between} to {after}");
            }
        }
    }
}

#[test]
fn what_was_made_is_read_as_it_was_written() {
    let check = |before: &str, after: &str, json: &str| {
        let delta = Delta::between(&tree(before), &tree(after));
        assert_eq!(serde_json::to_string(&delta).expect("JSON"), json);
        let read: Delta = serde_json::from_str(json).expect("it is one");
        assert_eq!(read, delta, "{json}");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), json, "to the letter");
    };
    check("{}", "{}", "[]");
    check("1", "2", r#"[{"path":[],"before":1,"after":2}]"#);
    check(
        r#"{"a":{"b":null}}"#,
        r#"{"a":{"b":0,"c":null}}"#,
        r#"[{"path":["a","b"],"before":null,"after":0},{"path":["a","c"],"after":null}]"#,
    );
    // Numbers as they were written.
    let (large, small) = ("340282366920938463463374607431768211455", "-0.0");
    let json = format!(r#"[{{"path":["a"],"before":{large},"after":{small}}}]"#);
    check(&format!(r#"{{"a":{large}}}"#), &format!(r#"{{"a":{small}}}"#), &json);
    check(
        r#"[{"id":"x"},{"id":2,"a":1},{"id":3}]"#,
        r#"[{"id":3},{"id":2,"a":1.50}]"#,
        concat!(
            r#"[{"path":[[2],"a"],"before":1,"after":1.50},"#,
            r#"{"path":[["x"]],"before":{"id":"x"},"next":2},"#,
            r#"{"path":[],"order":[[2,3],[3,2]]}]"#,
        ),
    );
}

#[test]
fn what_is_no_way_to_a_part_is_refused() {
    for json in [
        r#"[{"before":1}]"#,
        r#"[{"path":[1]}]"#,
        r#"[{"path":[[]]}]"#,
        r#"[{"path":[[1,2]]}]"#,
        r#"[{"path":[],"order":[[1]]}]"#,
        r#"[{"path":[null]}]"#,
        "{}",
    ] {
        assert!(serde_json::from_str::<Delta>(json).is_err(), "{json}");
    }
}
