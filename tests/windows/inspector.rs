//! The inspector beside the example app's two windows: what they do is on its timeline, and what it has
//! recorded is played once more with equal outputs.

use std::fs;

use revgate::inspect::{Call, Kind, Session, Story, replay};
use serde_json::{Value, json};
use xtask::desktop::{Desktop, Key};
use xtask::process;
use xtask::workspace::Workspace;

use crate::harness::{LIMIT, launch};
use crate::settings_app::{BOTH, agree, change_theme};

const INSPECTOR: &str = "revgate-inspector";
/// What every window's module has that has anything of the inspector: of its page, and of what tells it.
const MARKERS: [&str; 2] = ["rg-inspector", "plugin:revgate|report"];

fn open() -> Desktop {
    let mut desktop = launch("REVGATE_INSPECTED_APP", Vec::new(), &BOTH);
    agree(&mut desktop, &[]);
    desktop.press("main", &[Key::Control, Key::Shift], "R").expect("the key is pressed");
    desktop.wait_for_windows(&["main", INSPECTOR, "settings"], LIMIT).expect("it opens");
    wait_for(&mut desktop, "return document.querySelectorAll('.rg-line').length > 0");
    desktop
}

/// Waits until this is so in the inspector.
fn wait_for(desktop: &mut Desktop, script: &str) {
    let came = process::poll(LIMIT, || {
        let is_so = desktop.execute(INSPECTOR, script, &[]);
        is_so.is_ok_and(|is_so| is_so == Value::Bool(true)).then_some(())
    });
    assert!(came.is_some(), "it does not come to that: {script}");
}

/// What the inspector has recorded.
fn export(desktop: &mut Desktop) -> Session {
    desktop.click(INSPECTOR, "[data-testid=export]").expect("there is a button");
    let mut path = String::new();
    process::poll(LIMIT, || {
        let script = "return document.querySelector('[data-testid=notice]').textContent";
        let notice = desktop.execute(INSPECTOR, script, &[]).expect("it answers");
        let (_, file) = notice.as_str()?.split_once(" moments are in ")?;
        path = file.to_owned();
        Some(())
    });
    let json = fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{path}`: {error}"));
    Session::read(&json).expect("as it was written")
}

/// Whether the module among these pages has a text.
fn has(pages: &str, text: &str) -> bool {
    let pages = Workspace::find().expect("the tests run in the workspace").root.join(pages);
    let files = fs::read_dir(&pages).unwrap_or_else(|error| panic!("{}: {error}", pages.display()));
    let mut paths = files.map(|file| file.expect("it can be listed").path());
    let module = paths.find(|path| path.extension().is_some_and(|it| it == "wasm"));
    let module = fs::read(module.expect("trunk has built it")).expect("it can be read");
    module.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn nothing_of_it_is_in_a_window_that_is_built_without() {
    for marker in MARKERS {
        assert!(has("dist-inspected", marker), "`{marker}` is in what is built with it");
        assert!(!has("dist", marker), "`{marker}` is in what is built without");
    }
}

#[test]
fn what_two_windows_did_is_played_once_more_with_equal_outputs() {
    let mut desktop = open();
    for theme in ["dark", "light", "dark"] {
        change_theme(&mut desktop, theme);
    }
    desktop.click("main", "[data-testid=toggle-sidebar]").expect("it can be toggled");
    agree(&mut desktop, &[]);
    wait_for(
        &mut desktop,
        "return [...document.querySelectorAll('.rg-line[data-kind=applied]')].filter(it =>
            it.getAttribute('aria-label').includes('settings, settings')).length >= 4",
    );
    let session = export(&mut desktop);
    let played = replay(&session).unwrap_or_else(|other| panic!("{other}"));
    assert!(played.gates >= 2 && played.outputs > 8 && played.unknown == 0, "{played:?}");

    let mut story = Story::new(50);
    let lines = session.moments.iter().filter_map(|moment| story.tell(moment).expect("as it was"));
    let lines: Vec<_> = lines.filter(|line| line.topic == "settings").collect();
    let count = |kind: Kind, window: &str| {
        let is_it = |window: &str, other: &Option<String>| other.as_deref() == Some(window);
        lines.iter().filter(|it| it.kind == kind && is_it(window, &it.window)).count()
    };
    assert_eq!(count(Kind::Called, "settings"), 3, "one write each: {lines:?}");
    assert_eq!(count(Kind::Announced, "main"), 4, "each is told to both");
    assert_eq!(count(Kind::Applied, "main"), 4, "{lines:?}");
    assert_eq!(count(Kind::Applied, "settings"), 4, "{lines:?}");
    assert_eq!(story.states("settings").count(), 5, "the first, and each change");
    let name = Call::Patch.as_str();
    assert!(lines.iter().any(|it| it.text.starts_with(name)), "small changes are patches");
}

#[test]
fn a_refused_write_is_taken_back_and_all_is_well_when_the_inspector_is_closed() {
    let mut desktop = open();
    let collapsed = "sidebarCollapsed";
    let before = desktop.state("main").expect("it answers").value(collapsed).to_owned();
    desktop.click(INSPECTOR, "[data-testid=refuse-next]").expect("there is a button");
    let armed = "return document.querySelector('[data-testid=refuse-next]').ariaPressed === 'true'";
    wait_for(&mut desktop, armed);
    desktop.click("main", "[data-testid=toggle-sidebar]").expect("it can be toggled");
    wait_for(&mut desktop, "return !!document.querySelector('.rg-line[data-kind=refused]')");
    agree(&mut desktop, &[(collapsed, &before)]);

    desktop.click(INSPECTOR, "[data-testid=offline]").expect("there is a button");
    let offline = "return document.querySelector('[data-testid=offline]').ariaPressed === 'true'";
    wait_for(&mut desktop, offline);
    desktop.close(INSPECTOR).expect("it closes");
    change_theme(&mut desktop, "dark");
}

#[test]
fn no_other_window_is_let_be_the_inspector() {
    let mut desktop = open();
    let script = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('plugin:revgate|survey', { begin: true })
            .then(ok => done({ ok }), error => done({ error }))";
    let denied = desktop.execute_async("main", script, &[]).expect("it answers");
    assert_ne!(denied["error"], json!(null), "{denied}");
}

#[test]
fn a_build_that_does_not_ask_for_the_inspector_has_nothing_of_it() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let module = |folder: &str| {
        let files = fs::read_dir(root.join(folder)).expect("trunk has built it");
        let mut files = files.map(|file| file.expect("readable").path());
        let module = files.find(|file| file.extension().is_some_and(|it| it == "wasm"));
        fs::read(module.expect("a module")).expect("readable")
    };
    let program = |variable: &str| {
        let path = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names the app"));
        fs::read(path).expect("readable")
    };
    for (without, with, marker) in [
        (module("dist"), module("dist-inspected"), "rg-inspector"),
        (module("dist"), module("dist-inspected"), "plugin:revgate|trace"),
        (program("REVGATE_APP"), program("REVGATE_INSPECTED_APP"), "as the inspector wanted it"),
        (program("REVGATE_APP"), program("REVGATE_INSPECTED_APP"), "revgate|open_inspector"),
    ] {
        let has = |bytes: &[u8]| bytes.windows(marker.len()).any(|it| it == marker.as_bytes());
        assert!(has(&with), "`{marker}` is what tells of the inspector");
        assert!(!has(&without), "`{marker}` is in a build that did not ask for it");
    }
}
