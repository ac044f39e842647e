//! Windows that are Rust exchange text with the plugin, which holds what JavaScript values do not.

mod common;

use std::collections::BTreeMap;

use common::{Window, app, call, call_for_bytes, everything, revision, window};
use revgate::wire::{Fetched, Refusal, Written};
use revgate::{Invalid, Snapshot, Topic};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions, UnknownFields};

/// More than JavaScript has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Ledger {
    accounts: BTreeMap<u64, i128>,
    #[serde(default)]
    zoom: f32,
    any: Value,
}

impl Topic for Ledger {
    const NAME: &'static str = "ledger";

    fn validate(&self) -> Result<(), Invalid> {
        match self.accounts.len() {
            0..=3 => Ok(()),
            more => Err(Invalid::new("accounts", format!("{more} are too many"))),
        }
    }
}

const JSON: &str = r#"{"accounts":{"18446744073709551615":-170141183460469231731687303715884105728},"zoom":0.1,"any":{"__proto__":9007199254740993,"f":-0.0,"u":18446744073709551615}}"#;

fn ledger() -> Ledger {
    serde_json::from_str(JSON).expect("plain data")
}

fn open(options: TopicOptions) -> (App<MockRuntime>, Window) {
    let app = app(Builder::new().topic_with(ledger(), options), &[everything()]);
    let main = window(&app, "main");
    (app, main)
}

/// Calls a command in the form of text.
fn say<A: DeserializeOwned>(
    window: &Window,
    command: &str,
    mut body: Value,
) -> Result<A, Refusal<Ledger>> {
    (body["topic"], body["form"]) = (json!("ledger"), json!("text"));
    match call_for_bytes(window, command, body) {
        Ok(json) => Ok(serde_json::from_slice(&json).expect("an answer")),
        Err(Value::String(json)) => Err(serde_json::from_str(&json).expect("a refusal")),
        Err(other) => panic!("text expected: {other}"),
    }
}

#[test]
fn a_state_is_fetched_to_the_letter() {
    let (_app, main) = open(TopicOptions::new());
    let body = json!({"topic": "ledger", "form": "text"});
    let json = call_for_bytes(&main, "snapshot", body).expect("it may be read");
    let whole = format!(r#"{{"revision":"1","data":{JSON}}}"#);
    assert_eq!(String::from_utf8(json).as_deref(), Ok(&*whole));
}

#[test]
fn whoever_knows_the_newest_version_is_told_just_that() {
    let (app, main) = open(TopicOptions::new());
    let known = |number| json!({"known": revision(number)});
    assert_eq!(
        say::<Fetched<Ledger>>(&main, "snapshot", known(1)),
        Ok(Fetched::NotNewer(revision(1)))
    );
    let body = json!({"topic": "ledger", "known": revision(1)});
    assert_eq!(call(&main, "snapshot", body.clone()), Ok(json!({"revision": "1"})), "as values");

    let handle = app.topic::<Ledger>().expect("registered");
    handle.update(|ledger| ledger.accounts.clear()).expect("valid");
    let newest = Snapshot::new(revision(2), Ledger { accounts: BTreeMap::new(), ..ledger() });
    let fetched = say::<Fetched<Ledger>>(&main, "snapshot", known(1));
    assert_eq!(fetched, Ok(Fetched::State(newest)));
    assert!(call(&main, "snapshot", body).expect("it may be read")["data"].is_object());
}

#[test]
fn a_state_is_replaced_to_the_letter_and_answered_with_a_version() {
    let (app, main) = open(TopicOptions::new());
    let new = JSON.replace("18446744073709551615\":-", "9007199254740993\":-");
    let body = json!({"data": new, "base": revision(1)});
    let written = say::<Written<Ledger>>(&main, "replace", body.clone());
    assert_eq!(written, Ok(Written::new(revision(2), None)));
    let state = app.topic::<Ledger>().expect("registered").snapshot().data;
    assert_eq!(serde_json::to_string(&*state).expect("plain data"), new);
    assert_eq!(state.accounts, BTreeMap::from([(9_007_199_254_740_993, i128::MIN)]));

    let newest = Snapshot::new(revision(2), Ledger::clone(&state));
    let conflict = say::<Written<Ledger>>(&main, "replace", body);
    assert_eq!(conflict, Err(Refusal::Conflict(newest)), "with the state, to the letter");
}

#[test]
fn what_the_backend_makes_another_state_of_is_sent_back() {
    let (_app, main) = open(TopicOptions::new());
    let written = say(&main, "replace", json!({"data": r#"{"accounts":{},"any":1}"#}));
    let filled = Ledger { any: json!(1), ..Ledger::default() };
    assert_eq!(written, Ok(Written::new(revision(2), Some(filled))));
}

#[test]
fn a_patch_is_text_as_well() {
    let (app, main) = open(TopicOptions::new());
    // As values the accounts of this state cannot be had at all.
    let patch = r#"[{"op":"replace","path":"/zoom","value":2}]"#;
    let refused = say::<Written<Ledger>>(&main, "patch", json!({"patch": patch}));
    assert!(
        matches!(&refused, Err(Refusal::Failed { reason }) if reason.contains("send the whole state")),
        "{refused:?}"
    );

    let handle = app.topic::<Ledger>().expect("registered");
    handle.update(|ledger| ledger.accounts = BTreeMap::from([(u64::MAX, 7)])).expect("valid");
    let patch = r#"[{"op":"add","path":"/any/x","value":9007199254740993}]"#;
    let written = say(&main, "patch", json!({"patch": patch, "base": revision(2)}));
    assert_eq!(written, Ok(Written::<Ledger>::new(revision(3), None)));
    let state = handle.snapshot().data;
    assert_eq!(state.any["x"], json!(9_007_199_254_740_993_u64));
    assert_eq!(state.any["__proto__"], json!(9_007_199_254_740_993_u64));
    assert!(state.any["f"].as_f64().is_some_and(f64::is_sign_negative));
}

#[test]
fn what_is_wrong_with_the_text_is_named_and_changes_nothing() {
    let (app, main) = open(TopicOptions::new().max_bytes(1000).unknown_fields(UnknownFields::Deny));
    let refused = |path: &str, reason: &str| Err(Refusal::Invalid(Invalid::new(path, reason)));
    let state = |accounts: &str| format!(r#"{{"accounts":{{{accounts}}},"any":null}}"#);
    for (data, path, reason) in [
        (json!({"any": 1}), "", "JSON as text is expected"),
        (json!(""), "", "EOF while parsing a value"),
        (json!(state("") + "x"), "", "trailing characters"),
        (json!(state(r#""7":1.5"#)), "accounts.?", "expected `,` or `}`"),
        (json!(state(r#""-7":1"#)), "accounts.-7", "invalid value: integer `-7`, expected u64"),
        (
            json!(state(r#""a":1"#)),
            "accounts.?",
            "invalid value: expected key to be a number in quotes",
        ),
        (json!(state(r#""1":1,"2":1,"3":1,"4":1"#)), "accounts", "4 are too many"),
        (
            json!(r#"{"accounts":{},"any":null,"colour":340282366920938463463374607431768211455}"#),
            "colour",
            "unknown field",
        ),
        (json!(r#"{"accounts":{},"any":{"a":[NaN]}}"#), "any.a[0]", "expected value"),
    ] {
        let answer = say::<Written<Ledger>>(&main, "replace", json!({"data": data}));
        assert_eq!(answer, refused(path, reason), "{data}");
    }
    let answer = say::<Written<Ledger>>(&main, "patch", json!({"patch": "{}"}));
    assert_eq!(answer, refused("patch", "invalid type: map, expected a sequence"));
    let large = format!(r#"{{"accounts":{{}},"any":"{}"}}"#, "x".repeat(1000));
    let answer = say::<Written<Ledger>>(&main, "replace", json!({"data": large}));
    assert_eq!(answer, Err(Refusal::TooLarge { limit: 1000, size: large.len() as u64 }));
    let deep = format!(r#"{{"accounts":{{}},"any":{}1{}}}"#, "[".repeat(127), "]".repeat(127));
    let answer = say::<Written<Ledger>>(&main, "replace", json!({"data": deep}));
    assert!(
        matches!(&answer, Err(Refusal::Invalid(fault)) if fault.reason.contains("recursion limit")),
        "{answer:?}"
    );
    assert_eq!(app.topic::<Ledger>().expect("registered").snapshot().version(), revision(1));
}

#[test]
fn refusals_are_text_as_well() {
    let (_app, main) = open(TopicOptions::new());
    let other = json!({"topic": "other", "form": "text", "layout": 1, "data": "1", "patch": "[]", "news": "__CHANNEL__:3"});
    let unknown = r#"{"kind":"unknownTopic","topic":"other","known":["ledger"]}"#;
    for command in ["subscribe", "snapshot", "snapshot_bytes", "replace", "patch"] {
        assert_eq!(call(&main, command, other.clone()), Err(json!(unknown)), "{command}");
    }
    assert!(call(&main, "snapshot", json!({"topic": "ledger", "form": "morse"})).is_err());
}
