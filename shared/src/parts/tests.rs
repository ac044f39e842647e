mod left_out;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::*;
use crate::json::{fingerprint, splice};

/// The patch by parts, which makes the same state by parts and as JSON.
fn patch<T: Part + Clone + Debug>(old: &T, new: &T) -> Option<String> {
    let patch = differ::diff(old, new, usize::MAX)?.json;
    let mut made = old.clone();
    let is_change = patching::apply(&mut made, &patch);
    assert_eq!(is_change, Some(patch != "[]"), "{patch}");
    assert!(made.is_same(new), "{patch} makes {made:?} of {old:?}");
    assert_eq!(fingerprint(&made), fingerprint(new), "{patch}");
    let text = serde_json::to_string(old).expect("JSON");
    if patch.matches("\"op\"").count() <= 8 {
        let text = splice(&text, &patch).expect("it fits");
        let read: T = serde_json::from_str(&text).expect("JSON");
        assert_eq!(fingerprint(&read), fingerprint(new), "{patch}");
    }
    Some(patch)
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    first_name: String,
    #[serde(rename = "a/b~c\"")]
    odd: u8,
    score: f64,
    tags: Vec<String>,
}

crate::parts!(struct Row { first_name, odd, score, tags });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Rows(BTreeMap<String, Row>);

crate::parts!(struct Rows { 0 });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Shape {
    Map(BTreeMap<u32, Option<Row>>),
    TheList { rows: Vec<Row>, more: Option<Box<Row>> },
    Nothing,
}

crate::parts!(enum Shape { Map { 0 }, TheList { rows, more }, Nothing {} });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    A,
    B(u8),
}

crate::parts!(Kind);

fn row(name: &str) -> Row {
    Row { first_name: name.to_owned(), ..Row::default() }
}

fn rows() -> Rows {
    Rows(["a", "b/c~", "", "__proto__"].map(|key| (key.to_owned(), row(key))).into())
}

#[test]
fn what_has_changed_is_told_by_the_names_that_serde_has() {
    let old = rows();
    let changed = |change: &dyn Fn(&mut BTreeMap<String, Row>)| {
        let mut new = old.clone();
        change(&mut new.0);
        patch(&old, &new).expect("by parts")
    };
    for (key, step) in [("a", "a"), ("b/c~", "b~1c~0"), ("", ""), ("__proto__", "__proto__")] {
        let patch = changed(&|rows| rows.get_mut(key).expect("there").odd = 7);
        let expected = format!(r#"[{{"op":"replace","path":"/{step}/a~1b~0c\"","value":7}}]"#);
        assert_eq!(patch, expected);
        let patch = changed(&|rows| drop(rows.remove(key)));
        assert_eq!(patch, format!(r#"[{{"op":"remove","path":"/{step}"}}]"#));
    }
    let patch = changed(&|rows| rows.get_mut("a").expect("there").first_name = "x\"\n".into());
    assert_eq!(patch, r#"[{"op":"replace","path":"/a/firstName","value":"x\"\n"}]"#);
    let patch = changed(&|rows| drop(rows.insert("new".into(), row("n"))));
    assert!(patch.starts_with(r#"[{"op":"add","path":"/new","value":{"firstName":"n""#), "{patch}");
    assert_eq!(changed(&|_| {}), "[]");
}

#[test]
fn the_parts_of_variants_are_within_what_names_the_variant() {
    let map = |score| Shape::Map([(1, None), (20, Some(Row { score, ..row("x") }))].into());
    let replace =
        |path: &str, value| format!(r#"[{{"op":"replace","path":"{path}","value":{value}}}]"#);
    assert_eq!(patch(&map(0.0), &map(-0.0)), Some(replace("/map/20/score", "-0.0")));
    let list = |name: &str, odd| Shape::TheList {
        rows: vec![row("a"), row(name)],
        more: Some(Row { odd, ..row("m") }.into()),
    };
    assert_eq!(
        patch(&list("b", 0), &list("c", 0)),
        Some(replace("/theList/rows/1/firstName", r#""c""#))
    );
    assert_eq!(
        patch(&list("b", 0), &list("b", 9)),
        Some(replace(r#"/theList/more/a~1b~0c\""#, "9"))
    );
    // Another variant is another state.
    assert_eq!(patch(&list("b", 0), &Shape::Nothing), None);
    let within = |shape| BTreeMap::from([("x".to_owned(), shape)]);
    let expected = replace("/x", r#""nothing""#);
    assert_eq!(patch(&within(list("b", 0)), &within(Shape::Nothing)), Some(expected));
}

#[test]
fn what_was_done_at_one_place_of_a_list_is_told_alone() {
    let list = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    for (old, new, operations) in [
        ("abcd", "abXcd", 1),
        ("abcd", "acd", 1),
        ("abcd", "aXcd", 1),
        ("abcd", "ad", 2),
        ("abcd", "", 4),
        ("", "ab", 2),
        ("aaa", "aa", 1),
        ("abcd", "dcba", 4),
    ] {
        let patch = patch(&list(old), &list(new)).expect("by parts");
        assert_eq!(patch.matches("\"op\"").count(), operations, "{old} {new}: {patch}");
    }
}

#[test]
fn maps_that_hash_and_what_is_shared_have_parts_too() {
    let map =
        |odd: u8| HashMap::from([(1_u64, Box::new(Row { odd, ..row("a") })), (2, Box::default())]);
    let patch = patch(&map(1), &map(2)).expect("by parts");
    assert_eq!(patch, r#"[{"op":"replace","path":"/1/a~1b~0c\"","value":2}]"#);
    let (mut tuple, new) =
        (((1.5_f32, 'x'), [Kind::A, Kind::B(1)]), ((1.5_f32, 'y'), [Kind::A, Kind::B(2)]));
    assert!(!tuple.is_same(&new));
    tuple = new.clone();
    assert!(tuple.is_same(&new));
}

#[test]
fn what_json_has_not_is_not_told() {
    for score in [f64::NAN, f64::INFINITY] {
        let new = Rows([("a".to_owned(), Row { score, ..row("a") })].into());
        assert_eq!(patch(&rows(), &new), None);
    }
    // Read back, it would be none.
    let list = |item| vec![Some(0), item];
    assert_eq!(
        patch(&list(Some(1)), &list(None)).as_deref(),
        Some(r#"[{"op":"replace","path":"/1","value":null}]"#)
    );
    let nested = |item: Option<Option<u8>>| vec![item];
    assert_eq!(patch(&nested(Some(Some(1))), &nested(Some(None))), None);
}

/// How serde can have a field otherwise than by itself.
mod otherwise {
    use super::*;

    pub(super) fn halved<S: Serializer>(value: &u8, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(value / 2)
    }

    pub(super) fn clamped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        u8::deserialize(deserializer).map(|value| value.min(10))
    }
}

/// A type of one field, with the attributes that are asked about.
macro_rules! of_one {
    ($name:ident $field:ty { $(#[$type_attribute:meta])* } { $(#[$attribute:meta])* }) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        $(#[$type_attribute])*
        struct $name {
            $(#[$attribute])*
            value: $field,
        }

        crate::parts!(struct $name { value });
    };
}

of_one!(Plain u8 {} {});
of_one!(Denying u8 { #[serde(deny_unknown_fields)] } {});
of_one!(Tagged u8 { #[serde(tag = "type")] } {});
of_one!(WrittenWith u8 {} { #[serde(serialize_with = "otherwise::halved")] });
of_one!(ReadWith u8 {} { #[serde(deserialize_with = "otherwise::clamped")] });
of_one!(Flat Plain {} { #[serde(flatten)] });
of_one!(Transparent u8 { #[serde(transparent)] } {});
of_one!(NamedTwice u8 {} { #[serde(rename(serialize = "one", deserialize = "two"), default)] });
of_one!(Skipped u8 {} { #[serde(skip)] });
of_one!(NotWritten u8 {} { #[serde(skip_serializing, default)] });
of_one!(Sorted Vec<u8> { #[serde(from = "Unsorted")] } {});
of_one!(Becomes u8 { #[serde(into = "Plain", from = "Plain")] } {});

#[derive(Deserialize)]
struct Unsorted {
    value: Vec<u8>,
}

impl From<Unsorted> for Sorted {
    fn from(Unsorted { mut value }: Unsorted) -> Self {
        value.sort_unstable();
        Self { value }
    }
}

impl From<Plain> for Becomes {
    fn from(Plain { value }: Plain) -> Self {
        Self { value: value.min(10) }
    }
}

impl From<Becomes> for Plain {
    fn from(Becomes { value }: Becomes) -> Self {
        Self { value }
    }
}

/// What is told of a member that becomes another, and whether a patch into it is done.
fn within<T: Part + Clone + Debug>(old: T, new: T) -> Option<String> {
    let list = |item: T| vec![item];
    patch(&list(old), &list(new))
}

#[test]
fn what_serde_has_otherwise_is_told_with_what_is_around_it() {
    let told = |path: &str, value: &str| {
        Some(format!(r#"[{{"op":"replace","path":"{path}","value":{value}}}]"#))
    };
    assert_eq!(within(Plain { value: 1 }, Plain { value: 2 }), told("/0/value", "2"));
    assert_eq!(within(Denying { value: 1 }, Denying { value: 2 }), told("/0/value", "2"));
    assert_eq!(within(Tagged { value: 1 }, Tagged { value: 2 }), told("/0/value", "2"));
    let flat = |value| Flat { value: Plain { value } };
    assert_eq!(within(flat(1), flat(2)), told("/0", r#"{"value":2}"#));
    assert_eq!(within(Transparent { value: 1 }, Transparent { value: 2 }), told("/0", "2"));
    assert_eq!(within(ReadWith { value: 1 }, ReadWith { value: 2 }), told("/0", r#"{"value":2}"#));
    let sorted = |value: &[u8]| Sorted { value: value.to_vec() };
    assert_eq!(within(sorted(&[1]), sorted(&[1, 2])), told("/0", r#"{"value":[1,2]}"#));
    assert_eq!(within(Becomes { value: 1 }, Becomes { value: 2 }), told("/0", r#"{"value":2}"#));
}

#[test]
fn what_would_be_read_as_another_is_not_told() {
    assert_eq!(within(WrittenWith { value: 2 }, WrittenWith { value: 4 }), None);
    assert_eq!(within(ReadWith { value: 1 }, ReadWith { value: 20 }), None);
    assert_eq!(within(NamedTwice { value: 1 }, NamedTwice { value: 2 }), None);
    assert_eq!(within(Skipped { value: 1 }, Skipped { value: 2 }), None);
    assert_eq!(within(NotWritten { value: 1 }, NotWritten { value: 2 }), None);
    assert_eq!(within(Sorted { value: vec![1] }, Sorted { value: vec![2, 1] }), None);
    assert_eq!(within(Becomes { value: 1 }, Becomes { value: 20 }), None);
}

fn applied<T: Part + Clone>(state: &T, patch: &str) -> Option<T> {
    let mut state = state.clone();
    patching::apply(&mut state, patch).map(|_| state)
}

#[test]
fn a_patch_is_read_as_the_whole_is_or_left_to_that() {
    let patch = |path: &str, value: &str| {
        format!(r#"[{{"op":"replace","path":"{path}","value":{value}}}]"#)
    };
    let list = |value| vec![Plain { value }];
    assert_eq!(applied(&list(1), &patch("/0/value", "2")), Some(list(2)));
    // JavaScript has no other.
    assert_eq!(applied(&vec![1.0_f64, 2.0], &patch("/1", "3")), Some(vec![1.0, 3.0]));
    // Read as a whole, it is clamped, and thus another than it was told to be.
    let clamped = |value| vec![ReadWith { value }];
    assert_eq!(applied(&clamped(1), &patch("/0/value", "2")), Some(clamped(2)));
    assert_eq!(applied(&clamped(1), &patch("/0/value", "20")), None);
    let sorted = |value: &[u8]| vec![Sorted { value: value.to_vec() }];
    let add = r#"[{"op":"add","path":"/0/value/0","value":7}]"#;
    assert_eq!(applied(&sorted(&[1]), add), None);
    // More than there is, what does not fit, and what is no part of anything.
    for (path, value) in [
        ("/0", r#"{"value":1,"other":2}"#),
        ("/0", r#"{"value":1,"value":2}"#),
        ("/0/value", "256"),
        ("/0/value", "\"1\""),
        ("/0/value", "null"),
        ("/0/other", "1"),
        ("/0/value/x", "1"),
        ("/1/value", "1"),
        ("/00/value", "1"),
        ("/-/value", "1"),
        ("/-", r#"{"value":1}"#),
        ("", r#"[{"value":2}]"#),
        ("0", r#"{"value":2}"#),
        ("/~2", r#"{"value":2}"#),
    ] {
        assert_eq!(applied(&list(1), &patch(path, value)), None, "{path} {value}");
    }
    for other in [
        r#"[{"op":"test","path":"/0/value","value":1}]"#,
        r#"[{"op":"copy","from":"/0","path":"/1"}]"#,
        r#"[{"op":"move","from":"/0","path":"/1"}]"#,
        r#"[{"op":"remove","path":"/0/value"}]"#,
        r#"[{"op":"remove","path":"/1"}]"#,
        r#"[{"op":"add","path":"/2","value":{"value":1}}]"#,
        r#"[{"op":"replace","path":"/0"}]"#,
        r#"[{"op":"remove","path":"/0","value":1}]"#,
        r#"[{"op":"replace","path":"/0/value","value":2,"why":"x"}]"#,
        r#"[{"op":"add","path":"/-","value":{"value":1}}]"#,
        "{}",
        "[",
    ] {
        assert_eq!(applied(&list(1), other), None, "{other}");
    }
    let keys = BTreeMap::from([(1_u32, 1)]);
    assert_eq!(applied(&keys, &patch("/1", "2")), Some(BTreeMap::from([(1, 2)])));
    for path in ["/01", "/+1", "/2", "/x", "/-1"] {
        assert_eq!(applied(&keys, &patch(path, "2")), None, "{path}");
    }
}

#[test]
fn what_a_patch_does_not_change_is_no_change() {
    let is_change = |patch: &str| patching::apply(&mut vec![1.0_f64, 2.0], patch);
    assert_eq!(is_change(r#"[{"op":"replace","path":"/0","value":1}]"#), Some(false));
    assert_eq!(is_change("[]"), Some(false));
    let both = r#"[{"op":"replace","path":"/0","value":3},{"op":"replace","path":"/1","value":2}]"#;
    assert_eq!(is_change(both), Some(true));
    assert_eq!(is_change(r#"[{"op":"add","path":"/2","value":1}]"#), Some(true));
    assert_eq!(is_change(r#"[{"op":"remove","path":"/1"}]"#), Some(true));
}

#[test]
fn neither_many_operations_nor_many_shifts_hold_others_up() {
    let operations = |count| {
        let one = r#"{"op":"replace","path":"/0","value":1}"#;
        format!("[{}]", vec![one; count].join(","))
    };
    assert_eq!(patching::apply(&mut vec![1], &operations(1024)), Some(false));
    assert_eq!(patching::apply(&mut vec![1], &operations(1025)), None);
    let mut long = vec![0_u8; 600_000];
    let add = r#"{"op":"add","path":"/0","value":1}"#;
    assert_eq!(patching::apply(&mut long, &format!("[{add}]")), Some(true));
    assert_eq!(patching::apply(&mut long, &format!("[{add},{add}]")), None);
}
