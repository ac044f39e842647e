#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> tauri::Result<()> {
    tauri::Builder::default()
        .plugin(
            tauri_plugin_revgate::Builder::new()
                .persistent_topic(shared::Player::default())
                .build(),
        )
        .run(tauri::generate_context!())
}
