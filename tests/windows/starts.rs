//! What windows show first: an app is started again and again with settings that are saved.

use std::env;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::pages;
use xtask::process;
use xtask::workspace::Workspace;

use crate::harness::{LIMIT, TestApp, wait_until_shown};

const LEPTOS: &str = "editor-leptos";
/// By their labels, and their pages, each of which shows the settings or, without them, the defaults.
const WINDOWS: [(&str, &str); 3] = [
    (LEPTOS, "first.html"),
    ("editor-javascript", "first-topic.html"),
    ("settings", "settings.html"),
];
/// How often the app is started.
const STARTS: &str = "REVGATE_COLD_STARTS";

/// Has the next start begin with this size, as a person who edits the file would.
fn save(file: &Path, size: u32) {
    let record = fs::read(file).expect("it was saved");
    let mut record: Value = serde_json::from_slice(&record).expect("it is whole");
    record["data"]["fontSize"] = json!(size);
    fs::write(file, record.to_string()).expect("it can be written");
}

#[test]
fn no_window_shows_anything_but_what_is_saved_at_any_start() {
    let mut app = TestApp::of_saved(&WINDOWS);
    let dark = json!({ "topic": "settings", "patch": [
        { "op": "replace", "path": "/theme", "value": "dark" }
    ] });
    app.call(LEPTOS, "patch", dark).expect("it is written");
    let file = app.desktop.data_folder("dev.revgate.test").join("revgate/settings.json");
    let saved = || fs::read_to_string(&file).is_ok_and(|text| text.contains("dark")).then_some(());
    process::poll(LIMIT, saved).expect("it is saved");
    let mut profile = app.desktop.kill();

    let starts = env::var(STARTS).map_or(3, |starts| starts.parse().expect("a number"));
    for start in 0..starts {
        // Another one each time, so that what is shown is not of any start before.
        let size = 20 + start % 50;
        save(&file, size);
        let mut app = TestApp::of_saved_in(profile, &WINDOWS);
        for (window, _) in WINDOWS {
            wait_until_shown(&mut app.desktop, window);
            app.wait_for(window, "shown.painted.length > 0", &json!(true));
            let saved = json!([format!("dark {size}")]);
            let shown = app.value(window, "shown");
            let only = json!({ "made": saved, "painted": saved });
            assert_eq!(shown, only, "`{window}`, start {start}");
        }
        profile = app.desktop.kill();
    }
    println!("cold starts={starts} windows={} painted_with_defaults=0", WINDOWS.len());
}

#[test]
fn a_window_whose_page_does_not_show_it_is_shown_after_a_while_and_no_other() {
    let root = Workspace::find().expect("the tests run in the workspace").root;
    let elsewhere = pages::serve(root.join("tests/app/pages")).expect("it is served");
    let elsewhere = format!("stuck.html?elsewhere={elsewhere}/plain.html");
    let stuck = [
        ("editor-throws", "stuck.html?throws"),
        ("editor-refused", "stuck.html?refused"),
        ("editor-unanswered", "stuck.html?unanswered"),
        ("editor-elsewhere", &elsewhere),
        ("editor-reloads", "stuck.html?reloads"),
    ];
    let mut app = TestApp::of_saved(&[&stuck[..], &[(LEPTOS, "plain.html")]].concat());
    for (window, _) in stuck {
        wait_until_shown(&mut app.desktop, window);
    }
    app.wait_for_page("editor-elsewhere", "/plain.html");
    assert_eq!(app.value(LEPTOS, "document.hidden"), json!(true), "nobody has asked for it");
}
