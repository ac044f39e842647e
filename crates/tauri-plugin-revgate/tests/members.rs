//! Topics of families that windows create and remove.

mod common;

use std::path::Path;

use common::{Window, app, call, call_for_bytes, capability, end, window};
use revgate::{Invalid, Topic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::App;
use tauri::test::MockRuntime;
use tauri_plugin_revgate::persistence::{Files, Persistence};
use tauri_plugin_revgate::{Builder, RevgateExt, TopicOptions};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Doc {
    title: String,
}

impl Topic for Doc {
    const NAME: &'static str = "doc";

    fn validate(&self) -> Result<(), Invalid> {
        assert_ne!(self.title, "panic", "as an app's own code may");
        if self.title.is_empty() { Err(Invalid::new("title", "it is empty")) } else { Ok(()) }
    }
}

/// A topic of its own that is called as one of the family would be.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Index;

impl Topic for Index {
    const NAME: &'static str = "doc:index";
}

fn permissions(names: &[&str], topic: &str) -> Value {
    let allow = |name: &&str| json!({"identifier": name, "allow": [{"topic": topic}]});
    names.iter().map(allow).collect()
}

fn all() -> Value {
    let names = ["revgate:read", "revgate:write", "revgate:create", "revgate:remove"];
    capability(&["*"], permissions(&names, "*"))
}

fn open(builder: Builder, capability: Value) -> (App<MockRuntime>, Window) {
    let app = app(builder, &[capability]);
    let main = window(&app, "main");
    (app, main)
}

fn docs() -> Builder {
    Builder::new().topic(Index).family::<Doc>()
}

fn saved(folder: &Path) -> Builder {
    let options = TopicOptions::new().persist(Persistence::new());
    Builder::new().data_folder(folder).family_with::<Doc>(options)
}

fn draft() -> Value {
    json!({"topic": "doc:42", "data": {"title": "Draft"}})
}

fn title(app: &App<MockRuntime>, key: &str) -> Option<String> {
    let doc = app.family::<Doc>().expect("registered").get(key)?;
    Some(doc.snapshot().data.title.clone())
}

#[test]
fn a_window_creates_one_and_another_window_removes_it() {
    let (app, main) = open(docs(), all());
    let other = window(&app, "other");
    let whole = json!({"topic": "doc:*", "news": "__CHANNEL__:3"});
    call(&other, "subscribe", whole).expect("allowed");
    let waits = json!({"topic": "doc:42", "news": "__CHANNEL__:4"});
    call(&other, "subscribe", waits).expect("it may be waited for");
    assert_eq!(call(&main, "create", draft()), Ok(json!({"revision": "1"})));
    assert_eq!(title(&app, "42").as_deref(), Some("Draft"));
    let family = call(&other, "snapshot", json!({"topic": "doc:*"})).expect("allowed");
    let member = json!({"revision": "1", "data": {"title": "Draft"}});
    assert_eq!(family, json!({"revision": "1", "data": {"42": member}}));

    assert_eq!(call(&other, "remove", json!({"topic": "doc:42"})), Ok(json!(true)));
    assert_eq!(title(&app, "42"), None);
    assert_eq!(
        call(&other, "remove", json!({"topic": "doc:42"})),
        Ok(json!(false)),
        "gone already"
    );
    let known = json!({"topic": "doc:*", "known": {"revision": "1"}});
    let gone = json!({"revision": "2", "base": {"revision": "1"}, "patch": {"42": null}});
    assert_eq!(call(&other, "snapshot", known), Ok(gone));

    // Newer than any version that a window may remember.
    let again = call(&main, "create", draft()).expect("it was removed");
    assert_eq!((&again["revision"], &again["epoch"]), (&json!("1"), &json!("1")));
}

#[test]
fn what_is_there_already_stays_as_it_is() {
    let (app, main) = open(docs(), all());
    call(&main, "create", draft()).expect("new");
    let other = json!({"topic": "doc:42", "data": {"title": "Other"}});
    let exists = json!({"kind": "exists", "topic": "doc:42"});
    assert_eq!(call(&main, "create", other), Err(exists));
    assert_eq!(title(&app, "42").as_deref(), Some("Draft"));
    let index = json!({"topic": "doc:index", "data": {"title": "Other"}});
    assert_eq!(call(&main, "create", index).expect_err("it is taken")["kind"], json!("exists"));
}

#[test]
fn who_edits_one_that_is_removed_is_told_so() {
    let (_app, main) = open(docs(), all());
    call(&main, "create", draft()).expect("new");
    let edit = json!({"topic": "doc:42", "data": {"title": "Final"}, "base": {"revision": "1"}});
    call(&main, "remove", json!({"topic": "doc:42"})).expect("there");
    let refused = call(&main, "replace", edit).expect_err("it is gone");
    assert_eq!((&refused["kind"], &refused["topic"]), (&json!("unknownTopic"), &json!("doc:42")));
}

#[test]
fn each_takes_a_permission_of_its_own_for_the_topic() {
    for (names, topic) in [
        (&["revgate:read", "revgate:write"][..], "doc:*"),
        (&["revgate:read", "revgate:write", "revgate:create", "revgate:remove"], "docs:*"),
    ] {
        // Both commands are there for Tauri; the scope is what is missing.
        let mut entries = permissions(names, topic);
        let list = entries.as_array_mut().expect("a list");
        list.extend([json!("revgate:create"), json!("revgate:remove")]);
        let (app, main) = open(docs(), capability(&["main"], entries));
        app.family::<Doc>()
            .expect("registered")
            .create("1", Doc { title: "1".into() })
            .expect("new");
        for (command, body) in [("create", draft()), ("remove", json!({"topic": "doc:1"}))] {
            let refused = call(&main, command, body.clone()).expect_err("it may not");
            let topic = body["topic"].as_str().expect("text");
            let grant = format!(
                r#"{{ "identifier": "revgate:{command}", "allow": [{{ "topic": "{topic}" }}] }}"#
            );
            let denied =
                json!({"kind": "denied", "topic": topic, "access": command, "grant": grant});
            assert_eq!(refused, denied);
        }
        assert_eq!((title(&app, "42"), title(&app, "1").as_deref()), (None, Some("1")));
    }
    // It may create, and neither read nor remove what it has created.
    let (app, main) =
        open(docs(), capability(&["main"], permissions(&["revgate:create"], "doc:*")));
    call(&main, "create", draft()).expect("allowed");
    assert!(call(&main, "remove", json!({"topic": "doc:42"})).is_err());
    assert!(call(&main, "snapshot", json!({"topic": "doc:42"})).is_err());
    assert_eq!(title(&app, "42").as_deref(), Some("Draft"));
}

#[test]
fn only_what_a_family_can_have_is_created_and_removed() {
    let (app, main) = open(docs(), all());
    let create = |topic: &str, data: Value| {
        call(&main, "create", json!({"topic": topic, "data": data})).expect_err(topic)
    };
    let empty = json!({"kind": "invalid", "path": "title", "reason": "it is empty"});
    assert_eq!(create("doc:42", json!({"title": ""})), empty);
    for (topic, data, kind) in [
        ("doc:42", json!({"title": 7}), "invalid"),
        ("doc:42", json!({"title": "a", "tilte": "b"}), "invalid"),
        ("doc:42", json!({"title": "panic"}), "failed"),
        ("doc:", json!({"title": "a"}), "invalid"),
        ("doc:a b", json!({"title": "a"}), "invalid"),
        ("doc:42#/title", json!({"title": "a"}), "invalid"),
        ("doc:*", json!({"title": "a"}), "invalid"),
        ("doc", json!({"title": "a"}), "unknownTopic"),
        ("note:1", json!({"title": "a"}), "unknownTopic"),
    ] {
        assert_eq!(create(topic, data.clone())["kind"], json!(kind), "{topic} {data}");
    }
    assert_eq!(app.family::<Doc>().expect("registered").keys(), [] as [&str; 0]);
    // What Rust has registered by itself stays as long as the app runs.
    let refused = call(&main, "remove", json!({"topic": "doc:index"})).expect_err("of no family");
    assert!(refused["reason"].as_str().is_some_and(|it| it.contains("of no family")), "{refused}");
    assert_eq!(
        call(&main, "remove", json!({"topic": "note:1"})).expect_err("")["kind"],
        json!("unknownTopic")
    );
}

#[test]
fn a_rust_window_sends_text_and_gets_bytes() {
    let (app, main) = open(docs(), all());
    let body = json!({"topic": "doc:42", "data": r#"{"title":"Draft"}"#, "form": "text"});
    assert_eq!(call_for_bytes(&main, "create", body), Ok(br#"{"revision":"1"}"#.to_vec()));
    assert_eq!(title(&app, "42").as_deref(), Some("Draft"));
    let body = json!({"topic": "doc:42", "form": "text"});
    assert_eq!(call_for_bytes(&main, "remove", body), Ok(b"true".to_vec()));
}

#[test]
fn what_is_created_is_saved_and_what_is_removed_is_not_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, main) = open(saved(folder.path()), all());
    call(&main, "create", draft()).expect("new");
    call(&main, "create", json!({"topic": "doc:43", "data": {"title": "Other"}})).expect("new");
    main.destroy().expect("it is open");
    end(first);
    let (second, main) = open(saved(folder.path()), all());
    assert_eq!(title(&second, "42").as_deref(), Some("Draft"));
    assert_eq!(call(&main, "remove", json!({"topic": "doc:42"})), Ok(json!(true)));
    main.destroy().expect("it is open");
    end(second);
    let (third, _main) = open(saved(folder.path()), all());
    assert_eq!((title(&third, "42"), title(&third, "43").as_deref()), (None, Some("Other")));
}

#[test]
fn an_instance_that_follows_another_creates_and_removes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_first, main) = open(saved(folder.path()), all());
    call(&main, "create", draft()).expect("new");
    let follower = saved(folder.path()).storage(|folder| Files::open_or_read_only(folder));
    let (second, main) = open(follower, all());
    let other = json!({"topic": "doc:43", "data": {"title": "Other"}});
    for (command, body) in [("create", other), ("remove", json!({"topic": "doc:42"}))] {
        let refused = call(&main, command, body).expect_err("it may only read");
        let reason = refused["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("open for reading only"), "{refused}");
    }
    assert_eq!(title(&second, "43"), None);
}
