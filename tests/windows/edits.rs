//! Windows that edit at the same time lose nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::harness::{TestApp, after};

const COUNTERS: &str = "replica.html?counters";
/// The same window in JavaScript.
const TOPIC: &str = "topic.html?counters";
const PAIR: [&str; 2] = ["editor-left", "editor-right"];

/// How often the backend has told a window that another was first.
const REFUSED: &str = "calls.filter(call => call.refused).length";

fn open(others: &[(&str, &str)]) -> TestApp {
    open_pages([COUNTERS; 2], others)
}

/// The pair, with a page each, and others.
fn open_pages(pages: [&str; 2], others: &[(&str, &str)]) -> TestApp {
    let pair = [(PAIR[0], pages[0]), (PAIR[1], pages[1])];
    let mut app = TestApp::by_plugin(&[&pair, others].concat());
    app.wait_until_live(&PAIR);
    app
}

/// Each window of the pair counts up a counter of its own, each edit as soon as the one before is
/// answered.
fn begin_edits(app: &mut TestApp) {
    app.begin(PAIR[0], "return revgate.edit('left', 1, 1000)", &[]);
    app.begin(PAIR[1], "return revgate.edit('right', 1, 1000)", &[]);
}

fn assert_all_kept(app: &mut TestApp, windows: &[&str]) {
    for window in PAIR {
        assert_eq!(app.finish(window), 1000, "edits kept, by `{window}`");
    }
    let end = app.agree("counters", windows);
    assert_eq!(end, json!({ "revision": after(2000), "data": { "left": 1000, "right": 1000 } }));
    assert_have_met(app);
}

/// Windows that never got into each other's way would prove nothing.
fn assert_have_met(app: &mut TestApp) {
    assert!(have_met(app), "they never met");
}

fn have_met(app: &mut TestApp) -> bool {
    PAIR.iter().any(|window| app.value(window, REFUSED).as_u64() > Some(0))
}

#[test]
fn a_thousand_edits_of_two_fields_in_two_windows_are_all_kept() {
    let mut app = open(&[]);
    begin_edits(&mut app);
    assert_all_kept(&mut app, &PAIR);
}

#[test]
fn so_they_are_if_one_window_or_both_are_javascript() {
    for pages in [[TOPIC, TOPIC], [COUNTERS, TOPIC]] {
        let mut app = open_pages(pages, &[]);
        begin_edits(&mut app);
        assert_all_kept(&mut app, &PAIR);
    }
}

#[test]
fn they_are_kept_while_a_third_window_reloads() {
    const THIRD: &str = "editor-third";
    let mut app = open(&[(THIRD, COUNTERS)]);
    begin_edits(&mut app);
    while !PAIR.iter().all(|window| app.has_finished(window)) {
        app.desktop.reload(THIRD).expect("it reloads");
        app.wait_until_live(&[THIRD]);
    }
    assert_all_kept(&mut app, &[PAIR[0], PAIR[1], THIRD]);
    let once = json!({ PAIR[0]: 1, PAIR[1]: 1, THIRD: 1 });
    assert_eq!(app.subscriptions(THIRD, "counters"), once);
}

#[test]
fn a_thousand_edits_of_one_field_at_once_in_each_window_are_all_kept() {
    for pages in [[COUNTERS; 2], [TOPIC; 2]] {
        assert_kept_at_once(&mut open_pages(pages, &[]));
    }
}

fn assert_kept_at_once(app: &mut TestApp) {
    const ROUNDS: u64 = 3;
    /// On a busy machine one may be done before the other begins.
    const MOST: u64 = 30;
    // All are sent with a write or two: these must meet those of the other window.
    const AT: &str = "await new Promise(go => setTimeout(go, arguments[0] - Date.now()));
        return revgate.editAtOnce('left', 1, 1000)";
    for round in 1..=MOST {
        let start = SystemTime::now() + Duration::from_millis(300);
        let start = start.duration_since(UNIX_EPOCH).expect("after 1970").as_millis() as u64;
        for window in PAIR {
            app.begin(window, AT, &[json!(start)]);
        }
        for window in PAIR {
            assert_eq!(app.finish(window), 1000, "edits kept, by `{window}`");
        }
        let left = app.agree("counters", &PAIR)["data"]["left"].clone();
        assert_eq!(left, 2000 * round);
        if round >= ROUNDS && have_met(app) {
            return;
        }
    }
    panic!("they never met");
}
