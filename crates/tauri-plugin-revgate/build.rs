//! Generates the permission files of the plugin's commands.

const COMMANDS: &[&str] = &["subscribe", "unsubscribe", "snapshot", "replace", "inspect"];

fn main() {
    tauri_plugin::Builder::new(COMMANDS).build();
}
