//! The plugin in an app on Tauri's mock runtime: registration, and the API from Rust.

mod common;

use std::sync::mpsc;

use common::{Player, app, build, call, everything, open_app, revision, window};
use revgate::Topic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tauri::Listener;
use tauri::test::{mock_builder, mock_context, noop_assets};
use tauri_plugin_revgate::{Builder, RegistryError, RevgateExt, TopicOptions, UpdateError};

/// Another type under the player's name.
#[derive(Clone, Serialize, Deserialize)]
struct Impostor;

impl Topic for Impostor {
    const NAME: &'static str = "player";
}

#[derive(Clone, Serialize, Deserialize)]
struct Absent;

impl Topic for Absent {
    const NAME: &'static str = "absent";
}

fn start_error(plugin: Builder) -> String {
    match build(plugin, &[]) {
        Ok(_) => panic!("the app starts"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_write_from_rust_makes_a_new_version() {
    let app = open_app();
    let player = app.topic::<Player>().expect("registered");
    assert_eq!(player.snapshot().version(), revision(1));
    assert_eq!(player.update(|player| player.volume = 5).expect("valid"), revision(2));
    assert_eq!(player.replace(Player { volume: 6 }).expect("valid"), revision(3));
    let again = app.handle().topic::<Player>().expect("registered");
    assert_eq!((again.snapshot().version(), again.snapshot().data.volume), (revision(3), 6));
}

#[test]
fn a_refused_write_leaves_the_state() {
    let player = open_app().topic::<Player>().expect("registered");
    let invalid = player.update(|player| player.volume = 12);
    assert!(matches!(invalid, Err(UpdateError::Invalid(fault)) if fault.path == "volume"));
    let panicked = player.update(|player| {
        player.volume = 3;
        panic!("half-way");
    });
    assert!(matches!(panicked, Err(UpdateError::Panicked { .. })));
    assert_eq!(player.snapshot().version(), revision(1));
    assert_eq!(*player.snapshot().data, Player::default());
    assert_eq!(player.update(|player| player.volume = 4).expect("not poisoned"), revision(2));
}

#[test]
fn topics_are_found_by_name_and_type() {
    let app = open_app();
    let unknown = app.topic::<Absent>().map(drop).map_err(|error| error.to_string());
    let unknown = unknown.expect_err("not registered");
    assert_eq!(unknown, "no topic `absent` is registered; there are: `player`");
    assert!(matches!(app.topic::<Impostor>(), Err(RegistryError::OtherType { .. })));
    let bare = mock_builder().build(mock_context(noop_assets())).expect("the app starts");
    assert!(matches!(bare.topic::<Player>(), Err(RegistryError::NoPlugin)));
}

#[test]
fn a_bad_registration_stops_the_start_and_says_why() {
    let twice = Builder::new().topic(Player::default()).topic(Impostor);
    let error = start_error(twice);
    assert!(error.contains("the topic `player` is registered twice"), "{error}");
    let error = start_error(Builder::new().topic(Player { volume: 12 }));
    assert!(error.contains("volume: 12 is more than 11"), "{error}");
}

#[test]
fn topics_of_a_family_come_and_go() {
    let app = app(Builder::new().topic(Player::default()).family::<Absent>(), &[everything()]);
    let main = window(&app, "main");
    let family = app.family::<Absent>().expect("registered");
    let unknown = call(&main, "snapshot", json!({"topic": "absent:1"})).expect_err("not yet");
    assert_eq!(unknown["kind"], json!("unknownTopic"));

    let topic = family.create("1", Absent).expect("a new key");
    let snapshot = call(&main, "snapshot", json!({"topic": "absent:1"}));
    assert_eq!(snapshot, Ok(json!({"revision": "1", "data": null})));
    assert!(family.remove("1"));
    assert!(matches!(topic.update(|_| {}), Err(UpdateError::Removed(_))));
    let body = json!({"topic": "absent:1", "data": null, "news": "__CHANNEL__:3"});
    for command in ["snapshot", "replace"] {
        let refused = call(&main, command, body.clone()).expect_err("no more");
        assert_eq!(refused["known"], json!(["player"]), "{command}");
    }
    // A window may wait for it to come again.
    let waiting = call(&main, "subscribe", body).expect("it may read such a topic");
    assert!(waiting.is_number(), "it has no snapshot: {waiting}");
    assert!(matches!(app.family::<Player>(), Err(RegistryError::UnknownFamily(_))));
}

#[test]
fn announcements_are_emitted_as_events_of_the_name_asked_for() {
    let options = TopicOptions::new().event("player:invalidated");
    let app = app(Builder::new().topic_with(Player::default(), options), &[everything()]);
    let main = window(&app, "main");
    let (sender, heard) = mpsc::channel();
    app.listen_any("player:invalidated", move |event| {
        let news: Value = serde_json::from_str(event.payload()).expect("JSON");
        sender.send(news).expect("the test waits");
    });
    let write = json!({"topic": "player", "data": {"volume": 7}});
    call(&main, "replace", write).expect("allowed");
    let news = heard.recv().expect("the sender runs");
    assert!(news["timestampMs"].is_u64(), "{news}");
    let time = news["timestampMs"].clone();
    let reference =
        json!({"topic": "player", "revision": "2", "sourceId": "main", "timestampMs": time});
    assert_eq!(news, reference);

    app.topic::<Player>().expect("registered").reset().expect("valid");
    let news = heard.recv().expect("the sender runs");
    assert_eq!((&news["revision"], news.get("sourceId")), (&json!("3"), None));
}

#[test]
fn an_event_name_that_tauri_refuses_stops_the_start() {
    let options = TopicOptions::new().event("player changed");
    let error = start_error(Builder::new().topic_with(Player::default(), options));
    assert!(error.contains("player changed"), "{error}");
}
