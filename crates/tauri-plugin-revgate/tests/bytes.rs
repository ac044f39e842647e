//! States fetched as bytes instead of JSON.

mod common;

use common::{Player, app, call, call_for_bytes, everything, open_app, revision, window};
use revgate::wire::Fetched;
use revgate::{Snapshot, Topic, bytes};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tauri_plugin_revgate::{Builder, RevgateExt};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Library {
    songs: Vec<String>,
}

impl Topic for Library {
    const NAME: &'static str = "library";
    const LAYOUT: Option<u32> = Some(3);
}

#[test]
fn a_window_of_the_same_layout_gets_bytes_and_any_other_is_told_to_ask_for_json() {
    let library = Library { songs: vec!["One".to_owned(), "Two".to_owned()] };
    let app = app(Builder::new().topic(library.clone()), &[everything()]);
    let main = window(&app, "main");
    let snapshot = |layout: u32| {
        call_for_bytes(&main, "snapshot_bytes", json!({"topic": "library", "layout": layout}))
    };
    let fetched = || bytes::decode::<Library>(&snapshot(3).expect("the same")).expect("its bytes");
    assert_eq!(fetched(), Fetched::State(Snapshot::new(revision(1), library)));

    app.topic::<Library>().expect("registered").update(|all| all.songs.clear()).expect("valid");
    assert_eq!(fetched(), Fetched::State(Snapshot::new(revision(2), Library { songs: vec![] })));
    let body = json!({"topic": "library", "layout": 3, "known": revision(2)});
    let known = call_for_bytes(&main, "snapshot_bytes", body).expect("the same");
    assert_eq!(bytes::decode::<Library>(&known), Ok(Fetched::NotNewer(revision(2))));

    assert_eq!(snapshot(4), Err(json!({"kind": "otherLayout", "layout": 3})));
}

#[test]
fn they_come_with_a_subscription_behind_its_id_and_a_zero() {
    let library = Library { songs: vec!["One".to_owned()] };
    let app = app(Builder::new().topic(library.clone()), &[everything()]);
    let main = window(&app, "main");
    let follow = |layout: u32| {
        let snapshot = json!({"layout": layout});
        let body = json!({
            "topic": "library", "news": "__CHANNEL__:3", "snapshot": snapshot, "form": "text"
        });
        call_for_bytes(&main, "subscribe", body).expect("it stands")
    };
    let answer = follow(3);
    let bytes = answer.strip_prefix(b"1\0").expect("the id and a zero");
    assert_eq!(bytes::decode(bytes), Ok(Fetched::State(Snapshot::new(revision(1), library))));
    assert!(follow(4).starts_with(b"2\n{"), "of another layout it is JSON");
}

#[test]
fn a_topic_without_a_layout_is_had_as_json_only() {
    let app = open_app();
    let main = window(&app, "main");
    let body = json!({"topic": Player::NAME, "layout": 1});
    let refused = json!({"kind": "otherLayout", "layout": null});
    assert_eq!(call_for_bytes(&main, "snapshot_bytes", body), Err(refused));
    assert!(call(&main, "snapshot", json!({"topic": Player::NAME})).is_ok());
}
