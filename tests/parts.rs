//! A state that is compared and changed by its parts is the same as if all of it were written and read.

#![cfg(not(target_arch = "wasm32"))]

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use json_patch::Patch;
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::json::{fingerprint, is_same_text};
use revgate::parts::Parts;
use revgate::{Topic, parts};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// Of everything that parts can be, and of what they cannot.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Doc {
    page_title: String,
    rows: BTreeMap<String, Row>,
    by_number: HashMap<u8, Vec<Shape>>,
    maybe: Option<Box<Row>>,
    numbers: Numbers,
    side: Side,
}

/// Written as what is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Side {
    zoom: u8,
    #[serde(flatten)]
    more: More,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(rename = "a/b~")]
    odd: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(deserialize_with = "clamped")]
    level: u8,
    pair: (i64, bool),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Path { points: Vec<i8>, closed: bool },
    Line(i8, i8),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Numbers(Vec<f64>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct More {
    kind: Kind,
    tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    A,
    B { of: u8 },
}

/// In their order, however they come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<String>")]
struct Tags(Vec<String>);

impl From<Vec<String>> for Tags {
    fn from(mut tags: Vec<String>) -> Self {
        tags.sort();
        Self(tags)
    }
}

fn clamped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    u8::deserialize(deserializer).map(|level| level.min(100))
}

parts!(struct Doc { page_title, rows, by_number, maybe, numbers, side });
parts!(struct Side { zoom, more });
parts!(struct Row { odd, note, level, pair });
parts!(struct Numbers { 0 });
parts!(struct More { kind, tags });
parts!(struct Tags { 0 });
parts!(Kind);

parts!(enum Shape { Point {}, Circle { 0 }, Path { points, closed }, Line { 0, 1 } });

impl Topic for Doc {
    const NAME: &'static str = "doc";
    const PARTS: Parts<Self> = Parts::of();
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "a", "b", "~", "/", "a/b~1", "\"\\", "__proto__", "é\n", "0"])
        .prop_map(str::to_owned)
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(-0.0), Just(1e300), any::<i8>().prop_map(|it| f64::from(it) / 4.0)]
}

fn row() -> impl Strategy<Value = Row> {
    let pair = (any::<i64>(), any::<bool>());
    (float(), option::of(key()), 0..120_u8, pair).prop_map(|(odd, note, level, pair)| Row {
        odd,
        note,
        level,
        pair,
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Point),
        float().prop_map(Shape::Circle),
        (vec(any::<i8>(), 0..4), any::<bool>())
            .prop_map(|(points, closed)| Shape::Path { points, closed }),
        any::<(i8, i8)>().prop_map(|(one, other)| Shape::Line(one, other)),
    ]
}

fn doc() -> impl Strategy<Value = Doc> {
    let kind = prop_oneof![Just(Kind::A), any::<u8>().prop_map(|of| Kind::B { of })];
    let more = (kind, vec(key(), 0..3)).prop_map(|(kind, tags)| More { kind, tags: tags.into() });
    let rows = btree_map(key(), row(), 0..5);
    let by_number = hash_map(0..4_u8, vec(shape(), 0..4), 0..3);
    let maybe = option::of(row().prop_map(Box::new));
    (key(), rows, by_number, maybe, vec(float(), 0..6), more).prop_map(
        |(page_title, rows, by_number, maybe, numbers, more)| Doc {
            page_title,
            rows,
            by_number,
            maybe,
            numbers: Numbers(numbers),
            side: Side { zoom: 1, more },
        },
    )
}

/// Takes some of `other`, as `choice` says.
fn mix(old: &Doc, other: &Doc, choice: u16) -> Doc {
    let mut new = old.clone();
    let has = |bit: u32| choice & 1 << bit != 0;
    if has(0) {
        new.page_title.clone_from(&other.page_title);
    }
    if has(1) {
        new.rows.extend(other.rows.clone());
    }
    if has(2) {
        new.rows.pop_first();
    }
    if has(3) {
        for (row, like) in new.rows.values_mut().zip(other.rows.values()) {
            (row.odd, row.level, row.pair.0) = (like.odd, like.level, like.pair.0);
        }
    }
    if has(4) {
        new.by_number.extend(other.by_number.clone());
    }
    if has(5) {
        new.maybe.clone_from(&other.maybe);
    }
    if has(6) {
        new.numbers.0.splice(..new.numbers.0.len() / 2, other.numbers.0.iter().copied());
    }
    if has(7) {
        new.side.more.tags = other.side.more.tags.clone();
    }
    for (row, like) in new.rows.values_mut().zip(other.rows.values()) {
        if has(8) {
            row.note.clone_from(&like.note);
        }
    }
    new
}

/// What the patch makes of all of the state, written and read; `None` if that is nothing, or not what it
/// says.
fn whole(state: &Doc, patch: &str) -> Option<Doc> {
    let mut value = serde_json::to_value(state).ok()?;
    let patch: Patch = serde_json::from_str(patch).ok()?;
    json_patch::patch(&mut value, &patch).ok()?;
    let state: Doc = serde_json::from_value(value.clone()).ok()?;
    let own = serde_json::to_string(&serde_json::to_value(&state).ok()?).ok()?;
    is_same_text(&value.to_string(), &own).then_some(state)
}

/// As the backend would have read it.
fn read(doc: &Doc) -> Doc {
    serde_json::from_value(serde_json::to_value(doc).expect("JSON")).expect("a state")
}

fn runner(cases: u32) -> TestRunner {
    let rng_seed = RngSeed::Fixed(7);
    TestRunner::new(Config { cases, rng_seed, failure_persistence: None, ..Config::default() })
}

#[test]
fn what_was_found_by_parts_makes_the_same_by_parts_and_as_a_whole() {
    let (told, all) = (Cell::new(0), Cell::new(0));
    let run = |(old, other, choice): (Doc, Doc, u16)| {
        let old = read(&old);
        let new = mix(&old, &other, choice);
        all.set(all.get() + 1);
        let Some(patch) = Doc::PARTS.diff(&old, &new, usize::MAX) else {
            return Ok(());
        };
        told.set(told.get() + 1);
        let mut made = old.clone();
        let is_change = Doc::PARTS.apply(&mut made, &patch.json);
        prop_assert_eq!(is_change, Some(patch.json != "[]"), "{}", patch.json);
        prop_assert!(Doc::PARTS.is_same(&made, &new), "{} makes {:?}", patch.json, made);
        prop_assert_eq!(fingerprint(&made), fingerprint(&new), "{}", patch.json);
        let whole = whole(&old, &patch.json).map(|it| fingerprint(&it));
        prop_assert_eq!(whole, Some(fingerprint(&new)), "{}", patch.json);
        Ok(())
    };
    runner(3_000).run(&(doc(), doc(), any::<u16>()), run).expect("the same");
    // All but what is flattened, and levels that would be read as others.
    assert!(told.get() * 3 > all.get(), "{} of {}", told.get(), all.get());
}

/// Changes something of this JSON, and perhaps its shape.
fn spoil(value: &mut Value, choices: &mut impl Iterator<Item = (u8, Value)>) {
    let Some((choice, other)) = choices.next() else { return };
    let place = usize::from(choice);
    match value {
        Value::Array(items) if choice % 5 == 0 => items.insert(place % (items.len() + 1), other),
        Value::Array(items) if !items.is_empty() => {
            let place = place % items.len();
            if choice % 5 == 1 {
                drop(items.remove(place))
            } else {
                spoil(&mut items[place], choices)
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let key = fields.keys().nth(place % fields.len()).cloned().expect("one");
            match choice % 9 {
                0 => drop(fields.insert("x".to_owned(), other)),
                1 => drop(fields.remove(&key)),
                _ => spoil(&mut fields[&key], choices),
            }
        }
        Value::Number(_) => *value = json!(choice),
        Value::String(_) => *value = json!(choice.to_string()),
        _ => *value = other,
    }
}

#[test]
fn a_patch_of_anybody_s_makes_by_parts_what_it_makes_of_the_whole() {
    let other = prop_oneof![
        Just(json!(null)),
        Just(json!(7)),
        Just(json!("x")),
        Just(json!({"Circle": 1})),
        Just(json!({"a/b~": 1, "level": 200, "pair": [1, true]})),
        Just(json!({"a/b~": 1, "level": 2, "pair": [1, true], "x": 0})),
    ];
    let (done, refused) = (Cell::new(0), Cell::new(0));
    let run = |(old, choices): (Doc, Vec<(u8, Value)>)| {
        let old = read(&old);
        let before = serde_json::to_value(&old).expect("JSON");
        let mut after = before.clone();
        let mut choices = choices.into_iter();
        while choices.len() > 0 {
            spoil(&mut after, &mut choices);
        }
        let patch = serde_json::to_string(&json_patch::diff(&before, &after)).expect("JSON");
        let mut made = old.clone();
        let whole = whole(&old, &patch);
        if Doc::PARTS.apply(&mut made, &patch).is_none() {
            refused.set(refused.get() + usize::from(whole.is_some()));
            return Ok(());
        }
        done.set(done.get() + 1);
        let whole = whole.map(|whole| fingerprint(&whole));
        prop_assert_eq!(whole, Some(fingerprint(&made)), "{} of {:?}", patch, old);
        Ok(())
    };
    let choices = vec((any::<u8>(), other), 1..12);
    runner(6_000).run(&(doc(), choices), run).expect("the same");
    assert!(done.get() > 1_000, "{} done, {} left to the whole", done.get(), refused.get());
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    any: Value,
}

parts!(struct Sheet { any });

impl Topic for Sheet {
    const NAME: &'static str = "sheet";
    const PARTS: Parts<Self> = Parts::of();
}

#[test]
fn zero_and_negative_zero_within_a_value_of_json_are_two() {
    let sheet = |any| Sheet { any };
    for (one, other) in [(json!(0.0), json!(-0.0)), (json!([{"a": 0.0}]), json!([{"a": -0.0}]))] {
        let (old, new) = (sheet(one), sheet(other));
        assert_ne!(fingerprint(&old), fingerprint(&new));
        assert!(!Sheet::PARTS.is_same(&old, &new));
        let patch = Sheet::PARTS.diff(&old, &new, usize::MAX).expect("told").json;
        assert_ne!(patch, "[]");
    }
}
