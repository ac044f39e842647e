//! A window is present as long as its page is there, however that ends.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{LIMIT, TestApp};

const PAGE: &str = "presence.html";
const STAYS: &str = "editor-stays";
const GOES: &str = "editor-goes";
/// Who is there, as a window shows it.
const PRESENT: &str = "presence.look().present";
/// The page has started.
const IS_OPEN: &str = "window.presence !== undefined";

/// One window at spot 1, beside others.
fn open(windows: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::by_plugin(&[&[(STAYS, "presence.html?1")], windows].concat());
    app.wait_for(STAYS, IS_OPEN, &json!(true));
    app
}

fn alone() -> Value {
    json!({ STAYS: { "at": 1 } })
}

fn both(at: u32) -> Value {
    json!({ STAYS: { "at": 1 }, GOES: { "at": at } })
}

/// The other window says where it is, and the first sees it.
#[track_caller]
fn appear(app: &mut TestApp, at: u32) {
    app.wait_for(GOES, IS_OPEN, &json!(true));
    app.run(GOES, "presence.set(arguments[0])", &[json!(at)]).expect("it speaks");
    app.wait_for(STAYS, PRESENT, &both(at));
    assert_eq!(app.value(GOES, "presence.look().errors"), json!([]));
}

fn go_to(app: &mut TestApp, page: &str) {
    let go = "const [page] = arguments; setTimeout(() => location.assign(page))";
    app.run(GOES, go, &[json!(page)]).expect("it goes");
    app.wait_for_page(GOES, page);
}

#[test]
fn a_window_is_there_until_it_is_closed() {
    let mut app = open(&[(GOES, PAGE)]);
    app.wait_for(STAYS, PRESENT, &alone());
    appear(&mut app, 2);
    app.wait_for(GOES, PRESENT, &both(2));
    app.run(GOES, "presence.clear()", &[]).expect("it speaks");
    app.wait_for(STAYS, PRESENT, &alone());
    appear(&mut app, 3);
    app.desktop.close(GOES).expect("it closes");
    app.wait_for(STAYS, PRESENT, &alone());
    // Under the same label, another window begins with nothing.
    let again = json!({ "label": GOES, "page": PAGE });
    app.app_call(STAYS, "open_alone", again).expect("it opens");
    app.wait_for_subscriptions(STAYS, "spot", &json!({ STAYS: 1, GOES: 1 }));
    assert_eq!(app.value(STAYS, PRESENT), alone());
}

#[test]
fn a_page_that_is_loaded_anew_is_gone_until_it_says_so_again() {
    let mut app = open(&[(GOES, PAGE)]);
    for at in 2..=4 {
        appear(&mut app, at);
        app.desktop.reload(GOES).expect("it reloads");
        app.wait_for(STAYS, PRESENT, &alone());
    }
    appear(&mut app, 5);
}

#[test]
fn a_page_that_another_follows_is_gone_and_comes_back_with_it() {
    let mut app = open(&[(GOES, PAGE)]);
    for at in 2..=4 {
        appear(&mut app, at);
        go_to(&mut app, "plain.html");
        app.wait_for(STAYS, PRESENT, &alone());
        app.run(GOES, "setTimeout(() => history.back())", &[]).expect("it comes back");
        app.wait_for_page(GOES, PAGE);
    }
    appear(&mut app, 5);
}

/// Whether the page is the one that was put aside, and the browser has said so.
const IS_BACK: &str = "window.isBack";

#[test]
fn a_page_that_was_put_aside_is_present_and_follows_again_as_soon_as_it_is_shown() {
    let mut app = open(&[(GOES, PAGE)]);
    appear(&mut app, 2);
    let listen = "addEventListener('pageshow', ({ persisted }) => window.isBack = persisted)";
    app.run(GOES, listen, &[]).expect("it listens");
    go_to(&mut app, "plain.html");
    app.wait_for(STAYS, PRESENT, &alone());
    app.run(STAYS, "presence.set(5)", &[]).expect("it speaks");
    app.run(GOES, "setTimeout(() => history.back())", &[]).expect("it comes back");
    app.wait_for_page(GOES, PAGE);
    app.wait_for(GOES, IS_BACK, &json!(true));
    // Nothing is fetched here but what it asks for itself: these windows have no resync.
    let there = |at: u32| json!({ STAYS: { "at": at }, GOES: { "at": 2 } });
    app.wait_for(STAYS, PRESENT, &there(5));
    app.wait_for(GOES, PRESENT, &there(5));
    app.run(STAYS, "presence.set(6)", &[]).expect("it speaks");
    app.wait_for(GOES, PRESENT, &there(6));
    assert_eq!(app.subscriptions(STAYS, "spot"), json!({ STAYS: 1, GOES: 1 }));
}

/// So many messages, none of which waits for the one before, while the page goes.
const BURST: &str = "const [round] = arguments;
    const say = said => invoke('plugin:revgate|present', { topic: 'spot', ...said });
    const { visit } = await say({ seq: '1', entry: { at: 1 } });
    for (let seq = 1; seq <= 300; seq++) {
        say({ visit, seq: String(seq), entry: { at: seq } }).catch(() => {});
        if (seq === 200) setTimeout(() => location.assign(`plain.html?${round}`));
    }";

#[test]
fn what_a_page_says_as_it_goes_does_not_bring_it_back() {
    let mut app = open(&[(GOES, PAGE)]);
    for round in 1..=10 {
        app.run(GOES, BURST, &[json!(round)]).expect("it speaks");
        app.wait_for_page(GOES, &format!("plain.html?{round}"));
        app.wait_for(STAYS, PRESENT, &alone());
    }
    // Whatever were still to come would have come before this page is there.
    go_to(&mut app, PAGE);
    app.wait_for(GOES, IS_OPEN, &json!(true));
    assert_eq!(app.value(STAYS, PRESENT), alone());
    appear(&mut app, 2);
}

/// Looks each 10 ms whether a window is still there, and says when it is not.
const WATCH: &str = "while (presence.look().present[arguments[0]])
        await new Promise(over => setTimeout(over, 10));
    return Date.now()";

fn unix_time() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(now.as_millis()).expect("before the end of time")
}

#[test]
fn a_window_whose_web_process_is_killed_is_gone() {
    let mut app = open(&[]);
    let web_processes = |app: &TestApp| -> BTreeSet<u32> {
        app.desktop.processes("WebKitWebProces").into_iter().collect()
    };
    let before = web_processes(&app);
    let window = json!({ "label": GOES, "page": "presence.html?2" });
    app.app_call(STAYS, "open_alone", window).expect("it opens");
    app.wait_for(STAYS, PRESENT, &both(2));

    let own = &web_processes(&app) - &before;
    assert_eq!(own.len(), 1, "the window has a process of its own: {own:?}");
    app.begin(STAYS, WATCH, &[json!(GOES)]);
    let killed_at = unix_time();
    for id in own {
        let killed = Command::new("kill").args(["-9", &id.to_string()]).status();
        assert!(killed.expect("`kill` is there").success());
    }
    let gone_at = app.finish(STAYS).as_u64().expect("a time");
    // Read it on a machine that has nothing else to do.
    println!("gone {} ms after it was killed", gone_at.saturating_sub(killed_at));
    assert_eq!(app.value(STAYS, PRESENT), alone());
}

#[test]
fn webviews_that_share_a_window_are_each_present() {
    const UPPER: &str = "pane-upper";
    const LOWER: &str = "pane-lower";
    let mut app = TestApp::of_webviews(&[
        ("shared", UPPER, "presence.html?1"),
        ("shared", LOWER, "presence.html?2"),
    ]);
    for webview in [UPPER, LOWER] {
        app.wait_for(webview, IS_OPEN, &json!(true));
        app.wait_for(webview, PRESENT, &json!({ UPPER: { "at": 1 }, LOWER: { "at": 2 } }));
    }
    let close = json!({ "label": LOWER });
    app.app_call(UPPER, "plugin:webview|webview_close", close).expect("it closes");
    app.desktop.wait_for_windows(&[UPPER], LIMIT).expect("it is gone");
    app.wait_for(UPPER, PRESENT, &json!({ UPPER: { "at": 1 } }));
}

#[test]
fn a_stranger_is_not_present_and_learns_of_nobody() {
    const STRANGER: &str = "stranger-a";
    let mut app = open(&[(STRANGER, "plain.html")]);
    let entry = json!({ "topic": "spot", "seq": "1", "entry": { "at": 9 } });
    let refused = app.call(STRANGER, "present", entry).expect_err("it may not");
    assert!(refused.as_str().unwrap_or_default().contains("not allowed"), "{refused}");
    let read = app.call(STRANGER, "snapshot", json!({ "topic": "spot" })).expect_err("it may not");
    assert_eq!(read["kind"], "denied");
    app.wait_for(STAYS, PRESENT, &alone());
}
