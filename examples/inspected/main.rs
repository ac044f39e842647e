//! The Settings app with the inspector, at Ctrl+Shift+R: the same windows, built with that feature.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    revgate_app::run(tauri::generate_context!("../examples/inspected/tauri.conf.json"))
}
