//! Pages that go while a write is on its way and an edit waits behind it.

use serde_json::json;

use crate::harness::TestApp;

const STAYS: &str = "editor-stays";
const GOES: &str = "editor-goes";
/// A window that is Rust, and one that is JavaScript.
const PAGES: [&str; 2] = ["replica.html?counters", "topic.html?counters"];
/// On each page.
const TIMES: u64 = 10;

/// Makes two edits. The page never hears how the write of the first has ended: its answer is held
/// up, or the request itself.
const EDIT: &str = "const send = window.fetch;
    const never = new Promise(() => {});
    window.fetch = (...call) => arguments[0] ? send(...call).then(() => never) : never;
    revgate.editAtOnce('left', 1, 1);
    revgate.editAtOnce('right', 1, 1);
    await new Promise(sent => setTimeout(sent));
    window.fetch = send";
const STORED: &str = "(await invoke('plugin:revgate|snapshot', { topic: 'counters' })).data";

/// The page in a window goes after the two edits; both are kept. Each page is one `round`.
fn assert_both_edits_are_kept(
    app: &mut TestApp,
    round: u64,
    window: &str,
    go: impl Fn(&mut TestApp),
) {
    app.wait_until_live(&[window]);
    let is_made = round.is_multiple_of(2);
    app.run(window, EDIT, &[json!(is_made)]).expect("it edits");
    let left = if is_made { round } else { round - 1 };
    app.wait_for(STAYS, STORED, &json!({ "left": left, "right": round - 1 }));
    go(app);
    app.wait_for(STAYS, STORED, &json!({ "left": round, "right": round }));
}

/// Each page goes so often, and comes back.
fn assert_edits_are_kept(go_and_come: impl Fn(&mut TestApp, &str)) {
    for page in PAGES {
        let mut app = TestApp::by_plugin(&[(STAYS, "plain.html"), (GOES, page)]);
        for round in 1..=TIMES {
            assert_both_edits_are_kept(&mut app, round, GOES, |app| go_and_come(app, page));
        }
    }
}

#[test]
fn a_page_that_is_loaded_anew_sends_what_waits_behind_a_write() {
    assert_edits_are_kept(|app, _| app.desktop.reload(GOES).expect("it reloads"));
}

#[test]
fn a_page_that_another_follows_sends_what_waits_behind_a_write() {
    assert_edits_are_kept(|app, page| {
        for page in ["plain.html", page] {
            app.run(
                GOES,
                "const page = arguments[0]; setTimeout(() => location.assign(page))",
                &[json!(page)],
            )
            .expect("it goes");
            app.wait_for_page(GOES, page);
        }
    });
}

#[test]
fn a_window_that_a_script_closes_sends_what_waits_behind_a_write() {
    const WINDOWS: [&str; 5] = ["editor-1", "editor-2", "editor-3", "editor-4", "editor-5"];
    for page in PAGES.repeat(TIMES as usize / 5) {
        let windows = WINDOWS.map(|label| (label, page));
        let mut app = TestApp::by_plugin(&[&[(STAYS, "plain.html")], &windows[..]].concat());
        for (round, window) in (1..).zip(WINDOWS) {
            assert_both_edits_are_kept(&mut app, round, window, |app| {
                app.run(window, "setTimeout(() => window.close())", &[]).expect("it closes");
            });
        }
    }
}
