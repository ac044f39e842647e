//! What turns one text of JSON into another.

#![cfg(not(target_arch = "wasm32"))]

use std::cell::Cell;

use json_patch::Patch;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::json::{MAX_DEPTH, diff, splice};
use serde_json::{Value, json};

const CASES: u32 = 3_000;

fn patch(old: &str, new: &str) -> String {
    let patch = diff(old, new, usize::MAX).expect("no limit").json;
    let mut state: Value = serde_json::from_str(old).expect("JSON");
    let operations: Patch = serde_json::from_str(&patch).expect("a patch");
    json_patch::patch(&mut state, &operations)
        .unwrap_or_else(|error| panic!("{error}: {patch} from {old} to {new}"));
    let new: Value = serde_json::from_str(new).expect("JSON");
    assert_eq!(state, new, "{patch} of {old}");
    // Where the texts alone say enough.
    let compact = serde_json::from_str::<Value>(old).map(|value| value.to_string());
    let is_compact = compact.is_ok_and(|compact| compact == old);
    let spliced = splice(old, &patch).filter(|_| is_compact);
    let spliced = spliced.map(|text| serde_json::from_str::<Value>(&text).expect("JSON"));
    assert!(spliced.is_none_or(|spliced| spliced == new), "{patch} of {old}");
    patch
}

#[test]
fn nothing_is_the_patch_between_equals() {
    for text in ["1", "[]", r#"{"a":[1,{}]}"#] {
        assert_eq!(patch(text, text), "[]");
    }
    // A map that hashes need not have the same order twice.
    assert_eq!(patch(r#"{"a":{"x":1,"y":[2]},"b":3}"#, r#"{"b":3,"a":{"y":[2],"x":1}}"#), "[]");
    assert_eq!(patch(r#"{"a": [ 1, { } ] }"#, r#"{"a":[1,{}]}"#), r#"[]"#);
}

#[test]
fn what_was_done_at_one_place_is_one_operation() {
    for (old, new, expected) in [
        (r#"{"a":1,"b":2}"#, r#"{"a":1,"b":12}"#, r#"{"op":"replace","path":"/b","value":12}"#),
        (r#"{"a":1}"#, r#"{"a":-0.0}"#, r#"{"op":"replace","path":"/a","value":-0.0}"#),
        (r#"{"a":0.0}"#, r#"{"a":-0.0}"#, r#"{"op":"replace","path":"/a","value":-0.0}"#),
        (r#"{"a":1}"#, r#"{"a":1,"aa":1}"#, r#"{"op":"add","path":"/aa","value":1}"#),
        (r#"{"a":1,"ab":2}"#, r#"{"ab":2}"#, r#"{"op":"remove","path":"/a"}"#),
        (r#"{}"#, r#"{"a":{}}"#, r#"{"op":"add","path":"/a","value":{}}"#),
        (r#"[]"#, r#"[[]]"#, r#"{"op":"add","path":"/0","value":[]}"#),
        (r#"[1,2]"#, r#"[1,2,2]"#, r#"{"op":"add","path":"/2","value":2}"#),
        (r#"[1,1,1]"#, r#"[1,1]"#, r#"{"op":"remove","path":"/2"}"#),
        (r#"["a","b"]"#, r#"["a","b\""]"#, r#"{"op":"replace","path":"/1","value":"b\""}"#),
        (r#"[{"a":"]"}]"#, r#"[{"a":"]["}]"#, r#"{"op":"replace","path":"/0/a","value":"]["}"#),
        (r#"{"a":[]}"#, r#"{"a":{}}"#, r#"{"op":"replace","path":"/a","value":{}}"#),
        (r#"{"a":[1]}"#, r#"{"a":1}"#, r#"{"op":"replace","path":"/a","value":1}"#),
        (r#"1"#, r#"12"#, r#"{"op":"replace","path":"","value":12}"#),
        (r#"[]"#, r#"{}"#, r#"{"op":"replace","path":"","value":{}}"#),
    ] {
        assert_eq!(patch(old, new), format!("[{expected}]"), "{old} to {new}");
    }
}

#[test]
fn what_a_list_of_objects_gains_or_loses_leaves_the_others_alone() {
    let list = |ids: &[u32]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"id": id, "name": "x"})).collect();
        json!({ "items": items }).to_string()
    };
    let before = list(&[10, 11, 12, 13]);
    let first = r#"[{"op":"add","path":"/items/0","value":{"id":9,"name":"x"}}]"#;
    assert_eq!(patch(&before, &list(&[9, 10, 11, 12, 13])), first);
    let second = r#"[{"op":"remove","path":"/items/1"}]"#;
    assert_eq!(patch(&before, &list(&[10, 12, 13])), second);
    let both = r#"[{"op":"remove","path":"/items/1"},{"op":"remove","path":"/items/1"}]"#;
    assert_eq!(patch(&before, &list(&[10, 13])), both);
    let two = r#"[{"op":"replace","path":"/items/0/id","value":1},{"op":"replace","path":"/items/3/id","value":3}]"#;
    assert_eq!(patch(&before, &list(&[1, 11, 12, 3])), two);
}

#[test]
fn a_key_is_written_as_a_pointer_has_it() {
    let path = |key: &str| {
        let (old, new) = (format!(r#"{{"{key}":{{"x":1}}}}"#), format!(r#"{{"{key}":{{"x":2}}}}"#));
        let patch: Value = serde_json::from_str(&patch(&old, &new)).expect("JSON");
        patch[0]["path"].as_str().expect("a path").to_owned()
    };
    assert_eq!(path("a/b~c"), "/a~1b~0c/x");
    assert_eq!(path(r#"q\"u\\o"#), r#"/q"u\o/x"#);
    // The same, as `serde_json` never writes it.
    assert_eq!(path(r"a\/b\u007ec\u002Fd\u007E"), "/a~1b~0c~1d~0/x");
    // What is behind a backslash is no escape.
    assert_eq!(path(r"\\u002f\\/"), r"/\u002f\~1/x");
    assert_eq!(path(r"\u00e9é\n"), "/éé\n/x");
}

#[test]
fn of_a_key_that_is_there_twice_the_last_counts() {
    patch(r#"{"a":1,"a":2}"#, r#"{"a":3,"a":4}"#);
    patch(r#"{"a":1,"a":2,"b":1}"#, r#"{"a":2,"b":2}"#);
}

#[test]
fn a_number_of_any_size_stays_as_it_is() {
    let (old, new) =
        (r#"{"a":18446744073709551616}"#, r#"{"a":340282366920938463463374607431768211455}"#);
    let patch = diff(old, new, 100).expect("short");
    assert!(patch.json.contains("340282366920938463463374607431768211455"), "{patch:?}");
    let is_narrow = |value: &str| {
        let new = format!(r#"{{"a":[{value},true]}}"#);
        diff(r#"{"a":0}"#, &new, usize::MAX).expect("no limit").is_narrow
    };
    for narrow in
        ["18446744073709551615", "-9223372036854775808", "1e400", "123456789012345678901.0"]
    {
        assert!(is_narrow(narrow), "{narrow}");
    }
    assert!(is_narrow(r#""18446744073709551616","\"-99999999999999999999""#));
    for wide in ["18446744073709551616", "-9223372036854775809", r#""x",99999999999999999999"#] {
        assert!(!is_narrow(wide), "{wide}");
    }
}

#[test]
fn what_is_longer_than_the_limit_is_none() {
    let expected = r#"[{"op":"add","path":"/1","value":2}]"#;
    assert_eq!(diff("[1]", "[1,2]", expected.len()).map(|it| it.json).as_deref(), Some(expected));
    assert_eq!(diff("[1]", "[1,2]", expected.len() - 1), None);
    let removed = r#"[{"op":"remove","path":"/1"}]"#;
    assert_eq!(diff("[1,2]", "[1]", removed.len()).map(|it| it.json).as_deref(), Some(removed));
    assert_eq!(diff("[1,2]", "[1]", removed.len() - 1), None);
    assert_eq!(diff("1", "1", 2).map(|it| it.json).as_deref(), Some("[]"));
    assert_eq!(diff("1", "1", 1), None);
}

#[test]
fn a_null_or_a_deep_value_is_not_plain() {
    let is_plain = |old: &str, new: &str| diff(old, new, usize::MAX).expect("no limit").is_plain;
    assert!(is_plain(r#"[null,1]"#, r#"[null,2]"#));
    assert!(is_plain(r#"[null,1]"#, r#"[1]"#));
    assert!(!is_plain(r#"[1]"#, r#"[null]"#));
    assert!(!is_plain(r#"[1]"#, r#"[1,{"a":null}]"#));
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let within = |value: &str| format!(r#"{{"a":[{value}]}}"#);
    assert!(is_plain(&within("0"), &within(&nested(MAX_DEPTH - 2))));
    assert!(!is_plain(&within("0"), &within(&nested(MAX_DEPTH - 1))));
    assert!(is_plain(&nested(MAX_DEPTH), &nested(MAX_DEPTH).replace('1', "2")));
}

fn value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec!["", "a", "\"", "\\", "}", "[{", ",", "é", "null", "a/~"]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..200_u8).prop_map(Value::from),
        (-4..4_i8).prop_map(|number| json!(f64::from(number) / 2.0)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let key = text.clone().prop_map(str::to_owned);
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(key, inner, 0..5).prop_map(|fields| json!(fields)),
        ]
    })
}

/// Changes some of what is in `state`, as `choices` say.
fn change(state: &mut Value, choices: &mut impl Iterator<Item = (u8, Value)>) {
    let Some((choice, other)) = choices.next() else { return };
    match state {
        Value::Array(items) if choice % 4 == 0 => {
            items.insert(usize::from(choice) % (items.len() + 1), other)
        }
        Value::Array(items) if !items.is_empty() => {
            let place = usize::from(choice) % items.len();
            match choice % 4 {
                1 => drop(items.remove(place)),
                _ => change(&mut items[place], choices),
            }
            change(state, choices);
        }
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(usize::from(choice) % fields.len()).cloned().expect("one");
            match choice % 4 {
                0 => drop(fields.insert(format!("{key}/"), other)),
                1 => drop(fields.remove(&key)),
                _ => change(&mut fields[&key], choices),
            }
            change(state, choices);
        }
        _ => *state = other,
    }
}

#[test]
fn a_patch_leads_from_any_text_to_any_other() {
    let rng_seed = RngSeed::Fixed(7);
    let config = Config { cases: CASES, rng_seed, failure_persistence: None, ..Config::default() };
    let changes = vec((any::<u8>(), value()), 1..6);
    TestRunner::new(config)
        .run(&(value(), changes, value(), any::<bool>()), |(old, changes, other, is_pretty)| {
            let mut new = old.clone();
            change(&mut new, &mut changes.into_iter());
            let text = |value: &Value| match is_pretty {
                true => serde_json::to_string_pretty(value).expect("JSON"),
                false => value.to_string(),
            };
            patch(&text(&old), &text(&new));
            patch(&text(&old), &text(&other));
            patch(&text(&old), &other.to_string());
            Ok(())
        })
        .expect("a patch between any two");
}

#[test]
fn what_is_no_json_panics_nowhere() {
    let rng_seed = RngSeed::Fixed(7);
    let config = Config { cases: CASES, rng_seed, failure_persistence: None, ..Config::default() };
    let text = r#"([\[\]{},:"\\ é0-9a]|null){0,12}"#;
    TestRunner::new(config)
        .run(&(text, text), |(old, new)| {
            // Whatever it says.
            let _ = diff(&old, &new, usize::MAX);
            Ok(())
        })
        .expect("no panic");
}

fn odd_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        r#"[a-b\\"\{\[,:~/]{0,3}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(r#"[a-b!"~/]{0,2}"#, inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn a_text_becomes_what_a_patch_makes_of_the_values() {
    let rng_seed = RngSeed::Fixed(7);
    let config = Config { cases: 2_000, rng_seed, failure_persistence: None, ..Config::default() };
    let spliced = Cell::new(0);
    let run = |(old, new): (Value, Value)| {
        let operations = serde_json::to_string(&json_patch::diff(&old, &new)).expect("JSON");
        if let Some(text) = splice(&old.to_string(), &operations) {
            let made: Value = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(made, new, "{} {}", old, operations);
            spliced.set(spliced.get() + 1);
        }
        Ok(())
    };
    TestRunner::new(config).run(&(odd_value(), odd_value()), run).expect("the same");
    assert!(spliced.get() > 500, "{}", spliced.get());
}
