//! Subscriptions belong to a window and are counted.

mod common;

use common::{Player, call, call_for_bytes, open_app, window};
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

#[test]
fn the_snapshot_comes_with_one_if_it_is_asked_for() {
    let app = open_app();
    let main = window(&app, "main");
    let asking = |snapshot: Value| {
        call(
            &main,
            "subscribe",
            json!({"topic": "player", "news": "__CHANNEL__:3", "snapshot": snapshot}),
        )
    };
    assert_eq!(asking(json!(null)), Ok(json!(1)), "the id alone, as ever");
    let whole = json!({"revision": "1", "data": {"volume": 0}});
    assert_eq!(asking(json!({})), Ok(json!({"subscription": 2, "snapshot": whole})));
    let known = json!({"known": {"revision": "1"}});
    let version = json!({"revision": "1"});
    assert_eq!(asking(known), Ok(json!({"subscription": 3, "snapshot": version})));
    assert_eq!(asking(json!({"layout": 7})), Ok(json!({"subscription": 4, "snapshot": whole})));
}

#[test]
fn a_window_that_wants_text_gets_it_behind_the_id() {
    let app = open_app();
    let main = window(&app, "main");
    let asking = json!({
        "topic": "player", "news": "__CHANNEL__:3", "snapshot": {}, "form": "text"
    });
    let answer = call_for_bytes(&main, "subscribe", asking).expect("it stands");
    assert_eq!(answer, b"1\n{\"revision\":\"1\",\"data\":{\"volume\":0}}");
}
