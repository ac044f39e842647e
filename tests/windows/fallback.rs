//! Rust windows whose calls Tauri carries by messages: it does so in a page from the first call on
//! that its own protocol fails, be that as a policy forbids it or but once. Answers that are bytes
//! come as lists of numbers then.

use serde_json::json;

use crate::harness::TestApp;

const WINDOW: &str = "editor-fallback";
const OTHER: &str = "editor-other";

/// Has the protocol fail.
const FAIL: &str = "const { fetch } = window;
    window.fetch = (from, ...rest) => String(from).startsWith('ipc:')
        ? Promise.reject(new TypeError('Load failed'))
        : fetch(from, ...rest);";

#[test]
fn one_whose_first_call_fails_shows_the_state_and_follows_and_edits_it() {
    let mut app = TestApp::by_plugin(&[(WINDOW, "plain.html"), (OTHER, "replica.html?library")]);
    let start = "const { default: start, open } = await import('./revgate_test_page.js');
        await start();
        window.revgate = open('library')";
    app.run(WINDOW, &format!("{FAIL} {start}"), &[]).expect("it starts");
    app.wait_until_live(&[WINDOW, OTHER]);
    let edit = "return revgate.edit(...arguments)";
    for window in [WINDOW, OTHER] {
        let kept = app.run(window, edit, &[json!("play"), json!(1), json!(3)]);
        assert_eq!(kept, Ok(json!(3)), "in `{window}`");
        app.agree("library", &[WINDOW, OTHER]);
    }
}

#[test]
fn one_that_is_there_goes_on_with_each_kind_of_state() {
    let mut app = TestApp::of_kinds(&[("editor-kinds", "kinds.html")]);
    let window = "editor-kinds";
    app.wait_for(window, "typeof takeAllKinds", &json!("function"));
    app.begin(window, &format!("{FAIL} return takeAllKinds()"), &[]);
    let report = app.finish(window);
    assert_eq!(report["faults"], json!([]));
}

#[test]
fn one_is_present() {
    let mut app = TestApp::by_plugin(&[(WINDOW, "presence.html"), (OTHER, "presence.html")]);
    for window in [WINDOW, OTHER] {
        app.wait_for(window, "window.presence !== undefined", &json!(true));
    }
    app.run(WINDOW, &format!("{FAIL} presence.set(7)"), &[]).expect("it speaks");
    app.wait_for(OTHER, "presence.look().present", &json!({ WINDOW: { "at": 7 } }));
    app.run(WINDOW, "presence.set(8)", &[]).expect("it speaks");
    app.wait_for(OTHER, "presence.look().present", &json!({ WINDOW: { "at": 8 } }));
    assert_eq!(app.value(WINDOW, "presence.look().errors"), json!([]));
}
