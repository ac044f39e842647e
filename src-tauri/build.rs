//! Compiles the app's configuration and the permissions of its own command.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["open_settings"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .expect("the configuration in src-tauri is valid");
}
