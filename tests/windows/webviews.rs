//! One window with several webviews: each has subscriptions of its own, by its own label.

use serde_json::json;

use crate::harness::{LIMIT, TestApp};

const TOPIC: &str = "counters";
const PAGE: &str = "replica.html?counters";
const UPPER: &str = "pane-upper";
const LOWER: &str = "pane-lower";
/// In a window of its own.
const OTHER: &str = "pane-other";

fn open() -> TestApp {
    let mut app = TestApp::of_webviews(&[
        ("shared", UPPER, PAGE),
        ("shared", LOWER, PAGE),
        ("single", OTHER, PAGE),
    ]);
    app.wait_until_live(&[UPPER, LOWER, OTHER]);
    app.listen(LOWER, TOPIC).expect("it may read");
    assert_eq!(app.subscriptions(UPPER, TOPIC), json!({ UPPER: 1, LOWER: 2, OTHER: 1 }));
    app
}

/// Writes from each of these webviews and from Rust; all of them hear of all of it.
#[track_caller]
fn write_and_agree(app: &mut TestApp, webviews: &[&str]) {
    let before = app.agree(TOPIC, webviews)["data"]["left"].clone();
    for webview in webviews {
        app.begin(webview, "return revgate.edit('left', 1, 1)", &[]);
        assert_eq!(app.finish(webview), 1, "in `{webview}`");
        app.agree(TOPIC, webviews);
    }
    let from_rust = json!({ "threads": 1, "times": 1 });
    app.app_call(webviews[0], "add_from_threads", from_rust).expect("it writes");
    let after = app.agree(TOPIC, webviews)["data"]["left"].clone();
    let added = after.as_u64().zip(before.as_u64()).map(|(after, before)| after - before);
    assert_eq!(added, Some(webviews.len() as u64 + 1));
}

#[test]
fn each_is_subscribed_and_hears_of_every_write() {
    let mut app = open();
    for webview in [UPPER, LOWER] {
        let window = app.value(webview, "__TAURI_INTERNALS__.metadata.currentWindow.label");
        assert_eq!(window, "shared", "of `{webview}`");
    }
    write_and_agree(&mut app, &[UPPER, LOWER, OTHER]);
    // By announcements, not by asking again and again.
    app.wait_for(LOWER, "heard.length", &json!(4));
}

#[test]
fn one_that_is_closed_alone_ends_its_own_subscriptions() {
    let mut app = open();
    let close = json!({ "label": LOWER });
    app.app_call(UPPER, "plugin:webview|webview_close", close).expect("it closes");
    app.desktop.wait_for_windows(&[UPPER, OTHER], LIMIT).expect("it is gone");
    app.wait_for_subscriptions(UPPER, TOPIC, &json!({ UPPER: 1, OTHER: 1 }));
    write_and_agree(&mut app, &[UPPER, OTHER]);
}

#[test]
fn one_that_loads_anew_ends_its_own_subscriptions() {
    let mut app = open();
    app.desktop.reload(LOWER).expect("it reloads");
    app.wait_until_live(&[LOWER]);
    assert_eq!(app.subscriptions(UPPER, TOPIC), json!({ UPPER: 1, LOWER: 1, OTHER: 1 }));
    write_and_agree(&mut app, &[UPPER, LOWER, OTHER]);
}

#[test]
fn all_end_when_their_window_is_closed() {
    let mut app = open();
    let close = json!({ "label": "shared" });
    app.app_call(OTHER, "plugin:window|close", close).expect("it closes");
    app.wait_for_subscriptions(OTHER, TOPIC, &json!({ OTHER: 1 }));
    write_and_agree(&mut app, &[OTHER]);
}
