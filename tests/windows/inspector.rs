//! The inspector beside the example app's two windows: what they do is on its timeline, and what it has
//! recorded is played once more with equal outputs.

use std::{env, fs};

use revgate::inspect::{Call, Kind, Session, Story, replay};
use serde_json::{Value, json};
use xtask::desktop::{Desktop, Key};
use xtask::process;
use xtask::webdriver::keys::{DOWN, END, ENTER, HOME, TAB, UP};
use xtask::workspace::Workspace;

use crate::axe::faults;
use crate::harness::{LIMIT, launch};
use crate::settings_app::{BOTH, agree, change_theme};

const INSPECTOR: &str = "revgate-inspector";
/// What a window's module has that has anything of the inspector: of its page, and of what tells it.
const IN_WINDOWS: [&str; 2] = ["rg-inspector", "plugin:revgate|report"];
/// The same of the app's program: of its faults, and of its commands.
const IN_PROGRAMS: [&str; 2] = ["as the inspector wanted it", "revgate|open_inspector"];

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

/// Waits until both windows have told that they show this revision. Each tells of itself, in order, and neither waits
/// for the other; the newest lines are drawn however many there are.
fn wait_until_shown(desktop: &mut Desktop, revision: u32) {
    let script = format!(
        "const lines = [...document.querySelectorAll('.rg-line')];
        return ['main', 'settings'].every(window => lines.some(it =>
            it.ariaLabel.endsWith(`settings shows r{revision}, applied, ${{window}}`)))"
    );
    wait_for(desktop, &script);
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

/// The windows' module among these pages.
fn module(pages: &str) -> Vec<u8> {
    let pages = Workspace::find().expect("the tests run in the workspace").root.join(pages);
    let files = fs::read_dir(&pages).unwrap_or_else(|error| panic!("{}: {error}", pages.display()));
    let mut paths = files.map(|file| file.expect("it can be listed").path());
    let module = paths.find(|path| path.extension().is_some_and(|it| it == "wasm"));
    fs::read(module.expect("trunk has built it")).expect("it can be read")
}

fn program(variable: &str) -> Vec<u8> {
    let path = env::var(variable).unwrap_or_else(|_| panic!("{variable} names the app"));
    fs::read(path).expect("it can be read")
}

#[test]
fn nothing_of_it_is_in_an_app_that_is_built_without() {
    let windows = [module("dist-inspected"), module("dist")];
    let programs = [program("REVGATE_INSPECTED_APP"), program("REVGATE_APP")];
    for ([with, without], markers) in [(windows, IN_WINDOWS), (programs, IN_PROGRAMS)] {
        for marker in markers {
            let has = |all: &[u8]| all.windows(marker.len()).any(|it| it == marker.as_bytes());
            assert!(has(&with), "`{marker}` is in what is built with it");
            assert!(!has(&without), "`{marker}` is in what is built without");
        }
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
    wait_until_shown(&mut desktop, 5);
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

/// What is drawn as text in an SVG, of which axe cannot tell what it lies on.
const DRAWN: &str = ".rg-inspector svg text";
/// What of it stands out less from that than 4.5 to 1. Each kind of line is seen, one of them selected.
const FAINT: &str = "const kinds = ['published', 'announced', 'called', 'applied', 'held', 'lost'];
    document.querySelectorAll('.rg-line').forEach((it, index) => it.dataset.kind = kinds[index % 6]);
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(it => it / 255)
            .map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const style = css => getComputedStyle(typeof css === 'string' ? document.querySelector(css) : css);
    const ground = it => {
        if (it.closest('.rg-panels')) return style('.rg-panels').backgroundColor;
        const row = style(it.parentElement.querySelector('.rg-row')).fill;
        return row === 'rgba(0, 0, 0, 0)' ? style('.rg-inspector').backgroundColor : row;
    };
    const ratio = it => light(style(it).fill) / light(ground(it));
    return [...document.querySelectorAll(arguments[0])].filter(it => it.textContent)
        .filter(it => Math.max(ratio(it), 1 / ratio(it)) < 4.5)
        .map(it => `${it.parentElement.dataset.kind} ${it.textContent}: ${ratio(it)}`)";

#[test]
fn axe_finds_nothing_in_the_inspector_light_dark_and_twice_as_large() {
    let mut desktop = open();
    change_theme(&mut desktop, "dark");
    wait_for(&mut desktop, "return !!document.querySelector('.rg-line[data-kind=applied]')");
    desktop.click(INSPECTOR, "[data-testid=pause]").expect("there is a button");
    desktop.click(INSPECTOR, "#rg-line-1 .rg-words").expect("it can be selected");
    let zoom = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('plugin:webview|set_webview_zoom',
            { label: 'revgate-inspector', value: arguments[0] }).then(done, done)";
    for look in ["light", "dark", "system"] {
        desktop.click(INSPECTOR, "[data-testid=look]").expect("there is a button");
        for scale in [1, 2] {
            let refused = desktop.execute_async(INSPECTOR, zoom, &[json!(scale)]);
            assert_eq!(refused.expect("it answers"), Value::Null);
            let found = faults(&mut desktop, INSPECTOR, &[DRAWN]);
            assert!(found.is_empty(), "{look}, {scale}: {}", found.join("\n\n"));
        }
        let faint = desktop.execute(INSPECTOR, FAINT, &[json!(DRAWN)]);
        assert_eq!(faint.expect("it answers"), json!([]), "{look}");
    }
}

#[test]
fn keys_go_through_the_timeline_and_enter_shows_the_state_of_then() {
    let mut desktop = open();
    for theme in ["dark", "light", "dark"] {
        change_theme(&mut desktop, theme);
    }
    wait_until_shown(&mut desktop, 4);
    for _ in 0..3 {
        desktop.click(INSPECTOR, "[data-testid=zoom-in]").expect("there is a button");
    }
    desktop.click(INSPECTOR, "[data-testid=pause]").expect("there is a button");
    let search = "document.querySelector('[data-testid=search]').focus()";
    desktop.execute(INSPECTOR, search, &[]).expect("it takes the keyboard");
    let mut go = |keys: &[&str], line: &str, state: &str| {
        for key in keys {
            desktop.press(INSPECTOR, &[], key).expect("the window takes keys");
        }
        let is_there = format!(
            "const timeline = document.activeElement;
            const line = document.getElementById(timeline.getAttribute('aria-activedescendant'));
            const [selected, ...others] = document.querySelectorAll('[aria-selected=true]');
            const ends = it => it.getBoundingClientRect();
            const [at, room] = [ends(line), ends(timeline.parentElement)];
            const state = document.querySelector('[data-testid=step]').textContent;
            const [, place, count] = state.match(/: (\\d+) of (\\d+)/);
            return timeline.dataset.testid === 'timeline' && selected === line && !others.length
                && at.top >= room.top && at.bottom <= room.bottom + 1
                && {line} && {state}"
        );
        wait_for(&mut desktop, &is_there);
    };
    let newest = "place === count";
    // Past the topics, the look and the export.
    go(&[TAB, TAB, TAB, TAB, HOME], "line.id === 'rg-line-0'", newest);
    go(&[UP], "line.id === 'rg-line-0'", newest);
    go(&[DOWN, DOWN, UP], "line.id === 'rg-line-1'", newest);
    go(&[HOME, ENTER], "line.id === 'rg-line-0'", "place === '1' && state.includes('read only')");
    go(&[END, DOWN], "line === timeline.lastElementChild", "place === '1'");
    go(&[ENTER], "line.ariaLabel.includes('r4')", newest);
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
