//! The example app's settings, over its end.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::desktop::Desktop;
use xtask::process;

use crate::harness::{LIMIT, launch, launch_in};

const BOTH: [&str; 2] = ["main", "settings"];
const IDENTIFIER: &str = "dev.revgate.notes";

/// Waits until both windows show the same, and this theme.
fn agree(desktop: &mut Desktop, theme: &str) -> Value {
    desktop.settle(&BOTH, "main", &[("theme", theme)], 0, LIMIT).expect("both show the theme");
    let script = "return document.documentElement.getAttribute('data-epoch')";
    desktop.execute("main", script, &[]).expect("the window answers")
}

fn choose(desktop: &mut Desktop, theme: &str) {
    let css = format!("input[name=theme][value={theme}]");
    desktop.click("settings", &css).expect("the theme can be chosen");
    agree(desktop, theme);
}

/// Waits until the settings in the file have this theme.
fn wait_for_file(folder: &Path, theme: &str) {
    let file = folder.join("revgate/settings.json");
    let saved = process::poll(LIMIT, || {
        let record: Value = serde_json::from_slice(&fs::read(&file).ok()?).expect("whole");
        (record["data"]["theme"] == theme).then_some(())
    });
    saved.unwrap_or_else(|| panic!("`{theme}` is not saved in {}", file.display()));
}

#[test]
fn the_theme_survives_a_kill_and_the_next_start_is_a_newer_epoch() {
    let mut desktop = launch("REVGATE_APP", Vec::new(), &BOTH);
    let first = agree(&mut desktop, "system");
    choose(&mut desktop, "dark");
    wait_for_file(&desktop.data_folder(IDENTIFIER), "dark");

    let profile = desktop.kill();
    let mut desktop = launch_in(profile, "REVGATE_APP", Vec::new(), &BOTH);
    let second = agree(&mut desktop, "dark");
    let number = |epoch: &Value| epoch.as_str().and_then(|text| text.parse::<u64>().ok());
    assert!(number(&second) > number(&first), "{second} after {first}");
    choose(&mut desktop, "light");
}

#[test]
fn an_edit_in_a_text_editor_reaches_both_windows() {
    let mut desktop = launch("REVGATE_APP", Vec::new(), &BOTH);
    agree(&mut desktop, "system");
    choose(&mut desktop, "dark");
    let folder = desktop.data_folder(IDENTIFIER);
    wait_for_file(&folder, "dark");
    let file = folder.join("revgate/settings.json");
    let text = fs::read_to_string(&file).expect("readable").replace("dark", "light");
    fs::write(&file, text).expect("writable");
    agree(&mut desktop, "light");

    fs::write(&file, json!({"oops": 1}).to_string()).expect("writable");
    choose(&mut desktop, "dark");
    let text = fs::read_to_string(&file).expect("readable");
    assert_eq!(text, r#"{"oops":1}"#, "the person's bytes stay");
}
