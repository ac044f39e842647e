//! Where something was measured, and what.

use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use xtask::{step::Step, workspace::Workspace};

use super::build::{FOLDER, WINDOWS};

const CRATES: [&str; 5] =
    ["tauri", "wry", "tauri-plugin-store", "tauri-plugin-zustand", "tauri-store"];
const PACKAGES: [&str; 4] =
    ["@tauri-apps/api", "@tauri-apps/plugin-store", "@tauri-store/zustand", "zustand"];

/// What is not known is left out.
pub(super) fn look(workspace: &Workspace, is_quick: bool) -> Value {
    let ask = |program: &str, arguments: &[&str]| {
        let mut command = workspace.command(program);
        command.args(arguments);
        let done = Step::new(command).silent().run().ok()?;
        done.lines.first().map(|line| line.trim().to_owned())
    };
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let root = &workspace.root;
    json!({
        "seconds": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        "day": ask("date", &["-u", "+%F"]),
        "revision": ask("git", &["describe", "--always", "--dirty"]),
        "mode": if is_quick { "quick" } else { "full" },
        "processor": model.map(|(_, name)| name),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "load": load.split(' ').next(),
        "kernel": ask("uname", &["-sr"]),
        "webkitgtk": ask("pkg-config", &["--modversion", "webkit2gtk-4.1"]),
        "rustc": ask("rustc", &["--version"]),
        "crates": crates(&root.join(FOLDER).join("Cargo.lock")),
        "packages": packages(&root.join(WINDOWS).join("package-lock.json")),
    })
}

fn crates(lock: &Path) -> Value {
    let text = fs::read_to_string(lock).unwrap_or_default();
    let version = |name: &str| {
        let (_, rest) = text.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(json!(rest.split('"').next()))
    };
    CRATES.iter().filter_map(|name| Some(((*name).to_owned(), version(name)?))).collect()
}

fn packages(lock: &Path) -> Value {
    let text = fs::read_to_string(lock).unwrap_or_default();
    let lock: Value = serde_json::from_str(&text).unwrap_or_default();
    let version = |name: &str| lock["packages"][format!("node_modules/{name}")]["version"].clone();
    PACKAGES.iter().map(|name| ((*name).to_owned(), version(name))).collect()
}
