//! The example app in its real windows: life cycle, bad input, edits at the same time; with both
//! windows in Rust, and with the settings window in JavaScript.

use serde_json::{Value, json};
use xtask::desktop::Desktop;
use xtask::process;

use crate::harness::{LIMIT, launch, wait_until_shown};

pub(crate) const BOTH: [&str; 2] = ["main", "settings"];

/// Which of the two apps, by the variable that names its program.
type App = &'static str;

/// Both windows in Leptos.
pub(crate) const RUST: App = "REVGATE_APP";
/// The settings window in React.
const MIXED: App = "REVGATE_MIXED_APP";

/// The app with both windows live, and shown: they are opened hidden.
pub(crate) fn open(app: App) -> Desktop {
    let mut desktop = launch(app, Vec::new(), &BOTH);
    agree(&mut desktop, &[]);
    BOTH.iter().for_each(|window| wait_until_shown(&mut desktop, window));
    desktop
}

/// Waits until both windows show the same, and these values.
pub(crate) fn agree(desktop: &mut Desktop, wanted: &[(&str, &str)]) -> u64 {
    let settled = desktop.settle(&BOTH, "main", wanted, 0, LIMIT);
    settled.expect("both windows show the same").revision()
}

/// Calls a command of the plugin by hand, as any script in the window could.
fn call(desktop: &mut Desktop, window: &str, command: &str, arguments: Value) -> Value {
    let script = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('plugin:revgate|' + arguments[0], arguments[1])
            .then(ok => done({ ok }), error => done({ error }))";
    desktop.execute_async(window, script, &[json!(command), arguments]).expect("it answers")
}

/// How many subscriptions each window has, by the backend's count.
fn subscriptions(desktop: &mut Desktop) -> Value {
    call(desktop, "main", "inspect", json!({}))["ok"][0]["subscriptions"].clone()
}

/// How many functions the backend can still call in a window.
fn listeners(desktop: &mut Desktop, window: &str) -> u64 {
    let script = "return window.__TAURI_INTERNALS__.callbacks.size";
    let size = desktop.execute(window, script, &[]).expect("the window answers");
    size.as_u64().expect("a number")
}

pub(crate) fn change_theme(desktop: &mut Desktop, theme: &str) {
    let css = format!("input[name=theme][value={theme}]");
    desktop.click("settings", &css).expect("the theme can be chosen");
    agree(desktop, &[("theme", theme)]);
}

fn closed_and_opened_ten_times_leaves_no_listener_and_no_subscription(app: App) {
    let mut desktop = open(app);
    let listening = listeners(&mut desktop, "main");
    assert_eq!(subscriptions(&mut desktop), json!({"main": 1, "settings": 1}));
    for round in 1..=10 {
        desktop.close("settings").expect("it closes");
        // The window is gone a little before the backend has ended what it had.
        let mut left = Value::Null;
        let is_left = process::poll(LIMIT, || {
            left = subscriptions(&mut desktop);
            (left == json!({"main": 1})).then_some(())
        });
        assert!(is_left.is_some(), "closed, round {round}: {left}");
        desktop.click("main", "[data-testid=open-settings]").expect("it opens again");
        desktop.wait_for_windows(&BOTH, LIMIT).expect("it opens again");
        agree(&mut desktop, &[]);
        let open = json!({"main": 1, "settings": 1});
        assert_eq!(subscriptions(&mut desktop), open, "open, round {round}");
    }
    // Those of a call are there until it is answered, at the beginning as well as now.
    let are_gone =
        process::poll(LIMIT, || (listeners(&mut desktop, "main") <= listening).then_some(()));
    assert!(are_gone.is_some(), "there are more than {listening}");
    change_theme(&mut desktop, "dark");
}

fn a_reloaded_window_subscribes_once(app: App) {
    let mut desktop = open(app);
    // By script: WebKitWebDriver loses its session when a page is reloaded that it has clicked in.
    let choose = |desktop: &mut Desktop, theme: &str| {
        let script = "document.querySelector(`input[name=theme][value=${arguments[0]}]`).click()";
        desktop.execute("settings", script, &[json!(theme)]).expect("the theme can be chosen");
        agree(desktop, &[("theme", theme)]);
    };
    choose(&mut desktop, "dark");
    for _ in 0..3 {
        desktop.reload("settings").expect("it reloads");
        agree(&mut desktop, &[("theme", "dark")]);
        assert_eq!(subscriptions(&mut desktop), json!({"main": 1, "settings": 1}));
    }
    choose(&mut desktop, "light");
}

fn malformed_events_are_shown_as_errors_and_the_next_good_one_is_applied(app: App) {
    let mut desktop = open(app);
    for (message, reason) in [
        (json!(null), "null"),
        (json!({"topic": "settings"}), "revision"),
        (json!({"topic": "settings", "revision": 7}), "canonical decimal"),
        (json!({"topic": "settings", "revision": "007"}), "007"),
    ] {
        let hear = "const internals = window.__TAURI_INTERNALS__;
            const message = arguments[0];
            for (const id of [...internals.callbacks.keys()])
                internals.runCallback(id, { index: 99, message: JSON.stringify(message) })";
        let look = "return document.querySelector('[role=status] [title]')?.title ?? 'nothing'";
        for window in BOTH {
            desktop.execute(window, hear, std::slice::from_ref(&message)).expect("no exception");
            let mut shown = String::new();
            // React renders when it sees fit.
            let is_said = process::poll(LIMIT, || {
                let title = desktop.execute(window, look, &[]).expect("it answers");
                shown = title.as_str().unwrap_or_default().to_owned();
                shown.contains(reason).then_some(())
            });
            assert!(is_said.is_some(), "`{window}` says `{shown}`, not `{reason}`");
            assert!(shown.contains("topic `settings`, phase protocol"), "`{window}`: {shown}");
        }
    }
    change_theme(&mut desktop, "dark");
    change_theme(&mut desktop, "light");
}

fn refused_calls_say_why_and_change_nothing(app: App) {
    let mut desktop = open(app);
    let before = agree(&mut desktop, &[]);
    let denied = call(&mut desktop, "main", "snapshot", json!({"topic": "sttings"}));
    let grant = r#"{ "identifier": "revgate:read", "allow": [{ "topic": "sttings" }] }"#;
    let expected = json!({"kind": "denied", "topic": "sttings", "access": "read", "grant": grant});
    assert_eq!(denied, json!({"error": expected}), "no word on whether it exists");

    let good = call(&mut desktop, "main", "snapshot", json!({"topic": "settings"}));
    let good = &good["ok"]["data"];
    for (field, value, reason) in [
        ("fontSize", json!(100), "100 is not within 8 to 72"),
        ("language", json!("e n"), "`e n` is not a BCP 47 language tag"),
        ("theme", json!("blue"), "unknown variant `blue`"),
    ] {
        let mut data = good.clone();
        data[field] = value;
        let write = json!({"topic": "settings", "data": data});
        let refused = call(&mut desktop, "settings", "replace", write);
        assert_eq!(refused["error"]["kind"], "invalid", "{refused}");
        assert_eq!(refused["error"]["path"], field, "{refused}");
        assert!(refused["error"]["reason"].as_str().unwrap_or_default().contains(reason));
    }
    assert_eq!(agree(&mut desktop, &[]), before);
    change_theme(&mut desktop, "dark");
}

fn edits_of_different_fields_at_the_same_time_are_all_kept(app: App) {
    let mut desktop = open(app);
    let odd_toggles = "window.edits = 0;
        const press = () => {
            document.querySelector('[data-testid=toggle-sidebar]').click();
            if (++window.edits < 201) setTimeout(press, 1);
        };
        press()";
    let slide = "window.edits = 0;
        const slider = document.querySelector('input[name=fontSize]');
        // React does not see what a script assigns to the element's own property.
        const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
        const slide = () => {
            const size = window.edits === 200 ? 33 : 8 + window.edits % 60;
            set.call(slider, size);
            slider.dispatchEvent(new Event('input', { bubbles: true }));
            if (++window.edits < 201) setTimeout(slide, 1);
        };
        slide()";
    desktop.execute("main", odd_toggles, &[]).expect("the side bar is toggled");
    desktop.execute("settings", slide, &[]).expect("the slider is moved");
    for window in BOTH {
        let made = process::poll(LIMIT, || {
            let edits = desktop.execute(window, "return window.edits", &[]).expect("it answers");
            (edits == 201).then_some(())
        });
        assert!(made.is_some(), "`{window}` does not make its edits");
    }
    agree(&mut desktop, &[("sidebarCollapsed", "true"), ("fontSize", "33")]);
    let end = call(&mut desktop, "main", "snapshot", json!({"topic": "settings"}));
    assert_eq!(end["ok"]["data"]["fontSize"], 33);
    assert_eq!(end["ok"]["data"]["sidebarCollapsed"], true);
}

/// Makes tests of these, one with each app.
macro_rules! with_both_apps {
    ($($test:ident,)*) => {
        mod rust {
            $(#[test] fn $test() { super::$test(super::RUST) })*
        }

        mod mixed {
            $(#[test] fn $test() { super::$test(super::MIXED) })*
        }
    };
}

with_both_apps! {
    closed_and_opened_ten_times_leaves_no_listener_and_no_subscription,
    a_reloaded_window_subscribes_once,
    malformed_events_are_shown_as_errors_and_the_next_good_one_is_applied,
    refused_calls_say_why_and_change_nothing,
    edits_of_different_fields_at_the_same_time_are_all_kept,
}
