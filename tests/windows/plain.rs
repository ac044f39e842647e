//! The example's windows without Revgate, that it is weighed against: they do what the example does.

use serde_json::json;
use xtask::desktop::Desktop;
use xtask::process;

use crate::harness::{LIMIT, TestApp};
use crate::settings_app::{BOTH, agree, change_theme};

const PAGE: &str = "by-hand.html";

#[track_caller]
fn wait_for_text(desktop: &mut Desktop, window: &str, css: &str, wanted: &str) {
    let script = "return document.querySelector(arguments[0])?.textContent ?? null";
    let mut seen = json!(null);
    let came = process::poll(LIMIT, || {
        seen = desktop.execute(window, script, &[json!(css)]).expect("the window answers");
        (seen == json!(wanted)).then_some(())
    });
    assert!(came.is_some(), "`{window}` has `{seen}` at {css}, not `{wanted}`");
}

#[test]
fn the_windows_by_hand_show_edit_and_follow() {
    let mut app = TestApp::by_hand(&BOTH.map(|label| (label, PAGE)));
    let desktop = &mut app.desktop;
    agree(desktop, &[]);
    change_theme(desktop, "dark");
    desktop.click("main", "[data-testid=toggle-sidebar]").expect("it can be clicked");
    agree(desktop, &[("sidebarCollapsed", "true")]);
    desktop.choose("settings", "select[name=language]", "de").expect("it can be chosen");
    agree(desktop, &[("language", "de"), ("theme", "dark")]);
    let dragged = desktop.drag("settings", "input[name=fontSize]", 24, 12);
    let size = dragged.expect("it can be dragged");
    assert_ne!(size, "14", "the slider has moved");
    agree(desktop, &[("fontSize", &size)]);

    desktop.click("settings", "[data-testid=undo]").expect("it can be clicked");
    desktop.click("settings", "input[name=autoSave]").expect("it can be clicked");
    agree(desktop, &[("autoSave", "false"), ("language", "de")]);
    desktop.click("settings", "[data-testid=undo]").expect("it can be clicked");
    agree(desktop, &[("autoSave", "true")]);
    desktop.click("settings", "[data-testid=redo]").expect("it can be clicked");
    agree(desktop, &[("autoSave", "false")]);

    desktop.type_keys("main", "input[name=title]", "!").expect("it can be typed in");
    wait_for_text(
        desktop,
        "settings",
        "[data-testid=company-what]",
        "Benennt „\u{2068}Willkommen!\u{2069}“",
    );
}
