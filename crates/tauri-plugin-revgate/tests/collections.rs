//! Families as a whole, as windows ask for them.

mod common;

use common::{Window, app, call, call_for_bytes, capability, everything, window};
use revgate::Topic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::Persistence;
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions};

#[derive(Clone, Default, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";
}

fn doc(title: &str) -> Doc {
    Doc { title: title.to_owned() }
}

/// An app with the documents `1` and `2`, and a window with these permissions.
fn app_with(permissions: Value) -> (App<MockRuntime>, Window) {
    let app = app(Builder::new().family::<Doc>(), &[capability(&["main"], permissions)]);
    let docs = app.family::<Doc>().expect("registered");
    ["1", "2"].into_iter().for_each(|key| drop(docs.create(key, doc(key)).expect("new")));
    let main = window(&app, "main");
    (app, main)
}

fn reading(allow: Value, deny: Value) -> Value {
    let read = json!({"identifier": "revgate:read", "allow": allow, "deny": deny});
    json!([read, "revgate:inspect"])
}

fn subscription() -> Value {
    json!({"topic": "doc:*", "news": "__CHANNEL__:3"})
}

fn all() -> Value {
    let member = |key: &str| json!({"revision": "1", "data": {"title": key}});
    json!({"revision": "2", "data": {"1": member("1"), "2": member("2")}})
}

#[test]
fn a_window_that_may_read_the_whole_family_subscribes_to_it_and_fetches_it() {
    let (app, main) = app_with(reading(json!([{"topic": "doc:*"}]), json!([])));
    let id = call(&main, "subscribe", subscription()).expect("allowed");
    assert_eq!(call(&main, "snapshot", json!({"topic": "doc:*"})), Ok(all()));
    app.family::<Doc>().expect("registered").remove("1");
    let known = json!({"topic": "doc:*", "known": {"revision": "2"}});
    let gone = json!({"revision": "3", "base": {"revision": "2"}, "patch": {"1": null}});
    assert_eq!(call(&main, "snapshot", known), Ok(gone));
    let inspected = call(&main, "inspect", json!({})).expect("allowed");
    let family =
        json!({"topic": "doc:*", "version": {"revision": "3"}, "subscriptions": {"main": 1}});
    assert_eq!(inspected[0], family);
    let end = json!({"topic": "doc:*", "subscription": id});
    assert_eq!(call(&main, "unsubscribe", end.clone()), Ok(json!(true)));
    assert_eq!(call(&main, "unsubscribe", end), Ok(json!(false)), "ended already");
}

#[test]
fn a_rust_window_gets_it_as_text() {
    let (_app, main) = app_with(reading(json!([{"topic": "*"}]), json!([])));
    let answer = call_for_bytes(&main, "snapshot", json!({"topic": "doc:*", "form": "text"}));
    let json: Value = serde_json::from_slice(&answer.expect("allowed")).expect("JSON");
    assert_eq!(json, all());
}

#[test]
fn who_may_not_read_all_of_it_is_told_what_to_grant_and_learns_nothing() {
    let denied = json!({
        "kind": "denied",
        "topic": "doc:*",
        "access": "read",
        "grant": r#"{ "identifier": "revgate:read", "allow": [{ "topic": "doc:*" }] }"#,
    });
    for (allow, deny) in [
        (json!([{"topic": "doc:1"}, {"topic": "doc:2"}]), json!([])),
        (json!([{"topic": "doc:*"}]), json!([{"topic": "doc:2"}])),
        (json!([{"topic": "doc:*"}]), json!([{"topic": "doc:secret:*"}])),
        (json!([{"topic": "docs:*"}]), json!([])),
    ] {
        let (_app, main) = app_with(reading(allow.clone(), deny.clone()));
        assert_eq!(call(&main, "subscribe", subscription()), Err(denied.clone()), "{allow} {deny}");
        assert_eq!(call(&main, "snapshot", json!({"topic": "doc:*"})), Err(denied.clone()));
        let end = json!({"topic": "doc:*", "subscription": 1});
        assert_eq!(call(&main, "unsubscribe", end), Ok(json!(false)));
    }
}

#[test]
fn a_family_that_is_not_registered_is_unknown() {
    let (_app, main) = app_with(reading(json!([{"topic": "*"}]), json!([])));
    let refused = call(&main, "subscribe", json!({"topic": "docs:*", "news": "__CHANNEL__:3"}));
    let refused = refused.expect_err("no such family");
    assert_eq!((&refused["kind"], &refused["topic"]), (&json!("unknownTopic"), &json!("docs:*")));
}

#[test]
fn a_family_as_a_whole_cannot_be_written() {
    let app = app(Builder::new().family::<Doc>(), &[everything()]);
    let main = window(&app, "main");
    let replaced = call(&main, "replace", json!({"topic": "doc:*", "data": {"title": "all"}}));
    assert_eq!(replaced.expect_err("no topic")["kind"], json!("unknownTopic"));
}

#[test]
fn a_family_that_was_saved_begins_with_what_is_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || {
        let options = TopicOptions::new().persist(Persistence::new());
        let builder = Builder::new().data_folder(folder.path()).family_with::<Doc>(options);
        app(builder, &[everything()])
    };
    let first = open();
    let docs = first.family::<Doc>().expect("registered");
    docs.create("1", doc("saved")).expect("new");
    let main = window(&first, "main");
    let before = call(&main, "snapshot", json!({"topic": "doc:*"})).expect("allowed");
    main.destroy().expect("it is open");
    common::end(first);

    let second = open();
    let main = window(&second, "main");
    let known = json!({
        "topic": "doc:*",
        "known": {"revision": before["revision"], "epoch": before["epoch"]},
    });
    let fetched = call(&main, "snapshot", known).expect("allowed");
    assert_eq!(fetched["data"]["1"]["data"], json!({"title": "saved"}), "all of it: {fetched}");
    assert_ne!(fetched["epoch"], before["epoch"]);
}
