//! The Settings app with its settings window in JavaScript: the backend and the Leptos window are
//! the same.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    revgate_app::run(tauri::generate_context!("../examples/mixed/tauri.conf.json"))
}
