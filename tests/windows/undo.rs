//! Undo in the example app's real settings window.

use serde_json::{Value, json};
use xtask::desktop::{Desktop, Key};
use xtask::process;

use crate::harness::{LIMIT, launch};
use crate::settings_app::{BOTH, agree, change_theme};

/// Waits until the buttons can be pressed just so: undo, redo.
fn can(desktop: &mut Desktop, wanted: [bool; 2]) {
    let script = "return ['undo', 'redo'].map(
        it => !document.querySelector(`[data-testid=${it}]`).disabled)";
    let mut seen = Value::Null;
    let reached = process::poll(LIMIT, || {
        seen = desktop.execute("settings", script, &[]).expect("the window answers");
        (seen == json!(wanted)).then_some(())
    });
    assert!(reached.is_some(), "{seen}, not {wanted:?}");
}

#[test]
fn what_was_set_in_the_settings_is_undone_there_and_what_the_main_window_did_stands() {
    let mut desktop = launch("REVGATE_APP", Vec::new(), &BOTH);
    agree(&mut desktop, &[]);
    can(&mut desktop, [false, false]);
    let before = desktop.state("settings").expect("it has one").value("theme").to_owned();
    assert_ne!(before, "dark");
    change_theme(&mut desktop, "dark");
    can(&mut desktop, [true, false]);
    desktop.click("main", "[data-testid=toggle-sidebar]").expect("it can be toggled");
    agree(&mut desktop, &[("sidebarCollapsed", "true")]);

    desktop.click("settings", "[data-testid=undo]").expect("it can be pressed");
    agree(&mut desktop, &[("theme", &before), ("sidebarCollapsed", "true")]);
    can(&mut desktop, [false, true]);
    desktop.press("settings", &[Key::Control, Key::Shift], "Z").expect("it takes keys");
    agree(&mut desktop, &[("theme", "dark"), ("sidebarCollapsed", "true")]);
    can(&mut desktop, [true, false]);

    // What the main window has changed since is not taken back, and the step is gone.
    desktop.click("main", "[data-testid=toggle-theme]").expect("it can be toggled");
    let shown = agree(&mut desktop, &[("theme", "light")]);
    desktop.press("settings", &[Key::Control], "z").expect("it takes keys");
    can(&mut desktop, [false, false]);
    assert_eq!(agree(&mut desktop, &[("theme", "light")]), shown, "nothing was written");
}
