//! A window's subscriptions end with its page, however that ends.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::json;

use crate::harness::{TestApp, after};

const COUNTERS: &str = "replica.html?counters";
const STAYS: &str = "editor-stays";
const GOES: &str = "editor-goes";

fn open(windows: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::by_plugin(&[&[(STAYS, COUNTERS)], windows].concat());
    app.wait_until_live(&[STAYS]);
    app
}

/// In Rust by JSON and by bytes, and in JavaScript: one call to the plugin, and the state is there.
#[test]
fn a_page_that_opens_has_its_first_state_after_one_call() {
    const PAGES: [(&str, &str); 4] = [
        (STAYS, COUNTERS),
        ("editor-bytes", "replica.html?library"),
        ("editor-js", "topic.html?counters"),
        ("editor-js-bytes", "topic.html?library"),
    ];
    let mut app = TestApp::by_plugin(&PAGES);
    app.wait_until_live(&PAGES.map(|(window, _)| window));
    for (window, page) in PAGES {
        let calls = "calls.map(it => it.command).filter(it => it.startsWith('plugin:'))";
        assert_eq!(app.value(window, calls), json!(["plugin:revgate|subscribe"]), "{page}");
        let look = app.value(window, "revgate.look()");
        let seen = (&look["version"]["revision"], &look["errors"]);
        assert_eq!(seen, (&after(0), &json!([])), "{page}");
    }
}

#[test]
fn they_end_when_the_window_is_closed() {
    let mut app = open(&[(GOES, COUNTERS)]);
    app.wait_until_live(&[GOES]);
    app.listen(GOES, "counters").expect("it may read");
    assert_eq!(app.subscriptions(STAYS, "counters"), json!({ STAYS: 1, GOES: 2 }));
    app.desktop.close(GOES).expect("it closes");
    app.wait_for_subscriptions(STAYS, "counters", &json!({ STAYS: 1 }));
}

#[test]
fn they_end_when_the_page_is_loaded_anew() {
    let mut app = open(&[(GOES, COUNTERS)]);
    for _ in 0..3 {
        app.wait_until_live(&[GOES]);
        app.listen(GOES, "counters").expect("it may read");
        assert_eq!(app.subscriptions(STAYS, "counters"), json!({ STAYS: 1, GOES: 2 }));
        app.desktop.reload(GOES).expect("it reloads");
    }
    app.wait_until_live(&[GOES]);
    assert_eq!(app.subscriptions(STAYS, "counters"), json!({ STAYS: 1, GOES: 1 }));
}

#[test]
fn they_end_when_the_web_process_is_killed() {
    let mut app = open(&[]);
    let web_processes = |app: &TestApp| -> BTreeSet<u32> {
        app.desktop.processes("WebKitWebProces").into_iter().collect()
    };
    let before = web_processes(&app);
    let window = json!({ "label": GOES, "page": COUNTERS });
    app.app_call(STAYS, "open_alone", window).expect("it opens");
    app.wait_for_subscriptions(STAYS, "counters", &json!({ STAYS: 1, GOES: 1 }));

    let own = &web_processes(&app) - &before;
    assert_eq!(own.len(), 1, "the window has a process of its own: {own:?}");
    for id in own {
        let killed = Command::new("kill").args(["-9", &id.to_string()]).status();
        assert!(killed.expect("`kill` is there").success());
    }
    app.wait_for_subscriptions(STAYS, "counters", &json!({ STAYS: 1 }));

    // The others go on.
    app.begin(STAYS, "return revgate.edit('left', 1, 1)", &[]);
    assert_eq!(app.finish(STAYS), 1);
    assert_eq!(app.agree("counters", &[STAYS])["data"]["left"], 1);
}
