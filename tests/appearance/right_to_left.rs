//! In a language that is written from right to left, the windows are mirrored.

use serde_json::{Value, json};
use xtask::webdriver::keys::{LEFT, RIGHT};

use crate::browser::{BOTH, MAIN, SETTINGS, Windows};

/// How far from the side where a line begins, and from the one where it ends, these are.
const SIDES: &str = "const isMirrored = getComputedStyle(document.body).direction === 'rtl';
    const width = document.documentElement.clientWidth;
    return arguments[0].map(css => {
        const { left, right } = document.querySelector(css).getBoundingClientRect();
        return [css, ...(isMirrored ? [width - right, left] : [left, width - right]).map(Math.round)];
    })";

/// What is as wide in every language, or begins where a line begins; and the other way round.
const BEGIN: [(&str, &[&str]); 2] = [
    (
        MAIN,
        &[
            ".header-mark",
            ".side-bar",
            ".desk-page",
            ".editor-title",
            ".editor-body",
            ".status-dot",
        ],
    ),
    (
        SETTINGS,
        &[".header-mark", "#appearance", ".card", ".font-size-preview", ".slider", ".status-dot"],
    ),
];
const END: [(&str, &[&str]); 2] = [
    (
        MAIN,
        &[
            ".header-buttons",
            "[data-testid=new-note]",
            "[data-testid=delete-note]",
            ".status-revision",
        ],
    ),
    (
        SETTINGS,
        &[".header-buttons", ".switch", ".select .glyph", ".font-size-number", ".status-revision"],
    ),
];

fn sides(windows: &mut Windows) -> Vec<Value> {
    let mut all = Vec::new();
    for (places, side) in [(BEGIN, 1), (END, 2)] {
        for (window, names) in places {
            let seen = windows.run(window, SIDES, &[json!(names)]);
            let seen = seen.as_array().expect("a list").iter();
            all.extend(seen.map(|it| json!([window, it[0], it[side]])));
        }
    }
    all
}

#[test]
fn arabic_mirrors_the_windows_and_says_so_to_the_browser() {
    const ROOT: &str = "const { dir, lang } = document.documentElement; return [dir, lang]";
    let mut windows = Windows::open();
    let before = sides(&mut windows);
    windows.choose_language("ar");
    for window in BOTH {
        assert_eq!(windows.run(window, ROOT, &[]), json!(["rtl", "ar"]), "in `{window}`");
    }
    assert_eq!(sides(&mut windows), before);
    windows.choose_language("en");
    for window in BOTH {
        assert_eq!(windows.run(window, ROOT, &[]), json!(["ltr", "en"]), "in `{window}`");
    }
}

#[test]
fn a_language_without_labels_leaves_them_as_they_run() {
    let mut windows = Windows::open();
    let offer = "document.querySelector('#language').append(new Option('فارسی', 'fa'))";
    windows.run(SETTINGS, offer, &[]);
    windows.choose_language("fa");
    let root = "const { dir, lang } = document.documentElement;
        return [dir, lang, document.querySelector('.window').lang]";
    for window in BOTH {
        assert_eq!(windows.run(window, root, &[]), json!(["ltr", "fa", "en"]), "in `{window}`");
    }
}

#[test]
fn the_slider_grows_to_the_left_by_keys_and_by_hand() {
    let mut windows = Windows::open();
    windows.choose_language("ar");
    windows.run(SETTINGS, "document.querySelector('#font-size').focus()", &[]);
    windows.press(SETTINGS, &[LEFT, LEFT, RIGHT]);
    windows.settle(&[("fontSize", "15")]);
    let value = windows.desktop.drag(SETTINGS, "#font-size", 60, 8).expect("it is dragged");
    let near: i64 = value.parse().expect("a number");
    assert!((58..=62).contains(&near), "dragged to {near}");
    windows.settle(&[("fontSize", &value)]);
    let number = "return document.querySelector('.font-size-number').textContent";
    assert_eq!(windows.run(SETTINGS, number, &[]), format!("{value} بكسل"));
}

#[test]
fn text_of_the_person_runs_its_own_way_among_labels_that_run_the_other() {
    const RUNS: &str = "return [...document.querySelectorAll(arguments[0])]
        .map(it => getComputedStyle(it).direction)";
    let mut windows = Windows::open();
    windows.choose_language("ar");
    windows.click(MAIN, "[data-testid=new-note]");
    windows.desktop.type_keys(MAIN, "[name=title]", "One, two (three)").expect("it takes letters");
    windows.desktop.type_keys(MAIN, "[name=body]", "Done.").expect("it takes letters");
    for css in [
        "[name=title]",
        ".note-row[aria-current] .note-row-title",
        ".note-row[aria-current] .note-row-line",
    ] {
        assert_eq!(windows.run(MAIN, RUNS, &[json!(css)]), json!(["ltr"]), "{css}");
    }
    windows.click(MAIN, "[data-testid=delete-note]");
    let question = "return document.querySelector('#delete-question').textContent";
    let question = windows.run(MAIN, question, &[]);
    assert_eq!(question, "أتريد حذف «\u{2068}One, two (three)\u{2069}»؟");
}
