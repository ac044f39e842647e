//! Patches over random states: a patch does what a replacement would, and rubbish does nothing.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;

use common::{Window, app, call, everything, window};
use json_patch::{Patch, diff};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use revgate::{Snapshot, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicHandle, TopicOptions};

const CASES: u32 = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Board {
    title: String,
    ratio: f64,
    pinned: Option<bool>,
    columns: Vec<Vec<i16>>,
    notes: BTreeMap<String, Value>,
}

impl Topic for Board {
    const NAME: &'static str = "board";
}

fn runner() -> TestRunner {
    let rng_seed = RngSeed::Fixed(7);
    TestRunner::new(Config {
        cases: CASES,
        rng_seed,
        failure_persistence: None,
        ..Config::default()
    })
}

/// How much text a board has besides: a large state is patched as text.
const FILLINGS: [usize; 2] = [0, 20_000];

fn board_app(filling: usize) -> (App<MockRuntime>, Window, TopicHandle<Board>) {
    // Small enough for rubbish to pass it now and then.
    let options = TopicOptions::new().max_bytes(2_000 + filling as u64);
    let app = app(Builder::new().topic_with(Board::default(), options), &[everything()]);
    let main = window(&app, "main");
    let handle = app.topic::<Board>().expect("registered");
    (app, main, handle)
}

/// Names that need escaping in a pointer, and names that are also indices, among them.
fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "a/b", "~1", "0", "1", "-", "", "ü", "columns", "notes"])
        .prop_map(str::to_owned)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        (-4..4_i8).prop_map(|number| json!(f64::from(number) / 2.0)),
        key().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key(), inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

fn board(filling: usize) -> impl Strategy<Value = Board> {
    let columns = vec(vec(any::<i16>(), 0..4), 0..4);
    let ratio = (-4..4_i8).prop_map(|number| f64::from(number) / 2.0);
    (key(), ratio, any::<Option<bool>>(), columns, btree_map(key(), json_value(), 0..4)).prop_map(
        move |(title, ratio, pinned, columns, mut notes)| {
            if filling > 0 {
                notes.insert("filling".to_owned(), json!("x".repeat(filling)));
            }
            Board { title, ratio, pinned, columns, notes }
        },
    )
}

fn pointer() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["title", "ratio", "pinned", "columns", "notes", "no"]);
    let rest = vec(key().prop_map(|key| key.replace('~', "~0").replace('/', "~1")), 0..3);
    let whole = (field, rest).prop_map(|(field, rest)| {
        rest.iter().fold(format!("/{field}"), |path, key| format!("{path}/{key}"))
    });
    prop_oneof![8 => whole, 1 => Just(String::new()), 1 => key()]
}

/// Operations as a window could send them, many of which do not apply or are none.
fn operation() -> impl Strategy<Value = Value> {
    let names = vec!["add", "remove", "replace", "move", "copy", "test", "frobnicate"];
    let parts = (prop::sample::select(names), pointer(), pointer(), json_value());
    let whole = parts.prop_map(
        |(op, path, from, value)| json!({"op": op, "path": path, "from": from, "value": value}),
    );
    // What often applies, so that rubbish comes after it.
    let add = (key(), json_value()).prop_map(|(key, value)| {
        let key = key.replace('~', "~0").replace('/', "~1");
        json!({"op": "add", "path": format!("/notes/{key}"), "value": value})
    });
    let copy = key().prop_map(|key| {
        let key = key.replace('~', "~0").replace('/', "~1");
        json!({"op": "copy", "from": "/notes", "path": format!("/notes/{key}")})
    });
    prop_oneof![4 => whole, 4 => add, 2 => copy, 1 => json_value()]
}

fn state(handle: &TopicHandle<Board>) -> Value {
    serde_json::to_value(handle.snapshot().data).expect("plain data")
}

#[test]
fn a_patch_from_one_state_to_another_does_what_a_replacement_does() {
    FILLINGS.into_iter().for_each(patch_or_replace);
}

fn patch_or_replace(filling: usize) {
    let (_app, main, handle) = board_app(filling);
    let result = runner().run(&(board(filling), board(filling)), |(old, new)| {
        handle.replace(old.clone()).expect("Rust may write it");
        let base = handle.snapshot().version();
        let new_json = serde_json::to_value(&new).expect("plain data");
        let body = json!({"topic": "board", "data": new_json, "base": base});
        let replaced = call(&main, "replace", body);
        let after_replace = handle.snapshot().data;

        handle.replace(old.clone()).expect("Rust may write it");
        let base = handle.snapshot().version();
        let patch = diff(&serde_json::to_value(&old).expect("plain data"), &new_json);
        let body = json!({"topic": "board", "patch": patch, "base": base});
        let patched = call(&main, "patch", body);
        let Snapshot { data: after_patch, revision, .. } = handle.snapshot();

        let too_large = |refusal: &Value| refusal["kind"] == "tooLarge";
        match (replaced, patched) {
            (Ok(_), Ok(written)) => {
                prop_assert_eq!(&*after_patch, &new);
                prop_assert_eq!(after_patch, after_replace);
                // The window knows the state, so it is not sent back.
                prop_assert_eq!(written, json!({"revision": revision}));
            }
            (Err(replaced), Err(_)) => prop_assert!(too_large(&replaced), "{replaced}"),
            // A patch that rewrites nearly everything is itself larger than the state.
            (Ok(_), Err(patched)) => prop_assert!(too_large(&patched), "{patched}"),
            (Err(replaced), Ok(_)) => prop_assert!(false, "only the patch: {replaced}"),
        }
        Ok(())
    });
    result.expect("the property holds");
}

#[test]
fn rubbish_changes_nothing_unless_it_is_accepted_whole() {
    FILLINGS.into_iter().for_each(send_rubbish);
}

fn send_rubbish(filling: usize) {
    let (_app, main, handle) = board_app(filling);
    let [accepted, refused] = [Cell::new(0), Cell::new(0)];
    let strategy = (board(filling), vec(operation(), 0..6), any::<bool>());
    let result = runner().run(&strategy, |(old, patch, on_base)| {
        handle.replace(old).expect("Rust may write it");
        let before = handle.snapshot();
        let base = on_base.then(|| before.version());
        let mut expected = state(&handle);
        let body = json!({"topic": "board", "patch": patch, "base": base});
        match call(&main, "patch", body) {
            Err(refusal) => {
                refused.set(refused.get() + 1);
                prop_assert!(refusal["kind"].is_string(), "{refusal}");
                prop_assert_eq!(handle.snapshot(), before);
            }
            Ok(written) => {
                accepted.set(accepted.get() + 1);
                let is_news = handle.snapshot().data != before.data;
                let next = before.version().next().expect("far from the end");
                let version = if is_news { next } else { before.version() };
                prop_assert_eq!(handle.snapshot().version(), version);
                let patch: Patch = serde_json::from_value(json!(patch)).expect("accepted");
                json_patch::patch(&mut expected, &patch).expect("accepted");
                let expected: Board = serde_json::from_value(expected).expect("accepted");
                prop_assert_eq!(&*handle.snapshot().data, &expected);
                if !on_base {
                    prop_assert_eq!(&written["data"], &state(&handle));
                }
            }
        }
        Ok(())
    });
    result.expect("the property holds");
    let [accepted, refused] = [accepted.get(), refused.get()];
    assert!(accepted > 100 && refused > 100, "both are tried: {accepted} and {refused}");
}
