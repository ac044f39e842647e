//! The Settings app: two windows, one state.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    revgate_app::run(tauri::generate_context!())
}
