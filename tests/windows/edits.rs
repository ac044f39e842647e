//! Windows that edit at the same time lose nothing.

use serde_json::json;

use crate::harness::{TestApp, after};

const COUNTERS: &str = "replica.html?counters";
const PAIR: [&str; 2] = ["editor-left", "editor-right"];

/// How often the backend has told a window that another was first.
const REFUSED: &str = "calls.filter(call => call.refused).length";

fn open(others: &[(&str, &str)]) -> TestApp {
    let pair = PAIR.map(|label| (label, COUNTERS));
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
    let refused = PAIR.map(|window| app.value(window, REFUSED).as_u64());
    assert!(refused.iter().any(|count| *count > Some(0)), "they never met: {refused:?}");
}

#[test]
fn a_thousand_edits_of_two_fields_in_two_windows_are_all_kept() {
    let mut app = open(&[]);
    begin_edits(&mut app);
    assert_all_kept(&mut app, &PAIR);
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
    let mut app = open(&[]);
    for window in PAIR {
        app.begin(window, "return revgate.editAtOnce('left', 1, 1000)", &[]);
    }
    for window in PAIR {
        assert_eq!(app.finish(window), 1000, "edits kept, by `{window}`");
    }
    assert_eq!(app.agree("counters", &PAIR)["data"], json!({ "left": 2000, "right": 0 }));
}
