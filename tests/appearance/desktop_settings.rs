//! What the person has set for the whole desktop is followed while the windows are open.

use serde_json::{Value, json};

use crate::browser::{BOTH, MAIN, SETTINGS, Windows};

const GROUND: &str = "return getComputedStyle(document.documentElement).backgroundColor";
const LIGHT: &str = "rgb(243, 241, 236)";
const DARK: &str = "rgb(23, 26, 25)";

/// What of a page moves when it changes, and what does so now.
const MOVES: &str = "const moves = [];
    for (const it of document.querySelectorAll('*')) for (const part of [undefined, '::before', '::after']) {
        const { transitionDuration, animationName, animationDuration } = getComputedStyle(it, part);
        const lasts = durations => durations.split(', ').some(it => parseFloat(it) > 0);
        if (lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration)))
            moves.push(`${it.className}${part ?? ''}`);
    }
    return moves.concat(document.getAnimations().filter(it => it.playState === 'running').map(String))";

/// Confirms that a note is deleted: how many toasts say so then, and what moves beside them. In one go, as a toast
/// does not stay for long.
fn toasted() -> String {
    format!(
        "const done = arguments[arguments.length - 1];
        const moves = () => {{ {MOVES} }};
        const look = () => {{
            const toasts = document.querySelectorAll('.toast').length;
            if (toasts === 0) return setTimeout(look);
            document.documentElement.dataset.status = 'retrying';
            done([toasts, moves()]);
        }};
        document.querySelector('[data-testid=confirm-delete]').click();
        look()"
    )
}

#[test]
fn the_look_of_the_system_is_followed_at_once_and_changes_nothing_else() {
    let mut windows = Windows::open();
    let revision = windows.settle(&[("theme", "system")]);
    for (look, ground, pressed) in
        [("light", LIGHT, "false"), ("dark", DARK, "true"), ("light", LIGHT, "false")]
    {
        for window in BOTH {
            windows.prefer(window, "prefers-color-scheme", look);
            assert_eq!(windows.run(window, GROUND, &[]), ground, "`{window}`, {look}");
        }
        // It is told of the look, and shows that when it sees fit.
        let button = "return document.querySelector('[data-testid=toggle-theme]').ariaPressed";
        windows.wait_for(MAIN, button, &json!(pressed));
    }
    assert_eq!(windows.settle(&[("theme", "system")]), revision, "nobody has set anything");

    // Who has chosen a look keeps it.
    windows.choose_theme("dark");
    for (look, window) in [("light", MAIN), ("dark", SETTINGS), ("light", SETTINGS)] {
        windows.prefer(window, "prefers-color-scheme", look);
        assert_eq!(windows.run(window, GROUND, &[]), DARK, "`{window}`, {look}");
    }
}

#[test]
fn nothing_moves_for_who_wants_less_motion() {
    let mut windows = Windows::open();
    let moving = |moves: &Value| moves.as_array().map_or(0, Vec::len);
    for window in BOTH {
        assert!(moving(&windows.run(window, MOVES, &[])) > 0, "else there is nothing to see here");
        windows.prefer(window, "prefers-reduced-motion", "reduce");
    }
    windows.click(SETTINGS, "input[name=autoSave]");
    windows.click(MAIN, "[data-testid=delete-note]");
    let seen = windows.desktop.execute_async(MAIN, &toasted(), &[]);
    assert_eq!(seen.expect("no exception"), json!([1, []]));
    assert_eq!(windows.run(SETTINGS, MOVES, &[]), json!([]));
}

#[test]
fn who_has_chosen_all_colours_sees_what_is_on_and_what_is_off() {
    const DRAWN: &str = "const colour = (it, part) => getComputedStyle(it, part).backgroundColor;
        const drawn = css => [...document.querySelectorAll(css)].map(it => colour(it));
        const knob = [...document.querySelectorAll('.switch')].map(it => colour(it, '::before'));
        const words = [...document.querySelectorAll('.segment-face')].map(it => getComputedStyle(it).color);
        return { switches: drawn('.switch'), knob, segments: drawn('.segment-face'), words }";
    let mut windows = Windows::open();
    windows.click(SETTINGS, "input[name=autoSave]");
    windows.settle(&[("autoSave", "false")]);
    windows.prefer(SETTINGS, "forced-colors", "active");
    windows.picture(SETTINGS).write(&crate::accessibility::seen("settings-forced-colours"));
    let drawn = windows.run(SETTINGS, DRAWN, &[]);
    let [on, off] = [&drawn["switches"][0], &drawn["switches"][1]];
    assert_ne!(on, off, "{drawn}");
    assert_ne!(drawn["knob"][0], *on, "{drawn}");
    assert_ne!(drawn["knob"][1], *off, "{drawn}");
    let [dark, system] = [&drawn["segments"][1], &drawn["segments"][2]];
    assert_ne!(dark, system, "the one that is chosen: {drawn}");
    assert_ne!(drawn["words"][2], *system, "{drawn}");
}
