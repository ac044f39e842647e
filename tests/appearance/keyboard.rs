//! By keys alone: what the Tab key comes to, in which order, and whether one sees where one is.

use serde_json::json;
use xtask::webdriver::keys::{DOWN, ENTER, ESCAPE, LEFT, RIGHT, SPACE, TAB};

use crate::browser::{MAIN, SETTINGS, Windows};

/// Where the keyboard is, by what a test calls it; nothing once it has left the page.
const FOCUSED: &str = "const it = document.activeElement;
    if (!it || it === document.body) return '';
    return it.dataset.testid || it.name || it.className";

const MAIN_ORDER: [&str; 10] = [
    "toggle-sidebar",
    "toggle-theme",
    "open-settings",
    "new-note",
    "note-row",
    "note-row",
    "note-row",
    "title",
    "delete-note",
    "body",
];
/// Of the theme's radio buttons the Tab key comes to the one that is chosen.
const SETTINGS_ORDER: [&str; 7] = [
    "undo",
    "theme",
    "language",
    "fontSize",
    "notificationsEnabled",
    "autoSave",
    "sidebarCollapsed",
];

fn focused(windows: &mut Windows, window: &str) -> String {
    let name = windows.run(window, FOCUSED, &[]);
    name.as_str().unwrap_or_default().to_owned()
}

/// Goes through a window by the Tab key. At each stop something must stand out that does not
/// without the focus: at least as much as a line around the smallest of all controls.
#[track_caller]
fn assert_order(windows: &mut Windows, window: &str, order: &[&str]) {
    const LEAST: usize = 100;
    for (place, name) in order.iter().enumerate() {
        windows.press(window, &[TAB]);
        assert_eq!(focused(windows, window), *name, "stop {place} in `{window}`");
        let with = windows.picture(window);
        windows.run(window, "window.left = document.activeElement; left.blur()", &[]);
        let without = windows.picture(window);
        let standing_out = with.pixels_that_stand_out(&without);
        assert!(standing_out >= LEAST, "`{name}` in `{window}`: {standing_out} pixels stand out");
        windows.run(window, "left.focus()", &[]);
    }
}

#[test]
fn the_tab_key_goes_through_both_windows_in_the_order_of_reading_and_is_seen() {
    let mut windows = Windows::open();
    for (language, theme) in [("en", "light"), ("ar", "dark")] {
        windows.choose_language(language);
        windows.choose_theme(theme);
        for (window, order) in [(MAIN, &MAIN_ORDER[..]), (SETTINGS, &SETTINGS_ORDER)] {
            windows.run(window, "document.activeElement.blur(); getSelection().empty()", &[]);
            // Where a blurred element was is where the Tab key goes on.
            windows.run(window, "document.body.tabIndex = -1; document.body.focus()", &[]);
            assert_order(&mut windows, window, order);
            windows.press(window, &[TAB]);
            assert_eq!(focused(&mut windows, window), "", "`{window}` has another stop");
        }
    }
}

#[test]
fn each_control_of_the_settings_is_set_by_keys() {
    let mut windows = Windows::open();
    windows.choose_theme("light");
    windows.run(SETTINGS, "document.querySelector('[name=theme]').focus()", &[]);
    windows.press(SETTINGS, &[RIGHT]);
    windows.settle(&[("theme", "dark")]);
    windows.press(SETTINGS, &[TAB, DOWN]);
    windows.settle(&[("language", "de")]);
    windows.press(SETTINGS, &[TAB, RIGHT, RIGHT, LEFT]);
    windows.settle(&[("fontSize", "15")]);
    windows.press(SETTINGS, &[TAB, TAB, TAB, SPACE]);
    windows.settle(&[("sidebarCollapsed", "true")]);
}

#[test]
fn a_question_has_the_keyboard_until_it_is_answered_and_gives_it_back() {
    let mut windows = Windows::open();
    let notes = "return document.querySelectorAll('.note-row').length";
    windows.run(MAIN, "document.querySelector('[data-testid=delete-note]').focus()", &[]);
    windows.press(MAIN, &[ENTER]);
    let label = "return document.activeElement.textContent";
    assert_eq!(windows.run(MAIN, label, &[]), "Cancel", "what does no harm comes first");
    windows.press(MAIN, &[ESCAPE]);
    assert_eq!(focused(&mut windows, MAIN), "delete-note");
    windows.press(MAIN, &[ENTER, ENTER]);
    assert_eq!(focused(&mut windows, MAIN), "delete-note");
    assert_eq!(windows.run(MAIN, notes, &[]), json!(3), "nothing was deleted");
    windows.press(MAIN, &[ENTER, TAB, ENTER]);
    assert_eq!(windows.run(MAIN, notes, &[]), json!(2));
    assert_eq!(focused(&mut windows, MAIN), "delete-note");
}
