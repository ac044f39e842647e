use super::*;

use alloc::collections::BTreeMap;
use alloc::vec;
use core::cell::Cell;

use serde::Serializer;
use serde_json::{Value, json};

use crate::json::fingerprint as whole;

#[derive(Serialize)]
struct Board {
    #[serde(rename = "a/b~")]
    slashed: u8,
    list: Vec<Option<u8>>,
    by_number: BTreeMap<i64, &'static str>,
    pair: (u8, [u8; 2]),
    choices: Vec<Choice>,
    wide: u128,
    #[serde(flatten)]
    flat: BTreeMap<&'static str, Value>,
}

#[derive(Serialize)]
enum Choice {
    Unit,
    One(u8),
    Two(u8, Inner),
    Named { x: u8, inner: Inner },
}

#[derive(Serialize)]
struct Inner {
    deep: u8,
}

fn board() -> Board {
    Board {
        slashed: 1,
        list: vec![Some(5), None],
        by_number: BTreeMap::from([(-1, "minus"), (7, "seven")]),
        pair: (1, [2, 3]),
        choices: vec![
            Choice::Unit,
            Choice::One(1),
            Choice::Two(2, Inner { deep: 3 }),
            Choice::Named { x: 4, inner: Inner { deep: 5 } },
        ],
        wide: u128::MAX,
        flat: BTreeMap::from([("flat", json!({"k": [true]}))]),
    }
}

/// All pointers into a value.
fn pointers(value: &Value, to: &str, all: &mut Vec<String>) {
    let escape = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let within: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, it)| (escape(name), it)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, it)| (at.to_string(), it)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in within {
        let pointer = format!("{to}/{step}");
        pointers(value, &pointer, all);
        all.push(pointer);
    }
}

#[test]
fn a_part_is_what_the_whole_has_there() {
    let text_of_all = serde_json::to_string(&Board { wide: 0, ..board() }).expect("JSON");
    let all: Value = serde_json::from_str(&text_of_all).expect("JSON");
    let mut ways = Vec::new();
    pointers(&all, "", &mut ways);
    assert_eq!(ways.len(), 30, "{ways:?}");
    for pointer in ways.iter().filter(|pointer| *pointer != "/wide") {
        let part = text(&board(), pointer).expect("JSON");
        let expected = json!({"value": all.pointer(pointer)});
        assert_eq!(serde_json::from_str::<Value>(&part).expect("JSON"), expected, "{pointer}");
        let print = fingerprint(&board(), pointer).expect("JSON");
        assert_eq!(print, whole(&expected).expect("JSON"), "{pointer}");
    }
    assert_eq!(text(&board(), "/wide").expect("JSON"), format!(r#"{{"value":{}}}"#, u128::MAX));
}

#[test]
fn where_nothing_is_the_part_has_no_value() {
    for pointer in [
        "/none",
        "/list/2",
        "/list/-",
        "/list/00",
        "/list/0/x",
        "/list/1/x",
        "/by_number/8",
        "/pair/2",
        "/choices/0/Unit",
        "/choices/1/Two",
        "/choices/2/Two/2",
        "/choices/2/Named/0",
        "/choices/3/Named/y",
        "/choices/3/Two",
        "/wide/0",
        "/flat/k/1",
        "/",
    ] {
        assert_eq!(text(&board(), pointer).as_deref(), Ok("{}"), "{pointer}");
        assert_eq!(fingerprint(&board(), pointer), whole(&json!({})), "{pointer}");
    }
}

#[test]
fn nothing_is_read_beside_the_way() {
    struct Counted<'a>(&'a Cell<usize>);

    impl Serialize for Counted<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.set(self.0.get() + 1);
            serializer.serialize_unit()
        }
    }

    let count = Cell::new(0);
    let state: Vec<_> = (0..100).map(|_| vec![Counted(&count), Counted(&count)]).collect();
    text(&state, "/50/1").expect("JSON");
    assert_eq!(count.take(), 1);
    fingerprint(&state, "/50/2").expect("JSON");
    assert_eq!(count.get(), 0, "there is no third");
}

#[test]
fn a_part_that_is_no_json_says_where_and_others_do_not_care() {
    let state = BTreeMap::from([("a", [1.0, f64::NAN]), ("b", [1.0, 2.0])]);
    let error = fingerprint(&state, "/a").expect_err("NaN").to_string();
    assert_eq!(error, "[1]: NaN is no number that JSON has");
    assert!(fingerprint(&state, "/b").is_ok());
}

#[test]
fn a_patch_that_leads_out_of_the_part_is_refused_by_its_place() {
    for (patch, operation, path) in [
        (r#"[{"op":"remove","path":"/value/a"},{"op":"remove","path":""}]"#, 1, ""),
        (r#"[{"op":"remove","path":"/values"}]"#, 0, "/values"),
        (r#"[{"op":"copy","from":"/secret","path":"/value"}]"#, 0, "/secret"),
        (r#"[{"op":"remove","path":7}]"#, 0, "7"),
        (r#"{"op":"remove","path":"/value"}"#, 0, ""),
    ] {
        let fault = widen(patch, "/docs/42").expect_err(patch);
        assert_eq!((fault.operation, &*fault.path), (operation, path), "{patch}");
    }
}

#[test]
fn a_patch_of_a_part_keeps_all_else_as_it_was_written() {
    let patch = r#"[{"op":"move","from":"/value/a","path":"/value"},{"op":"add","path":"/value/\"~1","value":18446744073709551616}]"#;
    let widened = r#"[{"from":"/d/a","op":"move","path":"/d"},{"op":"add","path":"/d/\"~1","value":18446744073709551616}]"#;
    assert_eq!(widen(patch, "/d").as_deref(), Ok(widened));
}

#[test]
fn what_a_patch_can_change_is_touched() {
    let is_touched_by = |op: &str, path: &str, from: Option<&str>| {
        is_touched(&json!([{"op": op, "path": path, "from": from}]).to_string(), "/list/5/a")
    };
    for (op, path, expected) in [
        ("replace", "/list/5/a", true),
        ("replace", "/list/5/a/b", true),
        ("replace", "/list", true),
        ("replace", "", true),
        ("replace", "/list/5/ab", false),
        ("replace", "/list/4", false),
        ("replace", "/list/55", false),
        ("test", "/list/4", false),
        ("add", "/list/4", true),
        ("remove", "/list/0", true),
        ("add", "/list/-", true),
        ("add", "/list/x", false),
        ("remove", "/list/4/0", false),
        ("add", "/other/4", false),
        ("remove", "/list/5/b", false),
    ] {
        assert_eq!(is_touched_by(op, path, None), expected, "{op} {path}");
    }
    assert!(is_touched_by("move", "/x", Some("/list/3")));
    assert!(is_touched_by("move", "/x", Some("/list/5/a/b")));
    assert!(!is_touched_by("copy", "/x", Some("/y")));
    assert!(is_touched("7", "/a"));
    assert!(!is_touched("[]", "/a"));
}
