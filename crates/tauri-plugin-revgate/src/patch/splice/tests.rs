use super::*;

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::json;

#[test]
fn what_changes_is_put_in_its_place_and_all_else_stays_as_it_was_written() {
    let text = r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#;
    for (patch, expected) in [
        (
            r#"[{"op":"replace","path":"/a/x","value":-0.0}]"#,
            r#"{"a":{"x":-0.0,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#,
        ),
        (
            r#"[{"op":"replace","path":"/c~0~1\"","value":null}]"#,
            r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":null,"n":18446744073709551616}"#,
        ),
        (
            r#"[{"op":"add","path":"/b","value":{"k":"v"}}]"#,
            r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"b":{"k":"v"},"c~/\"":-0.0,"n":18446744073709551616}"#,
        ),
        (
            r#"[{"op":"add","path":"/z","value":0}]"#,
            r#"{"a":{"x":1.50,"y":[1,[2],"]"]},"c~/\"":-0.0,"n":18446744073709551616,"z":0}"#,
        ),
        (
            r#"[{"op":"remove","path":"/a/y/0"},{"op":"remove","path":"/n"}]"#,
            r#"{"a":{"x":1.50,"y":[[2],"]"]},"c~/\"":-0.0}"#,
        ),
        (
            r#"[{"op":"add","path":"/a/y/1/1","value":3},{"op":"add","path":"/a/y/1/-","value":4},{"op":"add","path":"/a/y/1/0","value":0}]"#,
            r#"{"a":{"x":1.50,"y":[1,[0,2,3,4],"]"]},"c~/\"":-0.0,"n":18446744073709551616}"#,
        ),
    ] {
        assert_eq!(splice(text, patch).as_deref(), Some(expected), "{patch}");
    }
    let emptied = r#"[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":1}]"#;
    assert_eq!(splice(r#"{"a":1}"#, emptied).as_deref(), Some(r#"{"b":1}"#));
}

#[test]
fn what_takes_more_than_that_is_left_to_others() {
    let text = r#"{"a":[1,2],"b":"x"}"#;
    let many = json!(vec![json!({"op": "replace", "path": "/b", "value": 1}); MOST + 1]);
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let deep = format!(r#"[{{"op":"replace","path":"/b","value":{deep}}}]"#);
    for patch in [
        "7",
        r#"[{"op":"test","path":"/b","value":"x"}]"#,
        r#"[{"op":"move","from":"/b","path":"/c"}]"#,
        r#"[{"op":"copy","from":"/b","path":"/c"}]"#,
        r#"[{"op":"replace","path":"","value":1}]"#,
        r#"[{"op":"replace","path":"/b"}]"#,
        r#"[{"op":"replace","path":"/c","value":1}]"#,
        r#"[{"op":"remove","path":"/c"}]"#,
        r#"[{"op":"replace","path":"/b/c","value":1}]"#,
        r#"[{"op":"replace","path":"/a/2","value":1}]"#,
        r#"[{"op":"add","path":"/a/3","value":1}]"#,
        r#"[{"op":"add","path":"/a/01","value":1}]"#,
        r#"[{"op":"replace","path":"/a/-","value":1}]"#,
        &many.to_string(),
        &deep,
    ] {
        assert_eq!(splice(text, patch), None, "{patch}");
    }
    let replace = r#"[{"op":"replace","path":"/a","value":1}]"#;
    for odd in [r#"{"a":1,"a":2}"#, r#"{ "a":1}"#, r#"{"a" :1}"#, r#"{"b":"#, "{", ""] {
        assert_eq!(splice(odd, replace), None, "{odd}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        r#"[a-b\\"\{\[,:~/]{0,3}"#.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(r#"[a-b!"~/]{0,2}"#, inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn a_text_becomes_what_the_values_do() {
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
    TestRunner::new(config).run(&(value(), value()), run).expect("the same");
    assert!(spliced.get() > 500, "{}", spliced.get());
}
