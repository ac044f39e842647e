//! What pages have from their beginning, before they have any code of their own.

use serde_json::{Value, json};

use crate::harness::TestApp;

const RUST: &str = "editor-rust";
const JAVASCRIPT: &str = "editor-javascript";
const BOTH: [&str; 2] = [RUST, JAVASCRIPT];
const BY_HAND: &str = "editor-by-hand";

const STATE: &str = "revgate.look().state";
/// What the page itself has asked the plugin for, but subscriptions.
const OTHER_CALLS: &str = "calls.map(it => it.command)
    .filter(it => it.includes('revgate|') && !it.endsWith('subscribe'))";

fn counters(left: u64) -> Value {
    json!({ "left": left, "right": 0 })
}

/// A window in Rust, and one in JavaScript, of which no call reaches the plugin until they are
/// released.
fn open(topic: &str) -> TestApp {
    let pages = ["replica", "topic"].map(|page| format!("{page}.html?{topic}"));
    TestApp::by_plugin(&[(RUST, &pages[0]), (JAVASCRIPT, &pages[1]), (BY_HAND, "plain.html")])
}

fn set(app: &mut TestApp, left: u64) {
    let write = json!({ "topic": "counters", "data": counters(left) });
    app.call(BY_HAND, "replace", write).expect("it is written");
}

fn release(app: &mut TestApp) {
    for window in BOTH {
        app.run(window, "release()", &[]).expect("it is released");
    }
    app.wait_until_live(&BOTH);
}

/// Waits until both windows show this, with nothing having reached the plugin.
#[track_caller]
fn show_before_they_ask(app: &mut TestApp, topic: &str, state: &Value) {
    for window in BOTH {
        app.wait_for(window, STATE, state);
    }
    assert_eq!(app.subscriptions(BY_HAND, topic), json!({}), "they have not asked");
}

/// Waits until both show what the backend has. A slow machine may have held them for so long that they
/// have asked twice, and said so.
#[track_caller]
fn agree(app: &mut TestApp, topic: &str, changes: u64) {
    let snapshot = app.call(BY_HAND, "snapshot", json!({ "topic": topic })).expect("it may read");
    let shown = "(({ state, version }) => ({ data: state, ...version }))(revgate.look())";
    for window in BOTH {
        app.wait_for(window, shown, &snapshot);
        let told = app.value(window, "[revgate.look().wentBack, revgate.look().changes]");
        assert_eq!(told, json!([false, changes]), "in `{window}`");
        assert_eq!(app.value(window, OTHER_CALLS), json!([]), "in `{window}`");
    }
}

#[test]
fn the_first_state_is_shown_before_anything_is_asked_and_does_not_come_again() {
    let mut app = open("counters#held");
    show_before_they_ask(&mut app, "counters", &counters(0));
    release(&mut app);
    agree(&mut app, "counters", 1);
}

#[test]
fn what_has_changed_meanwhile_follows_and_a_page_that_is_loaded_again_has_that_at_once() {
    let mut app = open("counters#held");
    show_before_they_ask(&mut app, "counters", &counters(0));
    set(&mut app, 1);
    release(&mut app);
    agree(&mut app, "counters", 2);

    for window in BOTH {
        app.desktop.execute(window, "location.reload()", &[]).expect("it is loaded again");
    }
    app.wait_for_subscriptions(BY_HAND, "counters", &json!({}));
    show_before_they_ask(&mut app, "counters", &counters(1));
    release(&mut app);
    agree(&mut app, "counters", 1);
}

#[test]
fn a_document_that_a_page_asks_for_early_is_there_as_well() {
    let mut app = TestApp::by_plugin(&[
        (BY_HAND, "plain.html"),
        (RUST, "plain.html"),
        (JAVASCRIPT, "plain.html"),
    ]);
    let create = json!({ "key": "1", "title": "one" });
    app.app_call(BY_HAND, "create_doc", create).expect("it is created");
    for (window, page) in [(RUST, "replica"), (JAVASCRIPT, "topic")] {
        let go = format!("location.href = '{page}.html?doc:1#held,early'");
        app.desktop.execute(window, &go, &[]).expect("it goes");
    }
    show_before_they_ask(&mut app, "doc:1", &json!({ "title": "one" }));
    release(&mut app);
    agree(&mut app, "doc:1", 1);
}

#[test]
fn a_page_has_what_its_window_may_read_and_once() {
    const READER: &str = "reader-by-hand";
    const STRANGER: &str = "stranger-by-hand";
    const NOBODY: &str = "nobody";
    let pages = [BY_HAND, READER, STRANGER, NOBODY].map(|window| (window, "plain.html"));
    let mut app = TestApp::by_plugin(&pages);
    let take = |app: &mut TestApp, window: &str, topic: &str| {
        let took =
            app.run(window, "return await __REVGATE__.take(arguments[0]) ?? null", &[json!(topic)]);
        took.expect("it is no error")
    };
    let state = |text: Value| {
        let text = text.as_str().expect("it is text").to_owned();
        serde_json::from_str::<Value>(&text).expect("it is JSON")["data"].clone()
    };
    assert_eq!(state(take(&mut app, READER, "counters")), counters(0));
    assert_eq!(take(&mut app, READER, "counters"), Value::Null, "it was taken");
    assert!(take(&mut app, BY_HAND, "settings").is_string());
    assert_eq!(take(&mut app, BY_HAND, "library"), Value::Null, "it has a megabyte");
    for window in [READER, STRANGER, NOBODY] {
        assert_eq!(take(&mut app, window, "settings"), Value::Null, "in `{window}`");
    }
    for window in [STRANGER, NOBODY] {
        app.run(window, "__REVGATE__.preload('counters')", &[]).expect("it is no error");
        assert_eq!(take(&mut app, window, "counters"), Value::Null, "in `{window}`");
    }
}

/// A page that has no code yet but a script at its beginning, before any answer can have come.
#[test]
fn a_script_at_the_beginning_of_a_page_has_the_state_without_a_wait() {
    const PAGE: &str = "early.html";
    let mut app = TestApp::by_plugin(&[(JAVASCRIPT, PAGE), (BY_HAND, "plain.html")]);
    for left in 0..5 {
        if left > 0 {
            set(&mut app, left);
            app.desktop.execute(JAVASCRIPT, "location.reload()", &[]).expect("it is loaded again");
        }
        // What there was before it was loaded again is there until it goes.
        app.wait_for(JAVASCRIPT, "window.first.data", &counters(left));
        let after = app.value(JAVASCRIPT, "typeof __REVGATE__.take('counters')");
        assert_eq!(after, "undefined", "it was taken");
    }
}
