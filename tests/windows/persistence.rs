//! The example app's settings, over its end.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::desktop::Desktop;
use xtask::process;

use crate::harness::{LIMIT, launch, launch_in};
use crate::settings_app::{BOTH, agree, change_theme};

const IDENTIFIER: &str = "dev.revgate.notes";

/// The epoch of the state that the main window shows.
fn epoch(desktop: &mut Desktop) -> Option<u64> {
    let script = "return document.documentElement.getAttribute('data-epoch')";
    let shown = desktop.execute("main", script, &[]).expect("the window answers");
    shown.as_str().and_then(|text| text.parse().ok())
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
    agree(&mut desktop, &[("theme", "system")]);
    let first = epoch(&mut desktop);
    change_theme(&mut desktop, "dark");
    wait_for_file(&desktop.data_folder(IDENTIFIER), "dark");

    let profile = desktop.kill();
    let mut desktop = launch_in(profile, "REVGATE_APP", Vec::new(), &BOTH);
    agree(&mut desktop, &[("theme", "dark")]);
    let second = epoch(&mut desktop);
    assert!(second > first && first.is_some(), "{second:?} after {first:?}");
    change_theme(&mut desktop, "light");
}

#[test]
fn an_edit_in_a_text_editor_reaches_both_windows() {
    let mut desktop = launch("REVGATE_APP", Vec::new(), &BOTH);
    agree(&mut desktop, &[("theme", "system")]);
    change_theme(&mut desktop, "dark");
    let folder = desktop.data_folder(IDENTIFIER);
    wait_for_file(&folder, "dark");
    let file = folder.join("revgate/settings.json");
    let text = fs::read_to_string(&file).expect("readable").replace("dark", "light");
    fs::write(&file, text).expect("writable");
    agree(&mut desktop, &[("theme", "light")]);

    fs::write(&file, json!({"oops": 1}).to_string()).expect("writable");
    change_theme(&mut desktop, "dark");
    let text = fs::read_to_string(&file).expect("readable");
    assert_eq!(text, r#"{"oops":1}"#, "the person's bytes stay");
}
