//! Subscriptions belong to a window and are counted.

mod common;

use common::{Player, call, open_app, window};
use serde_json::{Value, json};
use tauri_plugin_revgate::RevgateExt;

fn subscribe() -> Value {
    json!({"topic": "player", "news": "__CHANNEL__:3"})
}

#[test]
fn subscriptions_are_counted_by_window() {
    let app = open_app();
    let (main, settings) = (window(&app, "main"), window(&app, "settings"));
    let id = call(&main, "subscribe", subscribe()).expect("it stands");
    call(&settings, "subscribe", subscribe()).expect("it stands");
    call(&settings, "subscribe", subscribe()).expect("it stands");
    app.topic::<Player>().expect("registered").replace(Player { volume: 2 }).expect("valid");

    let subscriptions = json!({"main": 1, "settings": 2});
    let inspected = json!([
        {"topic": "player", "version": {"revision": "2"}, "subscriptions": subscriptions}
    ]);
    assert_eq!(call(&main, "inspect", json!({})), Ok(inspected));

    let end = json!({"topic": "player", "subscription": id});
    assert_eq!(call(&settings, "unsubscribe", end.clone()), Ok(json!(false)), "not its own");
    assert_eq!(call(&main, "unsubscribe", end), Ok(json!(true)));
    let inspected = call(&main, "inspect", json!({})).expect("allowed");
    assert_eq!(inspected[0]["subscriptions"], json!({"settings": 2}));
}

#[test]
fn a_window_has_a_bounded_number_of_them() {
    let app = open_app();
    let (hostile, other) = (window(&app, "hostile"), window(&app, "other"));
    for _ in 0..64 {
        call(&hostile, "subscribe", subscribe()).expect("room");
    }
    let full = json!({"kind": "tooManySubscriptions", "limit": 64});
    assert_eq!(call(&hostile, "subscribe", subscribe()), Err(full));
    call(&other, "subscribe", subscribe()).expect("another window has its own number");

    let end = json!({"topic": "player", "subscription": 1});
    assert_eq!(call(&hostile, "unsubscribe", end), Ok(json!(true)));
    call(&hostile, "subscribe", subscribe()).expect("one was ended");
}
